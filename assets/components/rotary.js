// A query and a key that turn with their places: the pair of the plane, its score as both move, and all pairs as clocks.
// Tensors: query, key (d), frequencies (d/2), turns (rows × d: cos and sin of each pair's angle at each part of a place),
// change (d/2). Facts: parts, words. State: m, n (where they start), s (how far they move), pair, alone (1: only the key).

import { degrees, dotOf, drawPair, drawPlane, lengthOf, pairAt, roomFor, turnedBy, wrapped } from "./arrows.js";
import { chosenPairs } from "./clocks.js";
import { element, filled } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";
import { clockGrid, drawPairClock, lineChart, pairClockAt, placesOf, productWords, shortOf, tinyOf, turnAt } from "./rotary_parts.js";

export default picture(build);

const STACKED = 700; // below this width the line stands under the plane
const MOST_CLOCKS = 32;
const REACH = 24; // pixels within which a hand takes an arrow

function build(scene) {
  const lead = element("p", { class: "lead", "aria-live": "polite" });
  const buttons = [0, 1].map((alone) => element("button", { type: "button", onclick: () => scene.move({ alone }) }));
  const equation = element("p", { class: "equation" });
  const small = element("small", {});
  const head = element("span", {});
  const names = ["query", "key"].map((role) => element("b", { class: role }));
  const swatch = (role) => element("i", { class: `swatch ${role}` });
  const legend = element("span", { class: "hands" }, swatch("query"), names[0], swatch("key"), names[1]);
  const parts = Object.fromEntries(["plane", "line", "clocks"].map((name) => [name, element("div", { class: name })]));
  const side = element("div", { class: "side" }, lead, element("div", { class: "moves" }, ...buttons), parts.line, equation, small);
  scene.root.append(element("div", { class: "together" }, parts.plane, side), element("div", { class: "head" }, head, legend), parts.clocks);
  scene.root.classList.add("rotary");

  const stacked = () => scene.root.clientWidth < STACKED;
  const plane = surface(parts.plane, { height: () => (stacked() ? 268 : 312), paint: paintPlane });
  const line = surface(parts.line, { height: () => (stacked() ? 150 : 188), paint: paintLine });
  const clocks = surface(parts.clocks, { height: (width) => grid(width).height, paint: paintClocks });

  let glide = null; // how far they have moved between two places, while they play
  const move = scene.move;
  scene.move = (patch, options = {}) => {
    glide = options.exact ?? null;
    move(patch, options);
  };

  // --- what there is to see: the pair of the plane, turned
  let seen = null;
  function look() {
    const { arrays, state: { m, n, s, pair, alone } } = scene;
    const q = pairAt(arrays.query.numbers, 2 * pair);
    const k = pairAt(arrays.key.numbers, 2 * pair);
    const moved = glide ?? s;
    const score = (a, b) => dotOf(turnedBy(q, turnAt(scene, a, pair)), turnedBy(k, turnAt(scene, b, pair)));
    const at = { q: m + (alone ? 0 : moved), k: n + moved };
    seen = {
      q, k, at, moved, score,
      turnedQ: turnedBy(q, turnAt(scene, at.q, pair)),
      turnedK: turnedBy(k, turnAt(scene, at.k, pair)),
      most: lengthOf(q) * lengthOf(k),
      flat: (x) => score(m + x, n + x),
      wave: (x) => score(m, n + x),
    };
  }

  let disc = null;
  let tips = null;
  function paintPlane(g, width, height) {
    if (!scene.arrays.turns) return;
    look();
    const { theme, state: { m, n, s, alone } } = scene;
    const r = Math.min(width, height) / 2 - 10;
    const outer = roomFor(Math.max(lengthOf(seen.q), lengthOf(seen.k)) * 1.1);
    disc = { x: width / 2, y: height / 2, r, unit: r / outer };
    drawPlane(g, theme, disc);
    write(g, theme, shortOf(outer), disc.x + r + 4, disc.y + 13, { size: 14, halo: true, align: "right" });
    tips = drawPair(g, theme, disc, {
      q: seen.turnedQ, k: seen.turnedK, ghosts: { q: seen.q, k: seen.k },
      names: { q: String(m + (alone ? 0 : s)), k: String(n + s) }, wedge: Math.min(46, r * 0.3),
    });
    say();
  }

  // --- the score as they move, drawn up to where they are
  let chart = null;
  function paintLine(g, width, height) {
    if (!seen) return;
    const { theme, facts: { bounds, words }, state: { s, alone } } = scene;
    const most = bounds.s[1];
    const limit = roomFor(seen.most);
    chart = lineChart(g, theme, { width, height, levels: [-limit, 0, limit], most, axis: filled(words.axis, { most }), few: stacked() });
    const { box, x, y } = chart;
    const { parts: fine } = scene.facts;
    const [now, other] = alone ? [seen.wave, seen.flat] : [seen.flat, seen.wave];
    chart.curve(other, most, fine, { colour: alone ? theme.mark.query : theme.mark.key, width: 2.5, dash: alone ? [9, 6] : [3, 6] });
    // the words of the other curve stand where that curve and the line are not
    const high = [0.6, 0.7, 0.8, 0.9, 1].map((share) => share * most);
    const free = (level) => Math.min(...high.flatMap((at) => [other(at), alone ? now(at) : seen.flat(at)].map((value) => Math.abs(y(value) - level))));
    const [top, bottom] = [box.y + 9, box.y + box.h - 9];
    const wordsAt = free(bottom) >= free(top) ? bottom : top;
    write(g, theme, alone ? words.if_both : words.if_key, box.x + box.w, wordsAt, { size: 16, weight: 600, colour: alone ? theme.word.query : theme.word.key, align: "right", halo: true });
    chart.curve(now, seen.moved, fine, { colour: theme.mark.value, width: 5, dash: [] });
    const value = now(seen.moved);
    const dot = { x: x(seen.moved), y: y(value) };
    chart.dot(dot, theme.mark.value);
    const said = filled(alone || !s ? words.score : words.score_flat, { score: number(value, 2) });
    const right = seen.moved < 0.6 * most;
    const lift = right ? 0 : dot.y > box.y + 26 ? -20 : 22;
    write(g, theme, said, dot.x + (right ? 15 : 8), dot.y + lift, { size: 19, weight: 650, colour: theme.word.value, align: right ? "left" : "right", halo: true });
  }

  // --- all pairs
  const grid = (width) => clockGrid(chosenPairs((scene.arrays.frequencies?.rows ?? 1), MOST_CLOCKS, scene.state.pair ?? 0), width, 110);
  let cells = null;
  function paintClocks(g, width) {
    if (!seen) return;
    const { theme, arrays, state: { pair } } = scene;
    cells = grid(width);
    for (const cell of cells.cells) {
      const [q, k] = [arrays.query, arrays.key].map(({ numbers }) => pairAt(numbers, 2 * cell.pair));
      const turned = { q: turnedBy(q, turnAt(scene, seen.at.q, cell.pair)), k: turnedBy(k, turnAt(scene, seen.at.k, cell.pair)) };
      drawPairClock(g, theme, cell, { starts: { q, k }, turned, chosen: cell.pair === pair, label: shortOf(arrays.frequencies.numbers[cell.pair]) });
    }
  }

  function say() {
    const { arrays, facts: { words }, state: { m, n, s, pair, alone } } = scene;
    const changed = degrees(Math.abs(s * arrays.frequencies.numbers[pair]));
    const said = !s ? words.start : !alone ? words.moved_both : changed < 2 ? words.moved_slow : words.moved_key;
    lead.textContent = filled(said, { s: placesOf(s, words), angle: changed.toFixed(changed < 0.1 ? 2 : 1) });
    buttons.forEach((button, alone_) => {
      button.textContent = alone_ ? words.move_key : words.move_both;
      button.setAttribute("aria-pressed", String(Boolean(alone) === Boolean(alone_)));
    });
    equation.replaceChildren(...productWords(seen.turnedQ, seen.turnedK));
    small.textContent = filled(words.small, {
      q: number(m + (alone ? 0 : s), 0), k: number(n + s, 0), theta: shortOf(arrays.frequencies.numbers[pair]), change: tinyOf(arrays.change.numbers[pair]),
    });
    const count = arrays.frequencies.rows;
    const most = Math.min(MOST_CLOCKS, count);
    head.textContent = filled(count === 1 ? words.one_clock : most < count ? words.some_clocks : words.clocks, { count, most }) + " " + (alone ? words.clocks_key : words.clocks_both);
    names[0].textContent = words.query;
    names[1].textContent = words.key;
  }

  // --- the hand: an arrow goes round with it, the line is a slider, a clock is chosen
  const nearest = (point) => {
    if (!tips) return null;
    const reach = ({ x, y }) => {
      const share = Math.max(0.35, Math.min(1, ((point.x - disc.x) * (x - disc.x) + (point.y - disc.y) * (y - disc.y)) / ((x - disc.x) ** 2 + (y - disc.y) ** 2 || 1)));
      return Math.hypot(point.x - disc.x - share * (x - disc.x), point.y - disc.y - share * (y - disc.y));
    };
    const [q, k] = [reach(tips.q), reach(tips.k)];
    return Math.min(q, k) > REACH ? null : q <= k ? "q" : "k";
  };
  let held = null;
  const direction = (point) => Math.atan2(disc.y - point.y, point.x - disc.x);
  pointers(plane, {
    grab(point) {
      const which = nearest(point);
      if (!which) return false;
      const name = which === "q" ? "m" : "n";
      held = { name, place: scene.state[name], last: direction(point) };
      return true;
    },
    move(point) {
      const now = direction(point);
      const [low, high] = scene.facts.bounds[held.name];
      held.place += wrapped(now - held.last) / scene.arrays.frequencies.numbers[scene.state.pair];
      held.place = Math.min(high, Math.max(low, held.place));
      held.last = now;
      scene.move({ [held.name]: Math.round(held.place) }, { settled: false });
    },
    drop: () => scene.move({}, { settled: true }),
    over: (point) => (plane.canvas.style.cursor = point && nearest(point) ? "grab" : "default"),
  });
  const along = (point) => ((point.x - chart.box.x) / chart.box.w) * scene.facts.bounds.s[1];
  pointers(line, {
    grab: (point) => Boolean(chart) && point.y < chart.box.y + chart.box.h + 12,
    move: (point) => scene.move({ s: along(point) }, { settled: false }),
    drop: (point) => scene.move({ s: along(point) }, { settled: true }),
  });
  pointers(clocks, {
    grab: (point) => pairClockAt(cells, point) !== null,
    move: () => {},
    drop(point) {
      const pair = pairClockAt(cells, point);
      if (pair !== null) scene.move({ pair });
    },
    over: (point) => (clocks.canvas.style.cursor = point && pairClockAt(cells, point) !== null ? "pointer" : "default"),
  });
  // a finger on an arrow turns it, anywhere else it scrolls the page
  plane.canvas.addEventListener("touchstart", (event) => {
    const box = plane.canvas.getBoundingClientRect();
    const { clientX, clientY } = event.touches[0];
    if (nearest({ x: clientX - box.left, y: clientY - box.top })) event.preventDefault();
  }, { passive: false });

  return {
    draw() {
      for (const each of [plane, line, clocks]) each.draw();
      for (const [each, name] of [[plane, "alt"], [line, "alt_line"], [clocks, "alt_clocks"]]) each.describe(scene.facts[name] ?? "");
    },
    destroy: () => [plane, line, clocks].forEach((each) => each.destroy()),
  };
}
