// Positions added to a query and a key beside positions that turn them, in the plane of one pair, as both move.
// Tensors: query, key (d), turns and added (rows × d: cos and sin, or sin and cos, of each pair's angle at each part of a
// place). Facts: parts, words. State: m, n (where they start), s (how far they move), pair.

import { between, degrees, dotOf, drawArrow, drawPair, drawPlane, lengthOf, pairAt, roomFor, sumOf, tipOf, turnedBy } from "./arrows.js";
import { element, filled } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";
import { lineChart, placesOf, turnAt } from "./rotary_parts.js";

export default picture(build);

const middleOf = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const WAYS = ["add", "rotate"];

function build(scene) {
  const lead = element("p", { class: "lead", "aria-live": "polite" });
  const panels = WAYS.map((way) => {
    const title = element("h3", {});
    const plane = element("div", { class: "plane" });
    const table = element("dl", { class: "readings" });
    return { way, title, plane, table, node: element("section", { class: "panel" }, plane, element("div", {}, title, table)) };
  });
  const line = element("div", { class: "line" });
  scene.root.classList.add("rotary");
  scene.root.append(lead, element("div", { class: "panels" }, ...panels.map((panel) => panel.node)), line);
  const narrow = () => scene.root.clientWidth < 560;

  let glide = null; // how far they have moved between two places, while they play
  const move = scene.move;
  scene.move = (patch, options = {}) => {
    glide = options.exact ?? null;
    move(patch, options);
  };

  // --- the tips of both ways, with the query at place a and the key at place b
  let seen = null;
  function look() {
    const { arrays, facts, state: { m, n, s, pair } } = scene;
    const q = pairAt(arrays.query.numbers, 2 * pair);
    const k = pairAt(arrays.key.numbers, 2 * pair);
    const waves = (place) => turnAt({ arrays: { turns: arrays.added }, facts }, place, pair);
    const tips = {
      add: (v, place) => sumOf(v, waves(place)),
      rotate: (v, place) => turnedBy(v, turnAt(scene, place, pair)),
    };
    const moved = glide ?? s;
    const pairOf = (way, by) => ({ q: tips[way](q, m + by), k: tips[way](k, n + by) });
    const score = (way) => (by) => {
      const tip = pairOf(way, by);
      return dotOf(tip.q, tip.k);
    };
    seen = { q, k, moved, first: { add: pairOf("add", 0), rotate: pairOf("rotate", 0) }, now: { add: pairOf("add", moved), rotate: pairOf("rotate", moved) }, score: { add: score("add"), rotate: score("rotate") } };
  }

  const discs = panels.map(({ way, plane }) => surface(plane, {
    height: () => (narrow() ? 172 : 262),
    paint(g, width, height) {
      if (!scene.arrays.turns) return;
      look();
      const { theme, state: { m, n, s } } = scene;
      const r = Math.min(width, height) / 2 - 8;
      const outer = roomFor(Math.max(lengthOf(seen.q), lengthOf(seen.k)) + 1); // the same scale in both planes
      const disc = { x: width / 2, y: height / 2, r, unit: r / outer };
      drawPlane(g, theme, disc);
      write(g, theme, String(outer), disc.x + r, disc.y + 13, { size: 14, halo: true, align: "right" });
      const names = { q: String(m + s), k: String(n + s) };
      const added = way === "add" ? ["q", "k"] : []; // the arrows that are added to the tips
      const others = added.map((name) => middleOf(tipOf(disc, seen[name]), tipOf(disc, seen.now.add[name])));
      drawPair(g, theme, disc, { ...seen.now[way], names, wedge: r * 0.3, size: 21, ghosts: { q: seen.q, k: seen.k }, others });
      for (const name of added) drawArrow(g, theme, tipOf(disc, seen[name]), tipOf(disc, seen.now.add[name]), { colour: theme.mark.position, width: 2.5, head: 9 });
      say();
    },
  }));

  let chart = null;
  const drawn = surface(line, {
    height: () => (narrow() ? 140 : 154),
    paint(g, width, height) {
      if (!seen) return;
      const { theme, facts: { bounds, words, parts }, state: { s } } = scene;
      const most = bounds.s[1];
      const values = Array.from({ length: most * parts + 1 }, (_, step) => seen.score.add(step / parts));
      const flat = seen.score.rotate(0);
      const [least, highest] = [Math.min(0, flat, ...values), Math.max(0, flat, ...values)];
      const [low, high] = [least < 0 ? -roomFor(-least) : 0, highest > 0 ? roomFor(highest) : 0];
      const levels = [...new Set([low, 0, high])].sort((a, b) => a - b);
      chart = lineChart(g, theme, { width: width - (narrow() ? 0 : 130), height, levels, most, axis: filled(words.axis, { most }), few: narrow() });
      const { x, y } = chart;
      chart.curve(seen.score.add, most, parts, { colour: theme.mark.sum, width: 1.5, dash: [2, 5] });
      chart.curve(seen.score.add, seen.moved, parts, { colour: theme.mark.sum, width: 3.5, dash: [] });
      chart.curve(seen.score.rotate, seen.moved, parts, { colour: theme.mark.value, width: 5, dash: [] });
      const ends = WAYS.map((way) => ({ way, at: { x: x(seen.moved), y: y(seen.score[way](seen.moved)) }, role: way === "add" ? "sum" : "value" }));
      for (const { at, role } of ends) chart.dot(at, theme.mark[role]);
      const [upper, lower] = ends.toSorted((a, b) => a.at.y - b.at.y);
      if (lower.at.y - upper.at.y < 20) [upper.shift, lower.shift] = [-(20 - (lower.at.y - upper.at.y)) / 2, (20 - (lower.at.y - upper.at.y)) / 2];
      const right = seen.moved < 0.72 * most || !narrow();
      for (const { way, at, role, shift = 0 } of ends) write(g, theme, words[`line_${way}`], at.x + (right ? 14 : -14), at.y + shift, { size: 17, weight: 650, colour: theme.word[role], align: right ? "left" : "right", halo: true });
    },
  });

  function say() {
    const { facts: { words }, state: { s } } = scene;
    const start = seen.score.add(0);
    const now = seen.score.add(s);
    lead.textContent = filled(s ? words.both_ways : words.both_start, { s: placesOf(s, words), start: number(start), now: number(now), score: number(seen.score.rotate(s)) });
    for (const { way, title, table } of panels) {
      const [from, to] = [seen.first[way], seen.now[way]];
      title.textContent = words[way];
      const row = (role, label, f, digits = 3, unit = "") => [element("dt", { class: role }, label), element("dd", { class: role }, `${number(f(from), digits)}${unit} → ${number(f(to), digits)}${unit}`)];
      table.replaceChildren(
        ...row("query", words.query_length, ({ q }) => lengthOf(q)),
        ...row("key", words.key_length, ({ k }) => lengthOf(k)),
        ...row("value", words.angle, ({ q, k }) => degrees(Math.abs(between(q, k))), 1, "°"),
        ...row("value strong", words.score_here, ({ q, k }) => dotOf(q, k)),
      );
    }
  }

  const along = (point) => ((point.x - chart.box.x) / chart.box.w) * scene.facts.bounds.s[1];
  pointers(drawn, {
    grab: (point) => Boolean(chart) && point.y < chart.box.y + chart.box.h + 12,
    move: (point) => scene.move({ s: along(point) }, { settled: false }),
    drop: (point) => scene.move({ s: along(point) }, { settled: true }),
  });

  return {
    draw() {
      for (const each of [...discs, drawn]) each.draw();
      discs.forEach((each, index) => each.describe(scene.facts[`alt_${WAYS[index]}`] ?? ""));
      drawn.describe(scene.facts.alt_line ?? "");
    },
    destroy: () => [...discs, drawn].forEach((each) => each.destroy()),
  };
}
