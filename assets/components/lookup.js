// One-hot times W: three matrices side by side, the picked rows lit in all three.
// Tensors: one_hot (n × V), table (V × d), product (n × d). Facts: limit. State: ids (text), out (output row), cell.

import { element } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { signedFill, signedGradient, TRACK } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

const mount = picture(build);

export default function (given) {
  return mount(given);
}

const MOST_IDS = 8;

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => (isPhone(width) ? 420 : 384), paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  let geo = null;
  let hover = -1; // a row of W under the pointer

  function layout(width, height, n, v, d) {
    const phone = isPhone(width);
    const top = 44;
    const label = phone ? 22 : 30;
    const usable = width - (phone ? 84 : 150);
    const share = phone ? [0.42, 0.29, 0.29] : [0.46, 0.27, 0.27];
    const pitch = Math.min(34, (height - top - 12) / Math.max(v, n));
    const cellsOf = (count, k) => Math.min(phone ? 30 : 58, (usable * share[k]) / count);
    const widths = [cellsOf(v, 0), cellsOf(d, 1), cellsOf(d, 2)];
    const gap = phone ? 14 : 40;
    const one = { x: label, y: top + ((Math.max(v, n) - n) * pitch) / 2, w: widths[0], columns: v, rows: n };
    const table = { x: one.x + v * widths[0] + gap + label, y: top + ((Math.max(v, n) - v) * pitch) / 2, w: widths[1], columns: d, rows: v };
    const product = { x: table.x + d * widths[1] + gap, y: one.y, w: widths[2], columns: d, rows: n };
    return { phone, pitch, one, table, product };
  }

  function paint(g, width, height) {
    const { one_hot: one, table, product } = scene.arrays;
    if (!table) return;
    const { theme, facts, state } = scene;
    const ids = idsNow();
    geo = layout(width, height, one.rows, table.rows, table.width);
    scene.root.classList.toggle("phone", geo.phone);
    const out = Math.min(state.out, one.rows - 1);
    const row = ids[out];
    wires(g, theme, ids, out);
    matrix(g, theme, geo.one, one, 1, "one-hot", "muted", (r) => r === out);
    matrix(g, theme, geo.table, table, facts.limit, "W", "token", (r) => r === row || r === hover, ids);
    matrix(g, theme, geo.product, product, facts.limit, geo.phone ? "rows" : "one-hot × W", "token", (r) => r === out);
    for (const [k, box] of [geo.one, geo.product].entries()) {
      for (let r = 0; r < box.rows; r++) if (k === 0) write(g, theme, String(ids[r]), box.x - 6, box.y + (r + 0.5) * geo.pitch, { size: 15, align: "right", weight: r === out ? 700 : 400, colour: r === out ? theme.word.highlight : theme.word.muted });
    }
    for (let r = 0; r < table.rows; r++) write(g, theme, String(r), geo.table.x - 6, geo.table.y + (r + 0.5) * geo.pitch, { size: 15, align: "right", weight: ids.includes(r) ? 700 : 400, colour: r === row ? theme.word.highlight : ids.includes(r) ? theme.word.token : theme.word.muted });
    if (!geo.phone) {
      const middle = geo.one.y + (geo.one.rows * geo.pitch) / 2;
      write(g, theme, "×", geo.one.x + geo.one.columns * geo.one.w + 20, middle, { size: 26, align: "center", colour: theme.ink, halo: true });
      write(g, theme, "=", geo.product.x - 20, middle, { size: 26, align: "center", colour: theme.ink, halo: true });
    }
    const cell = Math.min(state.cell, table.width - 1);
    ring(g, theme, geo.product, out, cell);
    ring(g, theme, geo.table, row, cell);
    ring(g, theme, geo.one, out, row);
    say(out, row, cell);
  }

  function matrix(g, theme, box, { numbers, width }, limit, name, role, lit, picked = null) {
    const { pitch } = geo;
    write(g, theme, name, box.x, 16, { size: 19, serif: name !== "rows", weight: 600, colour: theme.word[role] });
    g.fillStyle = role === "token" ? theme.mark.token : theme.mark.muted;
    g.fillRect(box.x, 30, box.columns * box.w - 2, 3);
    const small = box.w < 34 || pitch < 16;
    for (let r = 0; r < box.rows; r++) {
      for (let c = 0; c < box.columns; c++) {
        const value = numbers[r * width + c];
        const [x, y] = [box.x + c * box.w, box.y + r * pitch];
        g.fillStyle = TRACK;
        g.fillRect(x, y, box.w - 2, pitch - 2);
        g.globalAlpha = 0.75;
        g.fillStyle = name === "one-hot" ? (value ? theme.mark.token : "rgba(0,0,0,0)") : signedFill(value, limit);
        g.fillRect(x, y, box.w - 2, pitch - 2);
        g.globalAlpha = 1;
        const text = name === "one-hot" ? String(value) : number(value, 2);
        if (name === "one-hot" ? box.w >= 14 && pitch >= 14 : !small) {
          write(g, theme, text, x + box.w / 2 - 1, y + pitch / 2, { size: Math.min(16, box.w * 0.42 + 2, pitch * 0.62), align: "center", colour: value || name !== "one-hot" ? theme.ink : theme.word.muted, weight: lit(r) ? 650 : 400 });
        }
      }
      if (lit(r) || picked?.includes(r)) {
        g.strokeStyle = lit(r) ? theme.word.highlight : theme.word.token;
        g.lineWidth = lit(r) ? 2.5 : 1.5;
        g.setLineDash(lit(r) ? [] : [5, 4]);
        g.beginPath();
        g.roundRect(box.x - 2, box.y + r * pitch - 2, box.columns * box.w + 2, pitch + 2, 4);
        g.stroke();
        g.setLineDash([]);
      }
    }
  }

  // From each 1 to its row of W, and from that row to the row of the product.
  function wires(g, theme, ids, out) {
    const { one, table, product, pitch } = geo;
    ids.forEach((id, r) => {
      g.strokeStyle = r === out ? theme.word.highlight : theme.word.muted;
      g.lineWidth = r === out ? 2.5 : 1;
      g.globalAlpha = r === out ? 1 : 0.5;
      const y = one.y + (r + 0.5) * pitch;
      const yw = table.y + (id + 0.5) * pitch;
      const from = one.x + one.columns * one.w;
      curve(g, from, y, table.x - 26, yw);
      curve(g, table.x + table.columns * table.w, yw, product.x - 2, y);
      g.globalAlpha = 1;
    });
  }
  function curve(g, x0, y0, x1, y1) {
    const middle = (x0 + x1) / 2;
    g.beginPath();
    g.moveTo(x0, y0);
    g.bezierCurveTo(middle, y0, middle, y1, x1, y1);
    g.stroke();
  }
  function ring(g, theme, box, r, c) {
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.roundRect(box.x + c * box.w + 1, box.y + r * geo.pitch + 1, box.w - 4, geo.pitch - 4, 3);
    g.stroke();
  }

  function say(out, row, cell) {
    const { one_hot: one, table, product } = scene.arrays;
    const { limit } = scene.facts;
    legend.replaceChildren(`\u2212${limit.toFixed(0)}`, bar, `+${limit.toFixed(0)}`);
    const terms = [];
    for (let k = 0; k < table.rows; k++) {
      const value = table.numbers[k * table.width + cell];
      const near = k === row || k === 0 || k === table.rows - 1;
      if (!near) {
        if (terms.at(-1) !== "…") terms.push("…");
        continue;
      }
      terms.push(`${one.numbers[out * one.width + k]} × ${value < 0 ? `(${number(value, 2)})` : number(value, 2)}`);
    }
    reading.replaceChildren(
      element("span", { class: "equation" }, `${terms.join(" + ")} = ${number(product.numbers[out * product.width + cell], 2)}`),
      element("small", {}, `output row ${out}, dim ${cell}: row ${row} of W`),
    );
  }

  const idsNow = () => scene.facts.ids;
  const rowAt = ({ x, y }, box) => {
    const r = Math.floor((y - box.y) / geo.pitch);
    return x >= box.x - 26 && x < box.x + box.columns * box.w && r >= 0 && r < box.rows ? r : -1;
  };
  const columnAt = ({ x }, box) => Math.min(box.columns - 1, Math.max(0, Math.floor((x - box.x) / box.w)));
  pointers(drawn, {
    grab: (point) => rowAt(point, geo.table) >= 0 || rowAt(point, geo.product) >= 0 || rowAt(point, geo.one) >= 0,
    move() {},
    drop(point) {
      const picked = rowAt(point, geo.table);
      if (picked >= 0) {
        const ids = [...idsNow(), picked].slice(-MOST_IDS);
        return scene.move({ ids: ids.join(", "), out: ids.length - 1, cell: columnAt(point, geo.table) });
      }
      const out = rowAt(point, geo.product);
      if (out >= 0) scene.move({ out, cell: columnAt(point, geo.product) });
      else if (rowAt(point, geo.one) >= 0) scene.move({ out: rowAt(point, geo.one) });
    },
    over(point) {
      const next = point && scene.arrays.table ? rowAt(point, geo.table) : -1;
      if (next === hover) return;
      hover = next;
      drawn.canvas.style.cursor = next >= 0 ? "pointer" : "default";
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = -1));
}
