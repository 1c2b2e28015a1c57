// How long the rows of a table are, against how often their tokens are met, one snapshot after the other; beside it, on
// the same axis, how many rows there are of each length.
// Tensors: norms (S × V), counts (V), bars (S × bins), edges (bins + 1), ranks, rare, common (S), head (V) where there is
// one of its own. Facts: tokens, kinds, names, steps, words. State: s, the snapshot.

import { drawShape, nearestPoint, placeLabels } from "./cloud.js";
import { element } from "./dom.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const KIND_COLOURS = ["token", "query", "key", "sum", "position"]; // as in the picture of the table
const KIND_SHAPES = [0, 1, 2, 3, 4];
const DECADE = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1000 ? `${value / 1000}k` : String(value));

function layout(width) {
  const phone = isPhone(width);
  const bars = phone ? 70 : 190;
  const left = phone ? 30 : 52;
  const height = phone ? 330 : 352;
  const plot = { x: left, y: 30, w: width - left - bars - (phone ? 14 : 34), h: height - 30 - 44 };
  return { phone, plot, bars: { ...plot, x: plot.x + plot.w + (phone ? 10 : 26), w: bars }, height };
}

function build(scene) {
  const legend = element("div", { class: "kinds" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const places = new Float32Array(2048);
  let geo = null;
  let hover = -1;
  const drawn = surface(scene.root, { height: (width) => layout(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));

  function paint(g, width) {
    const { arrays, facts, theme, state: { s } } = scene;
    if (!arrays.norms) return;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const { plot, phone } = geo;
    const size = phone ? 14 : 15;
    const { norms: { numbers: norms, width: count }, counts: { numbers: counts }, edges: { numbers: edges } } = arrays;
    const top = edges.at(-1);
    const decades = Math.ceil(Math.log10(Math.max(10, Math.max(...counts))) - 0.05);
    const seen = plot.x + 42; // left of it: never met
    const y = (value) => plot.y + plot.h * (1 - value / top);
    const x = (value) => (value < 1 ? plot.x + 12 : seen + ((plot.x + plot.w - 8 - seen) * Math.log10(value)) / decades);

    // axes
    g.strokeStyle = theme.line;
    g.lineWidth = 1;
    for (let value = 0; value <= top; value++) {
      g.beginPath();
      g.moveTo(plot.x, y(value));
      g.lineTo(geo.bars.x + geo.bars.w, y(value));
      g.stroke();
      write(g, theme, String(value), plot.x - 8, y(value), { size, align: "right" });
    }
    write(g, theme, facts.words.length, plot.x - (phone ? 24 : 40), 10, { size });
    write(g, theme, phone ? facts.words.few : facts.words.rows, geo.bars.x, 10, { size });
    const low = plot.y + plot.h + 16;
    write(g, theme, facts.words.never, plot.x + 12, low, { size, align: "center" });
    for (let k = 0; k <= decades; k += phone ? 2 : 1) write(g, theme, DECADE(10 ** k), x(10 ** k), low, { size, align: "center" });
    write(g, theme, facts.words.met, plot.x + plot.w, low + 19, { size, align: "right" });

    // how many rows of each length
    const { bars } = arrays;
    const here = bars.numbers.subarray(s * bars.width, (s + 1) * bars.width);
    const most = Math.max(...here);
    const longest = here.indexOf(most);
    g.fillStyle = theme.mark.muted;
    here.forEach((rows, k) => {
      if (!rows) return;
      const w = Math.max(2, ((geo.bars.w - 34) * rows) / most);
      g.fillRect(geo.bars.x, y(edges[k + 1]) + 0.5, w, Math.max(1.5, y(edges[k]) - y(edges[k + 1]) - 1));
    });
    write(g, theme, String(most), geo.bars.x + geo.bars.w - 28, (y(edges[longest]) + y(edges[longest + 1])) / 2, { size, weight: 600 });

    // a head's own rows, at the end
    const last = s === norms.length / count - 1;
    if (arrays.head && last) {
      g.strokeStyle = theme.word.muted;
      g.lineWidth = 1.5;
      arrays.head.numbers.forEach((value, i) => g.strokeRect(x(counts[i]) - 3.5, y(value) - 3.5, 7, 7));
    }
    for (let i = 0; i < count; i++) {
      places[2 * i] = x(counts[i]);
      places[2 * i + 1] = y(norms[s * count + i]);
    }
    const r = count > 200 ? 4 : 5.5;
    for (let i = 0; i < count; i++) {
      const kind = facts.kinds[i];
      drawShape(g, KIND_SHAPES[kind], places[2 * i], places[2 * i + 1], i === hover ? r + 2 : r, theme.mark[KIND_COLOURS[kind]], theme.page);
    }
    const byCount = [...counts.keys()].sort((a, b) => counts[a] - counts[b]);
    const wanted = (hover < 0 ? [] : [hover]).concat(byCount).map((i) => ({ i, text: facts.tokens[i], size: i === hover ? 18 : size, weight: i === hover ? 650 : 400 }));
    for (const label of placeLabels(g, wanted, places, plot.x + plot.w + 14, plot.y + plot.h + 4, { most: phone ? 26 : 70, font: theme.sans })) {
      write(g, theme, label.text, label.x, label.y, { size: label.size, weight: label.weight, colour: theme.ink, halo: true });
    }
    say();
  }

  function say() {
    const { arrays, facts, state: { s } } = scene;
    const at = (name) => number(arrays[name].numbers[s], 2);
    legend.replaceChildren(...facts.names.flatMap((name, kind) => (facts.kinds.includes(kind) ? [key(kind, name)] : [])));
    const step = element("span", { class: "equation" }, `${facts.words.step} ${amount(facts.steps[s])}`);
    if (hover >= 0) {
      const { norms, counts } = arrays;
      const length = number(norms.numbers[s * norms.width + hover], 2);
      return reading.replaceChildren(step, element("small", {}, `“${facts.tokens[hover]}” ${facts.words.hovered.replace("#", amount(counts.numbers[hover])).replace("#", length)}`));
    }
    reading.replaceChildren(step, element("small", {}, facts.words.medians.replace("#", at("rare")).replace("#", at("common")).replace("#", at("ranks"))));
  }

  function key(kind, name) {
    const mark = element("canvas", { width: 28, height: 28, class: "mark" });
    const g = mark.getContext("2d");
    g.scale(2, 2);
    drawShape(g, KIND_SHAPES[kind], 7, 7, 4.5, scene.theme.mark[KIND_COLOURS[kind]], scene.theme.page);
    return element("span", {}, mark, name);
  }

  const point = (at) => {
    const next = at && scene.arrays.norms ? nearestPoint(places, scene.arrays.norms.width, at.x, at.y, 16) : -1;
    if (next === hover) return;
    hover = next;
    drawn.draw();
  };
  pointers(drawn, { move: point, drop: () => {}, over: point });
  return partOf(scene, drawn, () => (hover = -1));
}
