// Words through the network of word2vec: one-hot in, a row of W out, its products with rows of C.
// Tensors: rows (m × d), hidden (d), columns (k × d: rows of C), scores and chances (k). Facts: inputs, ids, outputs,
// output_ids, vocabulary, dim, limit, c_limit. State: cell (a dimension), out (which of the k outputs).

import { element, visible } from "./dom.js";
import { number, term } from "./numbers.js";
import { picture } from "./picture.js";
import { signedFill, signedGradient, TRACK } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

function frames(width) {
  const phone = isPhone(width);
  const [top, h] = phone ? [46, 286] : [46, 304];
  const one = phone ? { x: 0, w: 12 } : { x: 84, w: 18 };
  const w = phone ? { x: 28, w: 78 } : { x: 148, w: 190 };
  const hidden = phone ? { x: 126, w: 16 } : { x: 400, w: 30 };
  const c = phone ? { x: 162, w: 78 } : { x: 492, w: 190 };
  const out = phone ? { x: 252, w: width - 252 } : { x: 716, w: width - 716 };
  return { phone, top, h, one, w, hidden, c, out, height: phone ? 356 : 372 };
}

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => frames(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  let geo = null;

  const yOf = (id) => geo.top + (geo.h * (id + 0.5)) / scene.facts.vocabulary;
  const cellY = (j) => geo.top + (geo.h * j) / scene.facts.dim;
  const outY = (k) => geo.top + (geo.h * (k + 0.5)) / scene.facts.outputs.length;

  function paint(g, width) {
    const { arrays, facts, theme, state } = scene;
    if (!arrays.hidden) return;
    geo = frames(width);
    scene.root.classList.toggle("phone", geo.phone);
    const { phone, top, h, one, w, hidden, c, out } = geo;
    const d = facts.dim;
    const size = phone ? 14 : 16;
    const rows = facts.inputs.map((_, i) => rowY(i));

    // the wires: what is lit goes on
    g.strokeStyle = theme.word.muted;
    g.globalAlpha = 0.5;
    g.lineWidth = 1.5;
    rows.forEach((y, i) => {
      wire(g, one.x + one.w + 2, yOf(facts.ids[i]), w.x - 3, y);
      wire(g, w.x + w.w + 3, y, hidden.x - 4, top + h / 2);
    });
    facts.outputs.forEach((_, k) => {
      g.globalAlpha = k === state.out ? 1 : 0.3;
      g.strokeStyle = k === state.out ? theme.word.highlight : theme.word.muted;
      wire(g, hidden.x + hidden.w + 4, top + h / 2, c.x - 3, outY(k));
      wire(g, c.x + c.w + 3, outY(k), out.x - 6, outY(k));
    });
    g.globalAlpha = 1;

    // one-hot: a line for each word, all 0 but those of the words that go in
    g.fillStyle = TRACK;
    g.fillRect(one.x, top, one.w, h);
    facts.ids.forEach((id, i) => {
      g.fillStyle = theme.mark.token;
      g.fillRect(one.x - 2, yOf(id) - 2, one.w + 4, 4);
      if (!phone) write(g, theme, visible(facts.inputs[i]), one.x - 8, spread(facts.ids.map(yOf), 20)[i], { size: 17, weight: 600, colour: theme.word.token, align: "right" });
    });
    // W, of which the rows of these words are shown
    table(g, theme, w, top, h);
    rows.forEach((y, i) => strip(g, arrays.rows.numbers.subarray(i * d, (i + 1) * d), facts.limit, w.x, y - 8, w.w, 16));
    // the hidden layer
    const { numbers } = arrays.hidden;
    g.fillStyle = TRACK;
    g.fillRect(hidden.x, top, hidden.w, h);
    for (let j = 0; j < d; j++) {
      g.fillStyle = signedFill(numbers[j], facts.limit);
      g.fillRect(hidden.x, cellY(j), hidden.w, h / d - (h / d > 4 ? 1 : 0));
    }
    ringed(g, theme, hidden.x, cellY(state.cell), hidden.w, Math.max(4, h / d));
    // C, and its rows that answer best
    table(g, theme, c, top, h);
    facts.outputs.forEach((_, k) => strip(g, arrays.columns.numbers.subarray(k * d, (k + 1) * d), facts.c_limit, c.x, outY(k) - 8, c.w, 16));
    ringed(g, theme, c.x, outY(state.out) - 8, c.w, 16);
    const x = c.x + ((state.cell + 0.5) * c.w) / d;
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1;
    g.setLineDash([3, 4]);
    g.beginPath();
    g.moveTo(x, top);
    g.lineTo(x, top + h);
    g.stroke();
    g.setLineDash([]);
    // what comes out
    const most = Math.max(...arrays.scores.numbers, 1e-9);
    facts.outputs.forEach((word, k) => {
      const y = outY(k);
      const mine = k === state.out;
      write(g, theme, visible(word), out.x, y, { size: phone ? 15 : 18, weight: mine ? 650 : 400, colour: theme.ink });
      if (phone) return;
      const room = out.w - 106 - 52;
      g.fillStyle = theme.mark.value;
      g.globalAlpha = mine ? 1 : 0.6;
      g.fillRect(out.x + 106, y - 6, Math.max(0, (room * arrays.scores.numbers[k]) / most), 12);
      g.globalAlpha = 1;
      write(g, theme, number(arrays.scores.numbers[k], 2), out.x + out.w, y, { size: 16, align: "right", weight: mine ? 650 : 400, colour: theme.word.value });
    });
    heads(g, theme, size);
    say();
  }

  const rowY = (i) => spread(scene.facts.ids.map(yOf), 22)[i];
  function spread(ys, gap) {
    const order = ys.map((_, i) => i).sort((a, b) => ys[a] - ys[b]);
    const placed = ys.slice();
    order.forEach((i, k) => {
      if (k) placed[i] = Math.max(placed[i], placed[order[k - 1]] + gap);
    });
    const over = Math.max(0, placed[order.at(-1)] - (geo.top + geo.h - 10));
    return placed.map((y) => Math.max(geo.top + 10, y - over));
  }

  function heads(g, theme, size) {
    const { facts } = scene;
    const { phone, one, w, hidden, c, out } = geo;
    const v = facts.vocabulary.toLocaleString("en-US");
    const over = (text, at, colour, serif) => write(g, theme, text, at.x + at.w / 2, 14, { size: serif ? 20 : size, weight: 600, serif, colour, align: "center" });
    const under = (text, at) => write(g, theme, text, at.x + at.w / 2, 34, { size: phone ? 14 : 15, align: "center" });
    if (!phone) {
      over("one-hot", one, theme.word.token);
      under(v, one);
      over("hidden", hidden, theme.ink);
      under(String(facts.dim), hidden);
      write(g, theme, facts.sums, out.x, 14, { size, weight: 600, colour: theme.word.value });
      write(g, theme, `the best of ${v}`, out.x, 34, { size: 15 });
    } else {
      under(String(facts.dim), hidden);
    }
    over("W", w, theme.word.token, true);
    under(phone ? v : `${v} × ${facts.dim}`, w);
    over("C", c, theme.word.position, true);
    under(phone ? v : `${facts.outputs.length} of ${v} × ${facts.dim}`, c);
  }

  function wire(g, x0, y0, x1, y1) {
    const mid = (x0 + x1) / 2;
    g.beginPath();
    g.moveTo(x0, y0);
    g.bezierCurveTo(mid, y0, mid, y1, x1, y1);
    g.stroke();
  }
  function table(g, theme, at, top, h) {
    g.fillStyle = TRACK;
    g.fillRect(at.x, top, at.w, h);
  }
  function strip(g, values, limit, x, y, w, h) {
    g.fillStyle = scene.theme.page;
    g.fillRect(x, y - 1, w, h + 2);
    values.forEach((value, j) => {
      g.fillStyle = signedFill(value, limit);
      g.fillRect(x + (j * w) / values.length, y, w / values.length - (w / values.length > 3 ? 0.5 : 0), h);
    });
  }
  function ringed(g, theme, x, y, w, h) {
    for (const [colour, wide] of [[theme.page, 5], [theme.word.highlight, 2.5]]) {
      g.strokeStyle = colour;
      g.lineWidth = wide;
      g.beginPath();
      g.roundRect(x - 2, y - 1, w + 4, h + 2, 3);
      g.stroke();
    }
  }

  function say() {
    const { arrays, facts, state } = scene;
    const { cell: j, out: k } = state;
    const d = facts.dim;
    const parts = facts.inputs.map((_, i) => arrays.rows.numbers[i * d + j]);
    const sum = parts.length === 1 ? `W[${facts.ids[0]}, ${j}]` : `(${parts.map((v) => term(v)).join(" + ")}) / ${parts.length}`;
    legend.replaceChildren(`\u2212${facts.limit}`, bar, `+${facts.limit}`);
    reading.replaceChildren(
      element("span", { class: "equation" }, `h[${j}] = ${sum} ${parts.length === 1 ? "=" : "≈"} ${number(arrays.hidden.numbers[j])}`),
      element("small", {}, `h · C[${visible(facts.outputs[k])}] = ${number(arrays.scores.numbers[k], 2)}, so σ = ${number(arrays.chances.numbers[k], 3)}`),
    );
  }

  const inside = (point, at) => point.x >= at.x - 12 && point.x <= at.x + at.w + 12;
  const choose = (point, settled) => {
    if (held === "hidden") scene.move({ cell: Math.floor(((point.y - geo.top) / geo.h) * scene.facts.dim) }, { settled });
    else if (held === "out") scene.move({ out: Math.floor(((point.y - geo.top) / geo.h) * scene.facts.outputs.length) }, { settled });
  };
  let held = "";
  pointers(drawn, {
    grab: (point) => {
      held = inside(point, geo.hidden) ? "hidden" : point.x >= geo.c.x ? "out" : "";
      return held !== "";
    },
    move: (point) => choose(point, false),
    drop: (point) => choose(point, true),
  });

  return partOf(scene, drawn);
}
