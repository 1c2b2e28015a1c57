// Two words as arrows in the plane they span, and every listed word on the line of cosines with the first one.
// Tensors: places (n × 2), the tips of the arrows; numbers (n × 4): length, dot product, cosine, angle in degrees.
// Facts: words (n), a, length, width, std, high, said. State: word, which of the n stands in the picture.

import { drawArrow, drawWedge, roomFor } from "./arrows.js";
import { element, filled, visible } from "./dom.js";
import { animator, ease, mix } from "./motion.js";
import { number, settle } from "./numbers.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";

export default picture(build);

const STACKED_BELOW = 700; // where the line stands under the plane
const PITCH = 19; // pixels from a word to the next
const LONGEST_WORD = 16; // letters
const TURN_MS = 300;
const WEDGE = 54; // its radius

const shortWord = (word) => (word.length > LONGEST_WORD ? `${visible(word).slice(0, LONGEST_WORD - 1)}…` : visible(word));

function build(scene) {
  const lead = element("p", { class: "lead", "aria-live": "polite" });
  const parts = { plane: element("div", { class: "plane" }), line: element("div", { class: "line" }) };
  const equation = element("p", { class: "equation" });
  const meaning = element("small", {});
  scene.root.append(lead, element("div", { class: "together" }, parts.plane, parts.line), equation, meaning);
  scene.root.classList.add("similarity");

  const stacked = () => scene.root.clientWidth < STACKED_BELOW;
  const plane = surface(parts.plane, { height: () => (stacked() ? 226 : 340), paint: paintPlane });
  const line = surface(parts.line, { height: () => (stacked() ? 300 : 340), paint: paintLine });

  // --- the arrow of b, which turns from where it was to where it is
  const turning = animator();
  let tip = null; // where it stands now, {x, y}
  let target = "";
  const placeOf = (word) => ({ x: scene.arrays.places.numbers[2 * word], y: scene.arrays.places.numbers[2 * word + 1] });
  const numbersOf = (word) => {
    const [length, dot, cosine, angle] = scene.arrays.numbers.numbers.subarray(4 * word, 4 * word + 4);
    return { length, dot, cosine, angle };
  };

  function aim() {
    const end = placeOf(scene.state.word);
    const now = JSON.stringify([end, scene.facts.a, scene.facts.length]);
    if (now === target) return;
    const start = tip;
    target = now;
    turning.stop();
    if (!start) {
      tip = end;
      return;
    }
    turning.run((k) => {
      tip = { x: mix(start.x, end.x, ease(k)), y: mix(start.y, end.y, ease(k)) };
      plane.draw();
    }, { ms: TURN_MS });
  }

  // Where the origin stands and how many pixels are 1, so that every word's arrow has room.
  function room(width, height) {
    const { facts, arrays } = scene;
    const xs = [facts.length, 0];
    const ys = [0.4 * facts.length];
    for (let word = 0; word < arrays.places.rows; word++) {
      xs.push(placeOf(word).x);
      ys.push(placeOf(word).y);
    }
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const names = stacked() ? 56 : 84; // what a name beyond a tip needs
    const [start, below] = [left < 0 ? names : 40, 46];
    const unit = Math.min((width - start - names) / (right - left || 1), (height - below - 36) / (Math.max(...ys) || 1));
    return { origin: { x: start - left * unit, y: height - below }, unit, most: Math.max(right, ...ys, -left) };
  }

  function drawRings(g, theme, { origin, unit, most }, width) {
    const step = roomFor(most / 3.3);
    g.save();
    g.beginPath();
    g.rect(0, 0, width, origin.y);
    g.clip();
    g.lineWidth = 1;
    g.strokeStyle = theme.word.muted;
    g.globalAlpha = 0.4;
    for (let k = 1; k * step <= 1.5 * most; k++) {
      g.beginPath();
      g.arc(origin.x, origin.y, k * step * unit, Math.PI, 2 * Math.PI);
      g.stroke();
    }
    g.restore();
    g.strokeStyle = theme.line;
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(0, origin.y);
    g.lineTo(width, origin.y);
    g.moveTo(origin.x, origin.y);
    g.lineTo(origin.x, 0);
    g.stroke();
    return step;
  }

  function writeRings(g, theme, { origin, unit }, step, name) {
    for (let k = 1; origin.y - k * step * unit > 8; k++) {
      const y = origin.y - k * step * unit;
      if (Math.abs(name.y - y) < 18 && name.x - name.half < origin.x && name.x + name.half > origin.x - 40) continue;
      write(g, theme, shortNumber(k * step), origin.x - 6, y, { size: 14, align: "right", halo: true });
    }
  }

  function paintPlane(g, width, height) {
    if (!scene.arrays.places || !tip) return;
    const { theme, facts, state } = scene;
    const b = numbersOf(state.word);
    const frame = room(width, height);
    const { origin, unit } = frame;
    const at = (point) => ({ x: origin.x + point.x * unit, y: origin.y - point.y * unit });
    const step = drawRings(g, theme, frame, width);

    const tips = { a: at({ x: facts.length, y: 0 }), b: at(tip) };
    const angle = Math.atan2(tip.y, tip.x);
    if (Math.hypot(tip.x, tip.y) > 0 && facts.length > 0) drawWedge(g, theme, origin, WEDGE, 0, angle);
    const foot = { x: tips.b.x, y: origin.y };
    g.strokeStyle = theme.mark.value;
    g.lineWidth = 1.5;
    g.setLineDash([2, 5]);
    g.beginPath();
    g.moveTo(tips.b.x, tips.b.y);
    g.lineTo(foot.x, foot.y);
    g.stroke();
    g.setLineDash([]);
    g.lineWidth = 5;
    g.beginPath();
    g.moveTo(origin.x, origin.y + 9);
    g.lineTo(foot.x, origin.y + 9);
    g.stroke();
    drawArrow(g, theme, origin, tips.b, { colour: theme.mark.key, open: true });
    drawArrow(g, theme, origin, tips.a, { colour: theme.mark.query });

    const name = shortWord(facts.words[state.word]);
    const shadow = filled(facts.said.shadow, { b: name, shadow: number(b.length * b.cosine, 2) });
    g.font = `600 16px ${theme.sans}`;
    const half = g.measureText(shadow).width / 2;
    const under = Math.min(width - half - 2, Math.max(half + 2, (origin.x + foot.x) / 2));
    write(g, theme, shadow, under, origin.y + 31, { size: 16, weight: 600, colour: theme.word.value, align: "center", halo: true });
    const middle = angle / 2;
    const far = WEDGE + (angle < 0.45 ? 40 : 24);
    if (!Number.isNaN(b.angle)) {
      write(g, theme, `${number(b.angle, 1)}°`, origin.x + far * Math.cos(middle) + 4, origin.y - Math.max(far * Math.sin(middle), angle < 0.3 ? 20 : 0), { size: 17, weight: 650, colour: theme.word.value, align: "center", halo: true });
    }
    const nameOfA = shortWord(facts.a);
    g.font = `650 19px ${theme.sans}`;
    const [wideA, wideB] = [nameOfA, name].map((text) => g.measureText(text).width);
    label(g, theme, nameOfA, { x: tips.a.x + wideA / 2 + 10, y: tips.a.y - 15 }, theme.word.query, width);
    const out = { x: tips.b.x + (wideB / 2 + 12) * Math.cos(angle), y: tips.b.y - 20 * Math.sin(angle) - 4 };
    const low = out.y > origin.y - 40 && out.x + wideB / 2 > tips.a.x - 4; // where the name of a stands
    const y = low ? origin.y - 42 : Math.max(12, out.y);
    writeRings(g, theme, frame, step, { x: out.x, y, half: wideB / 2 });
    label(g, theme, name, { x: out.x, y }, theme.word.key, width);
  }

  function label(g, theme, text, { x, y }, colour, width) {
    g.font = `650 19px ${theme.sans}`;
    const half = g.measureText(text).width / 2;
    write(g, theme, text, Math.min(width - half - 2, Math.max(half + 2, x)), y, { size: 19, weight: 650, colour, align: "center", halo: true });
  }

  // --- the line from -1 to 1: where random directions are, and the words
  let ticks = [];
  let axis = null;
  const levelOf = (cosine) => axis.top + ((1 - cosine) / 2) * (axis.bottom - axis.top);

  function paintLine(g, width, height) {
    if (!scene.arrays.places) return;
    const { theme, facts, state } = scene;
    axis = { x: 58, top: 16, bottom: height - 16 };
    g.fillStyle = theme.word.muted;
    for (const [share, alpha] of [[facts.high, 0.2], [facts.std, 0.22]]) {
      g.globalAlpha = alpha;
      g.fillRect(axis.x - 13, levelOf(share), 26, levelOf(-share) - levelOf(share));
    }
    g.globalAlpha = 1;
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(axis.x, axis.top);
    g.lineTo(axis.x, axis.bottom);
    g.stroke();
    for (const cosine of [1, 0.5, 0, -0.5, -1]) {
      g.beginPath();
      g.moveTo(axis.x - 5, levelOf(cosine));
      g.lineTo(axis.x + 5, levelOf(cosine));
      g.stroke();
      write(g, theme, number(cosine, cosine % 1 ? 1 : 0), axis.x - 20, levelOf(cosine), { size: 15, align: "right" });
    }
    const random = [filled(facts.said.band, { width: facts.width, high: number(facts.high, 3) }), filled(facts.said.std, { width: facts.width, std: number(facts.std, 3) })];
    random.forEach((text, k) => {
      const y = axis.bottom - 14 + 20 * k;
      g.fillStyle = theme.word.muted;
      g.globalAlpha = k ? 0.42 : 0.2;
      g.fillRect(axis.x + 26, y - 7, 14, 14);
      g.globalAlpha = 1;
      write(g, theme, text, axis.x + 46, y, { size: 15 });
    });

    ticks = chosenTicks(Math.floor((axis.bottom - 36 - axis.top) / PITCH));
    for (let word = 0; word < facts.words.length; word++) {
      g.fillStyle = theme.word.muted;
      g.beginPath();
      g.arc(axis.x, levelOf(numbersOf(word).cosine), 3, 0, 2 * Math.PI);
      g.fill();
    }
    for (const tick of ticks) {
      const chosen = tick.word === state.word;
      g.strokeStyle = chosen ? theme.mark.key : theme.word.muted;
      g.lineWidth = chosen ? 2.5 : 1;
      g.globalAlpha = chosen ? 1 : 0.55;
      g.beginPath();
      g.moveTo(axis.x + 7, tick.level);
      g.lineTo(axis.x + 18, tick.level);
      g.lineTo(axis.x + 50, tick.y);
      g.lineTo(axis.x + 58, tick.y);
      g.stroke();
      g.globalAlpha = 1;
      const words = `${number(tick.cosine, 3)}  ${shortWord(facts.words[tick.word])}`;
      write(g, theme, words, axis.x + 64, tick.y, { size: chosen ? 17 : 15, weight: chosen ? 650 : 400, colour: chosen ? theme.word.key : theme.ink, halo: chosen });
    }
    const level = levelOf(numbersOf(state.word).cosine);
    g.beginPath();
    g.moveTo(axis.x, level - 9);
    g.lineTo(axis.x + 9, level);
    g.lineTo(axis.x, level + 9);
    g.lineTo(axis.x - 9, level);
    g.closePath();
    g.fillStyle = theme.page;
    g.fill();
    g.strokeStyle = theme.mark.key;
    g.lineWidth = 3;
    g.stroke();
  }

  // The words that have room, from the top down, each with its level on the line and the y of its name.
  function chosenTicks(room) {
    const all = scene.facts.words.map((_, word) => ({ word, cosine: numbersOf(word).cosine }));
    all.sort((one, other) => other.cosine - one.cosine);
    const few = all.length <= room ? all : all.filter(({ word }, k) => word === scene.state.word || Math.floor((k * (room - 1)) / all.length) !== Math.floor(((k - 1) * (room - 1)) / all.length));
    let last = -Infinity;
    for (const tick of few) {
      tick.level = levelOf(tick.cosine);
      tick.y = last = Math.max(tick.level, last + PITCH);
    }
    let next = axis.bottom - 36;
    for (const tick of [...few].reverse()) {
      tick.y = next = Math.min(tick.y, next - (tick === few[few.length - 1] ? 0 : PITCH));
    }
    return few;
  }

  const near = (point) => {
    if (!ticks.length) return null;
    const away = (tick) => Math.abs((point.x > axis.x + 34 ? tick.y : tick.level) - point.y);
    return ticks.reduce((best, tick) => (away(tick) < away(best) ? tick : best)).word;
  };
  pointers(line, {
    grab: (point) => Boolean(axis) && point.x > axis.x - 30 && near(point) !== null,
    move: (point) => scene.move({ word: near(point) }, { settled: false }),
    drop: () => scene.move({}, { settled: true }),
    over: (point) => (line.canvas.style.cursor = point && axis && point.x > axis.x - 30 ? "pointer" : "default"),
  });

  function say() {
    const { facts, state } = scene;
    const b = numbersOf(state.word);
    const names = { a: visible(facts.a), b: visible(facts.words[state.word]) };
    const outside = Math.abs(b.cosine) > facts.high;
    lead.textContent = filled(outside ? facts.said.outside : facts.said.inside, { ...names, cosine: number(b.cosine, 3), high: number(facts.high, 3) });
    const terms = [facts.length, b.length, b.cosine];
    const { decimals, sign } = settle(terms, (x, y, z) => x * y * z, b.dot);
    const word = (role, text) => element("b", { class: role }, text);
    equation.replaceChildren(
      word("query", shortWord(facts.a)), " · ", word("key", shortWord(facts.words[state.word])), " = ",
      word("query", number(facts.length, decimals)), " × ", word("key", number(b.length, decimals)), " × ",
      word("value", number(b.cosine, decimals)), ` ${sign} `, word("value", number(b.dot, decimals)),
    );
    meaning.textContent = filled(facts.said.meaning, names);
    const alt = { ...names, length: number(facts.length, 3), other: number(b.length, 3), dot: number(b.dot, 3), cosine: number(b.cosine, 3), angle: number(b.angle, 1) };
    plane.describe(filled(facts.said.alt_plane, alt));
    line.describe(filled(facts.said.alt_line, { ...alt, n: facts.words.length, high: number(facts.high, 3) }));
  }

  return {
    draw() {
      if (!scene.arrays.places) return;
      aim();
      plane.draw();
      line.draw();
      say();
    },
    destroy() {
      turning.stop();
      plane.destroy();
      line.destroy();
    },
  };
}

const shortNumber = (value) => String(Number(value.toPrecision(3)));
