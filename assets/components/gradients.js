// The gradient of every row of a small table. Two pictures, by facts.kind:
//   "lookup"  the gradient of each looked-up row (G), which each adds to the row of its id: by hand, and by autograd
//   "tied"    the part through the lookup and the part through the logits, and their sum
// Tensors: upstream (tokens × d), by_hand, by_autograd, lookup_part, logits_part (rows × d), counts, targets (rows).
// Facts: kind, ids, padding (a row or null), limit, names (titles by table). State: row, j.

import { element } from "./dom.js";
import { cellUnder, CHIP_W, drawCell, drawId, drawRowName } from "./gradients_tables.js";
import { outline } from "./heatmap.js";
import { number, settle, term } from "./numbers.js";
import { picture } from "./picture.js";
import { signedFill, signedGradient, TRACK } from "./scale.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(build);

const TALL = 384;
const TOP = 46;
const MOST_TERMS = 4;
const EDGE = 2; // room for an outline on the right

// Where the tables are: {name, x, y, w, h (of a cell), names (room for the ids on the left)}.
function arrange(width, kind, rows, d, tokens) {
  const phone = isPhone(width);
  if (kind === "tied") {
    const names = phone ? 64 : 84;
    const gap = phone ? 12 : 44;
    const w = (width - EDGE - names - 2 * gap) / (3 * d);
    const h = phone ? 26 : (TALL - TOP) / rows;
    const box = (name, k) => ({ name, x: names + k * (d * w + gap), y: TOP, w, h, names: k ? 0 : names });
    return { phone, gap, tables: ["lookup_part", "logits_part", "by_hand"].map(box), height: Math.ceil(TOP + rows * h) };
  }
  const label = phone ? 52 : 62;
  const names = phone ? 62 : 76;
  const wires = phone ? 22 : 88;
  const gap = phone ? 0 : 32;
  const w = (width - EDGE - label - wires - names - gap) / ((phone ? 2 : 3) * d);
  const h = phone ? 22 : (TALL - TOP) / rows;
  const upstream = { name: "upstream", x: label, y: TOP + ((rows - tokens) * h) / 2, w, h, names: label, top: TOP };
  const hand = { name: "by_hand", x: label + d * w + wires + names, y: TOP, w, h, names };
  const auto = phone ? { name: "by_autograd", x: hand.x, y: TOP + rows * h + 34, w, h: 9, names: 0 } : { name: "by_autograd", x: hand.x + d * w + gap, y: TOP, w, h, names: 0 };
  return { phone, gap, wires, tables: [upstream, hand, auto], height: Math.ceil(phone ? auto.y + rows * auto.h : TOP + rows * h) };
}

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  let geo = null;
  let hover = null;
  const drawn = surface(scene.root, {
    height: (width) => arrange(width, scene.facts.kind, rowCount(), widthOf(), tokenCount()).height,
    paint,
  });
  scene.root.append(element("div", { class: "under" }, legend, reading));

  const rowCount = () => scene.arrays.by_hand?.rows ?? 12;
  const widthOf = () => scene.arrays.by_hand?.width ?? 6;
  const tokenCount = () => scene.facts.ids?.length ?? 1;
  const value = (name, row, j) => scene.arrays[name].numbers[row * widthOf() + j];
  const count = (name, row) => scene.arrays[name].numbers[row];
  const isPadding = (row) => row === scene.facts.padding;

  function paint(g, width) {
    if (!scene.arrays.by_hand) return;
    const { theme, facts } = scene;
    const tied = facts.kind === "tied";
    const d = widthOf();
    geo = arrange(width, facts.kind, rowCount(), d, tokenCount());
    scene.root.classList.toggle("phone", geo.phone);
    const { row, j } = hover ?? scene.state;
    geo.tables.forEach((box, k) => {
      drawTitle(g, box, d, k);
      drawTable(g, box, d, row);
    });
    if (tied) drawSigns(g, d);
    else drawWires(g, d, row);
    for (const box of geo.tables) {
      const rows = box.name === "upstream" ? occurrences(row) : [row];
      for (const at of rows) {
        outline(g, theme, box.x, box.y + at * box.h, d * box.w - 2, box.h - 2);
        outline(g, theme, box.x + j * box.w, box.y + at * box.h, box.w - 2, box.h - 2);
      }
    }
    say(row, j);
  }

  const occurrences = (row) => scene.facts.ids.flatMap((id, at) => (id === row ? [at] : []));

  function drawTitle(g, box, d, k) {
    const { theme, facts } = scene;
    const top = box.top ?? box.y;
    g.fillStyle = theme.mark.gradient;
    g.fillRect(box.x - 1, top - 8, d * box.w, 3);
    const [name, words] = facts.names[k];
    const y = top - 23;
    g.font = `italic 600 19px ${theme.serif}`;
    let wide = name ? g.measureText(name).width + 8 : 0;
    g.font = `400 15px ${theme.sans}`;
    const room = d * box.w + (geo.phone ? 0 : 20);
    const short = words.split(", ")[0];
    const fits = wide + g.measureText(words).width <= room;
    if (wide + g.measureText(short).width > room) wide = 0;
    if (wide) write(g, theme, name, box.x, y, { size: 19, serif: true, weight: 600, colour: theme.word.gradient });
    write(g, theme, fits ? words : short, box.x + wide, y + 1, { size: 15 });
  }

  function drawTable(g, box, d, chosen) {
    const { theme, facts } = scene;
    const upstream = box.name === "upstream";
    const rows = upstream ? tokenCount() : rowCount();
    for (let row = 0; row < rows; row++) {
      const y = box.y + row * box.h;
      const id = upstream ? facts.ids[row] : row;
      const out = upstream && isPadding(id);
      if (upstream) {
        if (!geo.phone) write(g, theme, String(row), box.x - box.names + 16, y + box.h / 2, { size: 15, align: "right" });
        drawId(g, theme, { x: box.x - CHIP_W - 6, y, h: box.h - 1 }, id, { used: true, padding: out, chosen: id === chosen });
      } else if (box.names) {
        drawRowName(g, theme, { x: box.x - box.names + (geo.phone ? 0 : 6), y, h: box.h - 1 }, row, count("counts", row), isPadding(row), false);
      }
      for (let j = 0; j < d; j++) {
        const v = value(box.name, row, j);
        g.save();
        if (out) g.globalAlpha = 0.4;
        drawCell(g, theme, { x: box.x + j * box.w, y, w: box.w, h: box.h }, v === 0 || out ? null : signedFill(v, facts.limit), v === 0 ? "" : inCell(v), TRACK);
        g.restore();
      }
    }
  }

  const inCell = (v) => (Number.isInteger(v) ? number(v, 0) : number(v, Math.abs(v) < 9.95 ? 2 : 0));

  function drawSigns(g, d) {
    const { theme } = scene;
    const y = TOP + (rowCount() * geo.tables[0].h) / 2;
    if (geo.phone) return;
    ["+", "="].forEach((sign, k) => {
      const box = geo.tables[k];
      write(g, theme, sign, box.x + d * box.w + geo.gap / 2 - 1, y, { size: 26, align: "center", colour: theme.ink });
    });
  }

  // From each row of G to the row of its id: dotted, as gradients are; those of the chosen row bold, with a double head.
  function drawWires(g, d, chosen) {
    const { theme, facts } = scene;
    const [from, to] = geo.tables;
    const lines = facts.ids.map((id, at) => ({ id, at })).filter(({ id }) => !isPadding(id));
    const start = from.x + d * from.w + 2;
    const end = to.x - to.names + (geo.phone ? 2 : 0);
    for (const bold of [false, true]) {
      for (const { id, at } of lines) {
        if ((id === chosen) !== bold) continue;
        const y0 = from.y + (at + 0.5) * from.h - 1;
        const y1 = to.y + (id + 0.5) * to.h - 1;
        g.strokeStyle = bold ? theme.mark.gradient : theme.word.muted;
        g.lineWidth = bold ? 2.5 : 1.2;
        g.globalAlpha = bold ? 1 : 0.75;
        g.setLineDash(bold ? [2, 4] : [1.5, 4]);
        g.lineCap = "round";
        g.beginPath();
        g.moveTo(start, y0);
        g.bezierCurveTo((start + end) / 2, y0, (start + end) / 2, y1, end - (bold ? 12 : 4), y1);
        g.stroke();
        g.setLineDash([]);
        for (const back of bold ? [0, 6] : [0]) {
          const size = bold ? 6 : 4;
          g.beginPath();
          g.moveTo(end - back - size, y1 - size);
          g.lineTo(end - back, y1);
          g.lineTo(end - back - size, y1 + size);
          g.stroke();
        }
        g.globalAlpha = 1;
      }
    }
    if (!geo.phone) write(g, theme, "=", to.x + d * to.w + geo.gap / 2 - 1, TOP + (rowCount() * to.h) / 2, { size: 26, align: "center", colour: theme.ink });
  }

  // --- the words below
  let said = "";
  function say(row, j) {
    const { facts } = scene;
    const [terms, note] = facts.kind === "tied" ? tiedWords(row, j) : lookupWords(row, j);
    const result = value("by_hand", row, j);
    const { decimals, sign } = whole(terms, result) ? { decimals: 0, sign: "=" } : settle(terms, (...all) => all.reduce((a, b) => a + b, 0), result);
    const sum = terms.length > 1 ? `${terms.map((t, k) => (k ? term(t, decimals) : number(t, decimals))).join(" + ")} ${sign} ` : "";
    const text = JSON.stringify([row, j, sum, result, note, facts.limit]);
    if (text === said) return;
    said = text;
    const limit = Number.isInteger(facts.limit) ? String(facts.limit) : String(Number(facts.limit.toPrecision(2)));
    legend.replaceChildren(`\u2212${limit}`, bar, `+${limit}`);
    reading.replaceChildren(
      element("span", { class: "equation" }, element("i", { class: "gradient" }, "∂L/∂W"), `[${row}, ${j}] = ${sum}${number(result, decimals)}`),
      element("small", {}, note),
    );
  }
  const whole = (terms, result) => [...terms, result].every(Number.isInteger);

  function lookupWords(row, j) {
    const at = occurrences(row);
    if (!at.length) return [[], `id ${row} is not in the batch: the row gets nothing`];
    if (isPadding(row)) return [[], `row ${row} is the padding row: ${at.length === 1 ? "its row of G is" : `its ${at.length} rows of G are`} left out`];
    const rows = `row${at.length > 1 ? "s" : ""} ${listed(at)} of G`;
    if (at.length > MOST_TERMS) return [[], `the sum of ${rows}`];
    return [at.map((token) => value("upstream", token, j)), at.length > 1 ? rows : `${rows}: id ${row} is there once`];
  }
  function tiedWords(row, j) {
    const parts = ["lookup_part", "logits_part"].map((name) => value(name, row, j));
    if (isPadding(row)) return [parts, `row ${row} is the padding row: only its lookup is left out`];
    const [used, wanted] = [count("counts", row), count("targets", row)];
    const where = used ? `${times(used)} in the batch, ${wanted ? `${times(wanted)} a target` : "never a target"}` : "not in the batch";
    return [parts, `row ${row}: ${where}`];
  }
  const times = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);
  const listed = (all) => (all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : String(all[0]));

  // --- the hand
  function cellOf(point) {
    for (const box of geo?.tables ?? []) {
      const upstream = box.name === "upstream";
      const found = cellUnder(point, box, upstream ? tokenCount() : rowCount(), widthOf());
      if (found) return { row: upstream ? scene.facts.ids[found.row] : found.row, j: found.column ?? scene.state.j };
    }
    return null;
  }
  pointers(drawn, {
    grab: (point) => cellOf(point) !== null,
    move: (point) => scene.move(cellOf(point) ?? {}, { settled: false }),
    drop: (point) => scene.move(cellOf(point) ?? {}, { settled: true }),
    over: (point) => {
      const next = point && cellOf(point);
      if (next?.row === hover?.row && next?.j === hover?.j) return;
      hover = next;
      drawn.draw();
    },
  });

  return {
    draw() {
      hover = null;
      drawn.describe(scene.facts.alt ?? "");
      drawn.draw();
    },
    destroy: drawn.destroy,
  };
}
