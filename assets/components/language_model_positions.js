// A learned table of positions, one snapshot after the other: its numbers, and how alike its rows are.
// Tensors: tables (S · n × d), cosines (S · n × n), distances (S × n). Facts: n, limit, steps, words. State: s.

import { element } from "./dom.js";
import { drawHeatmap, heatmap } from "./heatmap.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { signedFill, similarityFill } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const GAP = 66;

function layout(width) {
  const phone = isPhone(width);
  const left = phone ? 30 : 44;
  if (phone) {
    const w = Math.floor((width - left - 52) / 2);
    return { phone, boxes: [0, 1].map((k) => ({ x: left + k * (w + 38), y: 32, w, h: w })), line: { x: left, y: 32 + w + 62, w: width - left - 8, h: 88 }, height: w + 216 };
  }
  const h = 316;
  const rest = left + 2 * h + GAP + 60;
  return { phone, boxes: [0, 1].map((k) => ({ x: left + k * (h + GAP), y: 32, w: h, h })), line: { x: rest, y: 32, w: width - rest - 6, h }, height: 390 };
}

function build(scene) {
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const images = new Map();
  let geo = null;
  let hover = null;
  let of = null;
  const drawn = surface(scene.root, { height: (width) => layout(width).height, paint });
  scene.root.append(element("div", { class: "under" }, reading));

  // The rows of snapshot s of a tensor that holds all snapshots.
  const part = (name) => {
    const { numbers, width } = scene.arrays[name];
    const { n } = scene.facts;
    return { numbers: numbers.subarray(scene.state.s * n * width, (scene.state.s + 1) * n * width), rows: n, width };
  };

  function image(name, box) {
    if (of !== scene.arrays.tables.numbers) images.clear();
    of = scene.arrays.tables.numbers;
    const wanted = `${name} ${scene.state.s} ${box.w}`;
    if (!images.has(wanted)) {
      const dense = Math.min(2, devicePixelRatio || 1);
      const fill = name === "tables" ? signedFill : similarityFill;
      images.set(wanted, heatmap(part(name), name === "tables" ? scene.facts.limit : 1, box.w * dense, box.h * dense, fill));
    }
    return images.get(wanted);
  }

  function paint(g, width) {
    const { arrays, facts, theme } = scene;
    if (!arrays.tables) return;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const size = geo.phone ? 14 : 15;
    const { n, words } = facts;
    ["tables", "cosines"].forEach((name, k) => {
      const box = geo.boxes[k];
      const across = arrays[name].width;
      drawHeatmap(g, image(name, box), box);
      write(g, theme, words.titles[k], box.x, 14, { size: geo.phone ? 15 : 17, weight: 600, colour: theme.ink });
      const ticks = geo.phone ? [0, 48, 95] : [0, 16, 32, 48, 64, 80, 95];
      for (const at of ticks.filter((value) => value < n)) write(g, theme, String(at), box.x - 7, box.y + ((at + 0.5) * box.h) / n, { size, align: "right" });
      for (const at of (geo.phone ? [0, 95] : ticks).filter((value) => value < across)) write(g, theme, String(at), box.x + ((at + 0.5) * box.w) / across, box.y + box.h + 15, { size, align: "center" });
      write(g, theme, words.across[k], box.x + box.w / 2, box.y + box.h + (geo.phone ? 15 : 33), { size, align: "center" });
      if (!hover || hover.box !== k) return;
      g.strokeStyle = theme.word.highlight;
      g.lineWidth = 2.5;
      g.strokeRect(box.x + (hover.j * box.w) / across - 2, box.y + (hover.i * box.h) / n - 2, box.w / across + 4, box.h / n + 4);
    });
    curve(g, size);
    say();
  }

  // The mean cosine at each distance, now and before the first step.
  function curve(g, size) {
    const { arrays: { distances }, facts: { n, words }, theme, state: { s } } = scene;
    const { line, phone } = geo;
    const end = Math.min(n - 1, 64);
    const y = (value) => line.y + line.h * (1 - (value + 0.4) / 1.4);
    const x = (k) => line.x + (line.w * (k - 1)) / (end - 1);
    write(g, theme, words.titles[2], line.x - (phone ? 0 : 30), line.y - 18, { size: phone ? 15 : 17, weight: 600, colour: theme.ink });
    for (const value of phone ? [0, 1] : [0, 0.5, 1]) {
      write(g, theme, String(value), line.x - 7, y(value), { size, align: "right" });
      g.strokeStyle = theme.line;
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(line.x, y(value));
      g.lineTo(line.x + line.w, y(value));
      g.stroke();
    }
    for (const k of [1, 32, 64].filter((value) => value <= end)) write(g, theme, String(k), x(k), line.y + line.h + 15, { size, align: k === end ? "right" : "center" });
    if (!phone) write(g, theme, words.across[2], line.x + line.w, line.y + line.h + 33, { size, align: "right" });
    for (const [snapshot, colour, width, dash] of [[0, theme.mark.muted, 1.5, [3, 4]], [s, theme.mark.position, 3, []]]) {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.setLineDash(dash);
      g.beginPath();
      for (let k = 1; k <= end; k++) g[k > 1 ? "lineTo" : "moveTo"](x(k), y(distances.numbers[snapshot * distances.width + k]));
      g.stroke();
    }
    g.setLineDash([]);
  }

  function say() {
    const { arrays, facts, state: { s } } = scene;
    const step = element("span", { class: "equation" }, `${facts.words.step} ${amount(facts.steps[s])}`);
    let words = facts.words.alike;
    const at = (k) => number(arrays.distances.numbers[s * arrays.distances.width + k], 3);
    for (const k of [1, 8]) words = words.replace("#", at(k));
    if (hover) {
      const name = hover.box ? "cosines" : "tables";
      const value = number(part(name).numbers[hover.i * arrays[name].width + hover.j], 3);
      words = hover.box ? `cos(row ${hover.i}, row ${hover.j}) = ${value}` : `P[${hover.i}, ${hover.j}] = ${value}`;
    }
    reading.replaceChildren(step, element("small", {}, words));
  }

  const over = (point) => {
    const box = point && geo ? geo.boxes.findIndex(({ x, y, w, h }) => point.x >= x && point.x < x + w && point.y >= y && point.y < y + h) : -1;
    const next = box < 0 ? null : cell(box, point);
    if (JSON.stringify(next) === JSON.stringify(hover)) return;
    hover = next;
    drawn.draw();
  };
  function cell(box, point) {
    const { x, y, w, h } = geo.boxes[box];
    const across = scene.arrays[box ? "cosines" : "tables"].width;
    return { box, i: Math.floor(((point.y - y) / h) * scene.facts.n), j: Math.floor(((point.x - x) / w) * across) };
  }
  pointers(drawn, { move: over, drop: () => {}, over });
  return partOf(scene, drawn, () => (hover = null));
}
