// A whole vocabulary in two planes at one scale, and a position that moves every word of it by one arrow.
// Tensors: words_w, words_p (vocabulary × 2), steps_w, steps_p (places × 2). Facts: tokens, named, panels. State: move.

import { createDots, nearestPoint, packed } from "./cloud.js";
import { element, visible } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, surface, write } from "./surface.js";

export default picture(build);

const HALF = 0.44; // what a panel shows above and below its middle
const REACH = 14; // pixels from the pointer to a word

function build(scene) {
  const card = hoverCard();
  const stage = element("div", { class: "offset-stage" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  scene.root.append(stage, element("div", { class: "under" }, reading));
  const drawn = surface(stage, { height: (width) => layout(width).height, paint });
  stage.append(card.node);
  const dots = createDots();
  let geo = null;
  let clouds = null; // the vocabulary as pictures, made once a size and theme
  let hover = null;

  function layout(width) {
    const phone = isPhone(width);
    const gap = phone ? 10 : 28;
    const w = phone ? width : (width - gap) / 2;
    const h = phone ? 168 : 338;
    const top = phone ? 24 : 46;
    const pitch = phone ? top + h + gap : 0;
    const panels = ["w", "p"].map((name, k) => ({ name, x: phone ? 0 : k * (w + gap), y: top + k * pitch, w, h, middle: { x: (phone ? 0 : k * (w + gap)) + w / 2, y: top + k * pitch + h / 2 } }));
    return { phone, panels, scale: h / 2 / HALF, height: top + h + pitch + 2 };
  }

  // Each cloud as a picture of its own, larger than its panel by the longest arrow, in grey and in the tokens' colour.
  function cloudsFor(width) {
    const { theme, arrays } = scene;
    const dense = Math.min(2, devicePixelRatio || 1);
    const key = `${width}/${dense}/${theme.dark}`;
    if (clouds?.key === key && clouds.of === arrays.words_w.numbers) return clouds;
    const thin = Math.min(1, geo.scale / 384) ** 2; // a smaller picture has its points closer
    const made = { key, of: arrays.words_w.numbers, dense };
    for (const { name } of geo.panels) {
      const { numbers, rows } = arrays[`words_${name}`];
      const reach = Math.ceil(geo.scale * numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)) + 8;
      const places = numbers.map((value, at) => reach + (at % 2 ? -value : value) * geo.scale);
      made[name] = { reach, places };
      for (const [layer, colour, alpha] of [["before", theme.mark.muted, 40], ["after", theme.mark.token, 46]]) {
        const canvas = new OffscreenCanvas(2 * reach * dense, 2 * reach * dense);
        dots(canvas.getContext("2d"), 2 * reach, 2 * reach, places, rows, new Uint32Array(rows).fill(packed(colour)), Math.max(12, alpha * thin), dense);
        made[name][layer] = canvas;
      }
    }
    return (clouds = made);
  }

  const stepOf = (name) => {
    const { numbers } = scene.arrays[`steps_${name}`];
    return { x: numbers[2 * scene.state.move], y: numbers[2 * scene.state.move + 1] };
  };
  const onScreen = (step) => ({ x: step.x * geo.scale, y: -step.y * geo.scale });

  function paint(g, width) {
    const { arrays, theme, facts } = scene;
    if (!arrays.words_w) return;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const pictures = cloudsFor(width);
    for (const [k, panel] of geo.panels.entries()) {
      const { name, x, y, w, h, middle } = panel;
      const { reach, before, after, places } = pictures[name];
      const by = onScreen(stepOf(name));
      const snap = (value) => Math.round(value * pictures.dense) / pictures.dense;
      g.save();
      g.beginPath();
      g.rect(x, y, w, h);
      g.clip();
      g.globalAlpha = 0.7;
      g.drawImage(before, snap(middle.x - reach), snap(middle.y - reach), 2 * reach, 2 * reach);
      g.globalAlpha = 1;
      axes(g, panel);
      path(g, panel);
      g.drawImage(after, snap(middle.x - reach + by.x), snap(middle.y - reach + by.y), 2 * reach, 2 * reach);
      words(g, panel, places, reach, by);
      stemmed(g, middle, by, 4.5);
      if (hover !== null) ring(g, middle, places, reach, by);
      g.restore();
      heading(g, panel, facts.panels[k]);
    }
    ruler(g);
    say();
  }

  function axes(g, { x, y, w, h, middle }) {
    g.strokeStyle = scene.theme.line;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(x, middle.y);
    g.lineTo(x + w, middle.y);
    g.moveTo(middle.x, y);
    g.lineTo(middle.x, y + h);
    g.stroke();
  }

  // Where the tip of the arrow comes by, for all places from 1 on.
  function path(g, { name, middle }) {
    const { numbers, rows } = scene.arrays[`steps_${name}`];
    g.strokeStyle = scene.theme.mark.position;
    g.globalAlpha = 0.3;
    g.lineWidth = 1;
    g.lineJoin = "round";
    g.beginPath();
    for (let p = 1; p < rows; p++) g[p > 1 ? "lineTo" : "moveTo"](middle.x + numbers[2 * p] * geo.scale, middle.y - numbers[2 * p + 1] * geo.scale);
    g.stroke();
    g.globalAlpha = 1;
  }

  // Some words at the place they are moved to, each with the arrow that brought it there.
  function words(g, { name, x, y, w, h, middle }, places, reach, by) {
    if (name !== "w") return;
    const { theme, facts } = scene;
    const size = geo.phone ? 14 : 16;
    const most = geo.phone ? 6 : 14;
    const spans = (from, to) => ({ left: Math.min(from.x, to.x) - 4, right: Math.max(from.x, to.x) + 4, top: Math.min(from.y, to.y) - 4, bottom: Math.max(from.y, to.y) + 4 });
    const taken = [spans(middle, { x: middle.x + by.x, y: middle.y + by.y })];
    const labels = [];
    g.font = `600 ${size}px ${theme.sans}`;
    for (const i of facts.named) {
      const from = { x: middle.x - reach + places[2 * i], y: middle.y - reach + places[2 * i + 1] };
      const tip = { x: from.x + by.x, y: from.y + by.y };
      const text = visible(facts.tokens[i]);
      const long = g.measureText(text).width;
      const at = by.x < -8 ? tip.x - 6 - long : tip.x + 6; // beyond the tip, off the arrow
      const box = { left: at, right: at + long, top: tip.y - size / 2 - 2, bottom: tip.y + size / 2 + 2 };
      const whole = box.left >= x && box.right <= x + w && box.top >= y && box.bottom <= y + h;
      const boxes = [box, spans(from, tip)];
      if (!whole || labels.length >= most || boxes.some((mine) => taken.some((other) => mine.left < other.right && mine.right > other.left && mine.top < other.bottom && mine.bottom > other.top))) continue;
      taken.push(...boxes);
      labels.push({ text, at, from, tip });
    }
    for (const { from } of labels) stemmed(g, from, by, 1.8);
    for (const { text, at, tip } of labels) write(g, theme, text, at, tip.y, { size, weight: 600, colour: theme.ink, halo: true });
  }

  function stemmed(g, { x, y }, by, width) {
    const length = Math.hypot(by.x, by.y);
    if (length < 1) return;
    const head = Math.min(4.2 * Math.max(width, 2), length);
    const [ux, uy] = [by.x / length, by.y / length];
    const [tx, ty] = [x + by.x, y + by.y];
    const wing = (side) => [tx - head * ux + side * head * 0.5 * uy, ty - head * uy - side * head * 0.5 * ux];
    for (const [colour, more] of [[scene.theme.page, 3], [scene.theme.mark.position, 0]]) {
      g.strokeStyle = g.fillStyle = colour;
      g.lineWidth = width + more;
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(tx - ux * head * 0.8, ty - uy * head * 0.8);
      g.stroke();
      g.lineWidth = more || 1;
      g.beginPath();
      g.moveTo(tx, ty);
      g.lineTo(...wing(1));
      g.lineTo(...wing(-1));
      g.closePath();
      g.fill();
      g.stroke();
    }
  }

  function ring(g, middle, places, reach, by) {
    const { theme } = scene;
    const from = { x: middle.x - reach + places[2 * hover], y: middle.y - reach + places[2 * hover + 1] };
    stemmed(g, from, by, 2.5);
    for (const [colour, line] of [[theme.page, 5], [theme.word.highlight, 2.5]]) {
      g.strokeStyle = colour;
      g.lineWidth = line;
      g.beginPath();
      g.arc(from.x + by.x, from.y + by.y, 7, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  function heading(g, { name, x, y }, { title, held, short }) {
    const { theme } = scene;
    const colour = name === "w" ? theme.word.token : theme.word.position;
    if (geo.phone) return write(g, theme, short, x, y - 12, { size: 15, weight: 600, colour });
    write(g, theme, title, x, y - 34, { size: 17, weight: 650, colour });
    write(g, theme, held, x, y - 13, { size: 15 });
  }

  // One scale for both panels.
  function ruler(g) {
    const { theme } = scene;
    const { x, y, w, h } = geo.panels.at(-1);
    const long = 0.1 * geo.scale;
    const [end, at] = [x + w - 4, y + h - 12];
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(end - long, at - 4);
    g.lineTo(end - long, at);
    g.lineTo(end, at);
    g.lineTo(end, at - 4);
    g.stroke();
    write(g, theme, "0.1", end - long / 2, at - 11, { size: geo.phone ? 14 : 15, align: "center", halo: true });
  }

  const pair = ({ x, y }) => `(${number(x)}, ${number(y)})`;

  function say() {
    const { move } = scene.state;
    const at = (name) => element("span", {}, element("i", { class: "position" }, "P"), `[${move}]: ${pair(stepOf(name))}`);
    reading.replaceChildren(
      element("span", { class: "equation" }, at("w")), geo.phone ? " " : element("small", {}, "to every word, left"), " ",
      element("span", { class: "equation" }, at("p")), geo.phone ? "" : element("small", {}, "to every word, right"),
    );
    if (hover === null || geo.phone) return card.hide();
    const lines = ["w", "p"].map((name) => {
      const { numbers } = scene.arrays[`words_${name}`];
      const from = { x: numbers[2 * hover], y: numbers[2 * hover + 1] };
      const step = stepOf(name);
      return `${pair(from)} to ${pair({ x: from.x + step.x, y: from.y + step.y })}`;
    });
    const title = element("span", { class: "equation" }, `“${visible(scene.facts.tokens[hover])}”, row ${hover} of W`);
    card.show([title, element("small", {}, `left ${lines[0]}`), element("small", {}, `right ${lines[1]}`)], { ...pointer, h: 6 }, drawn.canvas.clientWidth, pointer.y > geo.height - 150);
  }

  // --- the pointer: the word nearest to it, as moved
  let pointer = { x: 0, y: 0 };
  function wordAt(point) {
    const panel = geo?.panels.find(({ x, y, w, h }) => point.x >= x && point.x < x + w && point.y >= y && point.y < y + h);
    if (!panel || !clouds) return null;
    const { places, reach } = clouds[panel.name];
    const by = onScreen(stepOf(panel.name));
    const found = nearestPoint(places, places.length / 2, point.x - panel.middle.x + reach - by.x, point.y - panel.middle.y + reach - by.y, REACH);
    return found < 0 ? null : found;
  }
  const over = (point) => {
    const next = point && wordAt(point);
    pointer = point ?? pointer;
    if (next === hover) return;
    hover = next;
    drawn.draw();
  };
  drawn.canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && over(drawn.at(event)));
  drawn.canvas.addEventListener("pointerleave", () => over(null));

  return partOf(scene, drawn, () => (hover = null));
}
