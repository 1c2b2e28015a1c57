// One token at two places: its row of W, a row of P, their sum, twice, and how alike the two sums are.
// Tensors: rows (tokens × d), positions (places × d). Facts: tokens, limit. State: token, p, q, j (dimension).

import { element, visible } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { number, settle, term } from "./numbers.js";
import { picture } from "./picture.js";
import { signedGradient } from "./scale.js";
import { cellAt, drawRail, drawStrip, outlineCell } from "./strips.js";
import { isPhone, pointers, surface, write } from "./surface.js";

const mount = picture(build);

export default function (given) {
  return mount(given);
}

const NAMES = [["W", "token"], ["P", "position"], ["x", "sum"]];

function build(scene) {
  const card = hoverCard();
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const stage = element("div", { class: "offset-stage" });
  scene.root.append(stage, element("div", { class: "under" }, legend, reading));
  const drawn = surface(stage, { height: (width) => (isPhone(width) ? 372 : 384), paint });
  stage.append(card.node);
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  let geo = null;
  let hover = null;
  let sums = [];
  let chips = [];
  let curves = { key: "", sum: [], position: [] };

  function layout(width, d) {
    const phone = isPhone(width);
    const left = phone ? 0 : 84;
    const gap = phone ? 8 : 34;
    const w = (width - left - 2 * gap) / 3;
    const count = Math.min(d, phone ? 16 : 48);
    const rows = phone ? [94, 132] : [84, 136];
    const h = phone ? 24 : 30;
    const boxes = rows.map((y) => NAMES.map((_, k) => ({ x: left + k * (w + gap), y, w, h })));
    const top = rows[1] + h + 52;
    const chart = { x: phone ? 34 : left, y: top, w: width - (phone ? 34 : left) - (phone ? 12 : 190), h: (phone ? 340 : 352) - top };
    return { phone, left, gap, w, count, boxes, chart };
  }

  // The cosines of the sum at p with the sum at every place, and of the rows of P alone.
  function measure() {
    const { rows, positions } = scene.arrays;
    const { token, p } = scene.state;
    const key = `${token}/${p}`;
    if (curves.key === key && curves.of === rows.numbers) return;
    const d = rows.width;
    const w = rows.numbers.subarray(token * d, (token + 1) * d);
    const P = positions.numbers;
    const at = (q, j) => P[q * d + j];
    const sum = new Float32Array(positions.rows);
    const position = new Float32Array(positions.rows);
    let own = 0;
    let ownP = 0;
    for (let j = 0; j < d; j++) {
      own += (w[j] + at(p, j)) ** 2;
      ownP += at(p, j) ** 2;
    }
    for (let q = 0; q < positions.rows; q++) {
      let [dot, length, dotP, lengthP] = [0, 0, 0, 0];
      for (let j = 0; j < d; j++) {
        const b = at(q, j);
        const x = w[j] + b;
        dot += (w[j] + at(p, j)) * x;
        length += x * x;
        dotP += at(p, j) * b;
        lengthP += b * b;
      }
      sum[q] = dot / (Math.sqrt(own * length) || 1);
      position[q] = dotP / (Math.sqrt(ownP * lengthP) || 1);
    }
    curves = { key, of: rows.numbers, sum, position };
  }

  function paint(g, width) {
    const { rows, positions } = scene.arrays;
    if (!rows) return;
    const { theme, facts, state } = scene;
    const d = rows.width;
    geo = layout(width, d);
    scene.root.classList.toggle("phone", geo.phone);
    const { token, p, q } = state;
    measure();
    sums = [p, q].map((place) => Float32Array.from({ length: d }, (_, j) => rows.numbers[token * d + j] + positions.numbers[place * d + j]));
    const j = hover?.j ?? state.j;
    const first = Math.min(d - geo.count, Math.floor(j / geo.count) * geo.count);
    drawChips(g, width);
    geo.boxes.forEach((line, r) => {
      const place = r ? q : p;
      line.forEach((box, k) => {
        const [name, role] = NAMES[k];
        if (!r) {
          drawRail(g, box.x, box.y - 9, box.w, geo.count, theme.mark[role]);
          write(g, theme, k === 2 && !geo.phone ? "x = W + P" : name, box.x, box.y - 22, { size: 19, serif: true, weight: 600, colour: theme.word[role] });
          if (!geo.phone && k === 0) write(g, theme, `dims ${first}–${first + geo.count - 1} of ${d}`, box.x + box.w, box.y - 22, { align: "right" });
        } else if (!geo.phone && k < 2) write(g, theme, k ? "=" : "+", box.x + box.w + geo.gap / 2, (box.y + geo.boxes[0][k].y + box.h) / 2, { size: 24, align: "center", colour: theme.ink });
        const [numbers, start] = k === 0 ? [rows.numbers, token * d] : k === 1 ? [positions.numbers, place * d] : [sums[r], 0];
        drawStrip(g, box, numbers, start + first, geo.count, facts.limit);
        outlineCell(g, box, geo.count, j - first, theme);
      });
      if (!geo.phone) {
        write(g, theme, r ? "q" : "p", 0, line[0].y + geo.boxes[0][0].h / 2, { size: 19, serif: true, weight: 600, colour: theme.word.position });
        write(g, theme, `= ${place}`, 14, line[0].y + geo.boxes[0][0].h / 2, { size: 17, colour: theme.ink });
      }
    });
    drawChart(g);
    say(first);
  }

  function drawChips(g, width) {
    const { theme, facts, state } = scene;
    const { tokens, ids } = facts;
    chips = [];
    let x = geo.phone ? 0 : geo.left;
    let y = 4;
    tokens.forEach((name, i) => {
      const text = visible(name);
      g.font = `400 17px ${theme.sans}`;
      const w = g.measureText(text).width + 14;
      if (x + w > width) [x, y] = [geo.phone ? 0 : geo.left, y + 27];
      if (y > 32) return;
      const same = ids[i] === ids[state.token];
      g.fillStyle = theme.mark.token;
      g.globalAlpha = same ? 0.34 : 0.15;
      g.beginPath();
      g.roundRect(x, y, w, 25, 5);
      g.fill();
      g.globalAlpha = 1;
      write(g, theme, text, x + w / 2, y + 13, { size: 17, align: "center", colour: theme.ink, weight: same ? 650 : 400 });
      if (i === state.token) {
        g.strokeStyle = theme.word.highlight;
        g.lineWidth = 2.5;
        g.beginPath();
        g.roundRect(x - 1, y - 1, w + 2, 27, 6);
        g.stroke();
      }
      chips.push({ x, y, w, h: 25, i });
      x += w + 4;
    });
    if (!geo.phone) write(g, theme, "token", 0, 17, { size: 16 });
  }

  function drawChart(g) {
    const { theme, state } = scene;
    const { chart, phone } = geo;
    const n = curves.sum.length;
    const lowest = Math.min(0, ...curves.sum, ...curves.position);
    const y = (value) => chart.y + chart.h - ((value - lowest) / (1 - lowest)) * chart.h;
    const x = (place) => chart.x + (place / (n - 1)) * chart.w;
    for (const value of [0, 0.5, 1]) {
      g.strokeStyle = theme.word.muted;
      g.globalAlpha = value ? 0.25 : 0.6;
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(chart.x, y(value));
      g.lineTo(chart.x + chart.w, y(value));
      g.stroke();
      g.globalAlpha = 1;
      write(g, theme, String(value), chart.x - 8, y(value), { align: "right" });
    }
    for (const [values, colour, dash, line] of [[curves.position, theme.mark.position, [7, 5], 2], [curves.sum, theme.mark.sum, [], 3]]) {
      g.strokeStyle = colour;
      g.lineWidth = line;
      g.setLineDash(dash);
      g.beginPath();
      values.forEach((value, place) => g[place ? "lineTo" : "moveTo"](x(place), y(value)));
      g.stroke();
      g.setLineDash([]);
    }
    for (const [place, name] of [[state.p, "p"], [state.q, "q"]]) {
      g.strokeStyle = theme.word.highlight;
      g.lineWidth = 1;
      g.setLineDash([3, 4]);
      g.beginPath();
      g.moveTo(x(place), chart.y - 6);
      g.lineTo(x(place), chart.y + chart.h);
      g.stroke();
      g.setLineDash([]);
      const close = Math.abs(x(state.p) - x(state.q)) < 18 && state.p !== state.q;
      const aside = close ? (place === Math.min(state.p, state.q) ? -9 : 9) : 0;
      write(g, theme, name, x(place) + aside, chart.y - 16, { size: 18, serif: true, weight: 600, align: "center", colour: theme.word.position, halo: true });
      g.fillStyle = theme.word.highlight;
      g.beginPath();
      g.arc(x(place), y(curves.sum[place]), 5, 0, 2 * Math.PI);
      g.fill();
    }
    const step = n > 256 ? 128 : 32;
    for (let place = 0; place < n; place += step) write(g, theme, String(place), x(place), chart.y + chart.h + 16, { align: "center" });
    write(g, theme, phone ? "place" : "place q", chart.x + chart.w, chart.y + chart.h + 16, { align: "right" });
    if (phone) return;
    const side = chart.x + chart.w + 16;
    write(g, theme, "cosine with the sum at p", side, chart.y + 2, { size: 15, colour: theme.ink });
    for (const [k, [role, text, dash]] of [["sum", "x, the sums", []], ["position", "P alone", [7, 5]]].entries()) {
      const at = chart.y + 30 + 26 * k;
      g.strokeStyle = theme.mark[role];
      g.lineWidth = 3;
      g.setLineDash(dash);
      g.beginPath();
      g.moveTo(side, at);
      g.lineTo(side + 28, at);
      g.stroke();
      g.setLineDash([]);
      write(g, theme, text, side + 36, at, { size: 16, colour: theme.word[role], weight: 600 });
    }
    write(g, theme, "W alone: 1, it is one row", side, chart.y + 84, { size: 15, colour: theme.word.token });
  }

  function equation(r, j) {
    const { rows, positions } = scene.arrays;
    const { token, p, q } = scene.state;
    const place = r ? q : p;
    const d = rows.width;
    const terms = [rows.numbers[token * d + j], positions.numbers[place * d + j]];
    const { decimals, sign } = settle(terms, (a, b) => a + b, sums[r][j]);
    return [
      element("div", { class: "equation" }, element("i", { class: "sum" }, "x"), `[${place}, ${j}] = ${term(terms[0], decimals)} + ${term(terms[1], decimals)} ${sign} ${number(sums[r][j], decimals)}`),
      element("small", {}, `row ${scene.facts.ids[token]} of W${scene.facts.factor === 1 ? "" : ` × ${number(scene.facts.factor)}`} + row ${place} of P`),
    ];
  }

  function say() {
    const { limit, factor } = scene.facts;
    const { p, q } = scene.state;
    const digits = limit >= 0.1 ? 2 : 3;
    legend.replaceChildren(`\u2212${limit.toFixed(digits)}`, bar, `+${limit.toFixed(digits)}`);
    reading.replaceChildren(
      element("span", { class: "equation" }, "cos(", element("i", { class: "sum" }, "x"), `${sub(p)}, `, element("i", { class: "sum" }, "x"), `${sub(q)}) = ${number(curves.sum[q])}`),
      element("small", {}, `rows of P alone: ${number(curves.position[q])}, rows of W: 1${factor === 1 ? "" : `, W times ${number(factor, 0)}`}`),
    );
    if (!hover) return card.hide();
    const box = geo.boxes[hover.r][hover.k];
    card.show(equation(hover.r, hover.j), { x: hover.x, y: box.y, h: box.h }, drawn.canvas.clientWidth, false);
  }
  const sub = (value) => String(value).split("").map((c) => String.fromCodePoint(0x2080 + Number(c))).join("");

  // --- the hand
  function cellOf({ x, y }) {
    const d = scene.arrays.rows.width;
    const first = Math.min(d - geo.count, Math.floor(scene.state.j / geo.count) * geo.count);
    for (const [r, line] of geo.boxes.entries()) {
      for (const [k, box] of line.entries()) {
        if (y < box.y - 8 || y > box.y + box.h + 8) continue;
        const at = cellAt(box, geo.count, x);
        if (at >= 0) return { r, k, j: first + at, x };
      }
    }
    return null;
  }
  const placeOf = ({ x, y }) => {
    const { chart } = geo;
    if (y < chart.y - 24 || y > chart.y + chart.h + 24 || x < chart.x - 12 || x > chart.x + chart.w + 12) return null;
    return Math.round(((x - chart.x) / chart.w) * (curves.sum.length - 1));
  };
  const chipOf = ({ x, y }) => chips.find((chip) => x >= chip.x && x < chip.x + chip.w && y >= chip.y - 3 && y < chip.y + chip.h + 3);
  let held = "";
  pointers(drawn, {
    grab(point) {
      held = chipOf(point) ? "chip" : cellOf(point) ? "cell" : placeOf(point) !== null ? "place" : "";
      return held !== "";
    },
    move(point) {
      if (held === "place") {
        const { chart } = geo;
        scene.move({ q: Math.round(((point.x - chart.x) / chart.w) * (curves.sum.length - 1)) }, { settled: false });
      } else if (held === "cell") {
        const cell = cellOf(point);
        if (cell) scene.move({ j: cell.j }, { settled: false });
      }
    },
    drop(point) {
      const chip = held === "chip" && chipOf(point);
      scene.move(chip ? { token: chip.i } : {}, { settled: true });
      held = "";
    },
    over(point) {
      const next = point && scene.arrays.rows ? cellOf(point) : null;
      if (next?.j === hover?.j && next?.r === hover?.r && next?.k === hover?.k) return;
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
