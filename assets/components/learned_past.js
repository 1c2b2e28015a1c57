// Past the last row: what a learned table, the same table stretched and the sinusoid have for more positions than were
// trained, and what each costs. Positions run to the right; a strip's rows are every facts.every-th dimension.
// Tensors: learned (dims × old), stretched and sinusoidal (dims × length), places (length). State: m, the position.
// Facts: error, limits (learned, sinusoidal), strips [{name, note, cost: [words]}], costs [words], and words.

import { element } from "./dom.js";
import { drawHeatmap, heatmap } from "./heatmap.js";
import { evenTicks, hair } from "./learned_panels.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { signedGradient, TRACK } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const ROWS = ["learned", "stretched", "sinusoidal"];

function strips(width) {
  const phone = isPhone(width);
  const costs = phone ? 0 : 288;
  const [left, right, tall] = phone ? [8, 8, 44] : [4, 28, 58];
  const w = width - left - right - costs;
  const tops = phone ? [28, 104, 206] : [40, 128, 240];
  const boxes = tops.map((y) => ({ x: left, y, w, h: tall }));
  return { phone, boxes, costs: { x: left + w + right, w: costs }, height: phone ? 328 : 388 };
}

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const images = {};
  let geo = null;
  let hover = null;
  const drawn = surface(scene.root, { height: (width) => strips(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));

  function paint(g, width) {
    const { arrays, theme, facts } = scene;
    if (!arrays.stretched) return;
    geo = strips(width);
    scene.root.classList.toggle("phone", geo.phone);
    const length = arrays.stretched.width;
    const m = hover ?? scene.state.m;
    ROWS.forEach((name, i) => {
      const box = geo.boxes[i];
      const { name: words, note } = facts.strips[i];
      write(g, theme, words, box.x, box.y - 14, { size: 17, weight: 600, colour: theme.ink });
      const after = g.measureText(words).width + 12;
      if (!geo.phone) write(g, theme, `${note}, ${amount(arrays[name].width)} rows`, box.x + after, box.y - 13);
      const filled = { ...box, w: (box.w * arrays[name].width) / length };
      drawHeatmap(g, image(name, i, filled), filled);
      if (filled.w < box.w) missing(g, { ...box, x: box.x + filled.w, w: box.w - filled.w });
    });
    oldRows(g, length);
    lines(g, length);
    const x = geo.boxes[0].x + ((m + 0.5) / length) * geo.boxes[0].w;
    for (const box of geo.boxes) hair(g, theme, x, box.y - 3, x, box.y + box.h + 3);
    if (facts.error && !geo.phone) {
      const { x: left, y, w, h } = geo.boxes[0];
      const start = left + (w * arrays.learned.width) / length;
      wrapped(g, facts.error, { x: start, y, w: left + w - start, h });
    }
    costs(g);
    say(m, length);
  }

  function image(name, i, { w, h }) {
    const dense = Math.min(2, devicePixelRatio || 1);
    const size = `${w}x${h}@${dense}`;
    const { numbers } = scene.arrays[name];
    if (images[name]?.of !== numbers || images[name].size !== size) {
      const limit = scene.facts.limits[name === "sinusoidal" ? 1 : 0];
      images[name] = { of: numbers, size, bitmap: heatmap(scene.arrays[name], limit, w * dense, h * dense) };
    }
    return images[name].bitmap;
  }

  // No rows here: hatched.
  function missing(g, box) {
    const { theme } = scene;
    g.save();
    g.beginPath();
    g.rect(box.x, box.y, box.w, box.h);
    g.clip();
    g.fillStyle = TRACK;
    g.fillRect(box.x, box.y, box.w, box.h);
    g.strokeStyle = theme.word.muted;
    g.globalAlpha = 0.35;
    g.lineWidth = 1;
    g.beginPath();
    for (let x = box.x - box.h; x < box.x + box.w; x += 9) {
      g.moveTo(x, box.y + box.h);
      g.lineTo(x + box.h, box.y);
    }
    g.stroke();
    g.restore();
  }

  // The layer's own words.
  function wrapped(g, words, box) {
    const { theme } = scene;
    g.font = `400 15px ${theme.sans}`;
    const rows = [""];
    for (const word of words.split(" ")) {
      const next = rows.at(-1) ? `${rows.at(-1)} ${word}` : word;
      if (g.measureText(next).width > box.w - 24 && rows.at(-1)) rows.push(word);
      else rows[rows.length - 1] = next;
    }
    const first = box.y + box.h / 2 - ((rows.length - 1) * 19) / 2;
    rows.forEach((row, k) => write(g, theme, row, box.x + 12, first + 19 * k, { colour: theme.ink, halo: true }));
  }

  // Where rows of the old table now stand.
  function oldRows(g, length) {
    const { theme, arrays } = scene;
    const box = geo.boxes[1];
    const last = arrays.learned.width - 1;
    const old = evenTicks(last + 1, geo.phone ? 2 : 4).concat(last);
    old.forEach((row, k) => {
      const x = box.x + (((row / last) * (length - 1) + 0.5) / length) * box.w;
      g.strokeStyle = theme.word.muted;
      g.lineWidth = 1.5;
      g.beginPath();
      g.moveTo(x, box.y + box.h);
      g.lineTo(x, box.y + box.h + 6);
      g.stroke();
      const align = k === 0 ? "left" : k === old.length - 1 ? "right" : "center";
      write(g, theme, k || geo.phone ? String(row) : `old row ${row}`, x, box.y + box.h + 15, { align, size: geo.phone ? 14 : 15 });
    });
  }

  // The positions asked for, under the last strip.
  function lines(g, length) {
    const { theme, arrays } = scene;
    const box = geo.boxes[2];
    const size = geo.phone ? 14 : 15;
    const last = length - 1;
    const ticks = evenTicks(length, geo.phone ? 2 : 4).concat(last);
    ticks.forEach((row, k) => {
      const x = box.x + ((row + 0.5) / length) * box.w;
      const align = k === 0 ? "left" : k === ticks.length - 1 ? "right" : "center";
      write(g, theme, k === 0 && !geo.phone ? "position 0" : amount(row), x, box.y + box.h + 14, { align, size });
    });
    const end = arrays.learned.width;
    if (end >= length) return;
    const x = box.x + (end / length) * box.w;
    g.setLineDash([3, 4]);
    g.strokeStyle = theme.ink;
    g.lineWidth = 1.5;
    for (const { y, h } of geo.boxes) {
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x, y + h);
      g.stroke();
    }
    g.setLineDash([]);
  }

  const priced = (cost) => `${cost[0]} ${scene.facts.costs[0]}, ${cost[2]} ${scene.facts.costs[2].split("\n")[0]}`;

  function costs(g) {
    const { theme, facts } = scene;
    if (geo.phone) {
      facts.strips.forEach(({ cost }, i) => {
        const box = geo.boxes[i];
        write(g, theme, priced(cost), box.x + box.w, box.y - 13, { size: 14, align: "right" });
      });
      facts.others.forEach(({ name, cost }, i) => {
        const { x, y, w, h } = geo.boxes[2];
        write(g, theme, name, x, y + h + 38 + 22 * i, { size: 17, weight: 600, colour: theme.ink });
        write(g, theme, priced(cost), x + w, y + h + 38 + 22 * i, { size: 14, align: "right" });
      });
      return;
    }
    const { x, w } = geo.costs;
    const at = [x + 96, x + 190, x + w];
    facts.costs.forEach((words, k) => words.split("\n").forEach((word, row) => write(g, theme, word, at[k], geo.boxes[0].y - 31 + 18 * (words.includes("\n") ? row : 1), { align: "right" })));
    const rows = [...facts.strips, ...facts.others];
    rows.forEach(({ name, cost }, i) => {
      const other = i - facts.strips.length;
      const y = other < 0 ? geo.boxes[i].y + geo.boxes[i].h / 2 : geo.boxes[2].y + geo.boxes[2].h + 46 + 26 * other;
      if (other >= 0) write(g, theme, name, geo.boxes[0].x, y, { size: 17, weight: 600, colour: theme.ink });
      if (other >= 0) write(g, theme, facts.others[other].note, geo.boxes[0].x + g.measureText(name).width + 12, y + 1, {});
      cost.forEach((word, k) => write(g, theme, word, at[k], y, { size: 16, align: "right", colour: theme.ink }));
    });
  }

  function say(m, length) {
    const { arrays, facts } = scene;
    const old = arrays.learned.width;
    legend.replaceChildren("\u2212", element("span", { class: "bar", style: `background:${signedGradient()}` }), "+");
    const place = arrays.places.numbers[m];
    const low = Math.min(old - 1, Math.floor(place));
    const share = place - low;
    const mixed = share === 0 ? `old row ${low}` : `${number(1 - share, 2)} × row ${low} + ${number(share, 2)} × row ${low + 1}`;
    reading.replaceChildren(
      element("span", { class: "equation" }, `position ${amount(m)}: `, m < old ? "learned has a row" : "no learned row"),
      element("small", {}, `stretched: ${mixed} · sinusoid: angles ${amount(m)} × ω`),
      ...(geo.phone && m >= old ? [element("small", {}, `The layer: ${facts.error}`)] : []),
    );
  }

  const at = ({ x }) => Math.min(1 - 1e-9, Math.max(0, (x - geo.boxes[0].x) / geo.boxes[0].w));
  const within = ({ x, y }) => geo.boxes.some((box) => x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h);
  const position = (point) => Math.floor(at(point) * scene.arrays.stretched.width);
  pointers(drawn, {
    grab: within,
    move: (point) => scene.move({ m: position(point) }, { settled: false }),
    drop: (point) => scene.move({ m: position(point) }, { settled: true }),
    over: (point) => {
      const next = point && within(point) ? position(point) : null;
      if (next === hover) return;
      hover = next;
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = null));
}
