// All pairs of one query: its numbers before and after the turn, which two of them are a pair, and a clock for each.
// Tensors: query (d), turned (n × d, in the layout shown), turns (n × d: cos and sin of each pair's angle at each place),
// frequencies (d/2), interleaved, half, apart (n). Facts: layout, parts, words. State: p (the query's place), pair.

import { roomFor } from "./arrows.js";
import { drawClock } from "./clocks.js";
import { element, filled } from "./dom.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { signedGradient } from "./scale.js";
import { drawStrip, outlineCell } from "./strips.js";
import { pointers, surface, write } from "./surface.js";
import { clockGrid, frameClock, lineChart, pairClockAt, shortOf, turnAt } from "./rotary_parts.js";

export default picture(build);

const columnsOf = (pair, width, layout) => (layout === "interleaved" ? [2 * pair, 2 * pair + 1] : [pair, pair + width / 2]);
const pairOfColumn = (column, width, layout) => (layout === "interleaved" ? column >> 1 : column % (width / 2));

function build(scene) {
  const lead = element("p", { class: "lead", "aria-live": "polite" });
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading" });
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  scene.root.classList.add("rotary");
  scene.root.append(lead);

  function geometry(width) {
    const narrow = width < 560;
    const d = scene.arrays.query?.rows ?? 2;
    const left = narrow ? 34 : 52;
    const cell = Math.min(58, (width - left) / d);
    const box = (y) => ({ x: left, y, w: cell * d, h: narrow ? 22 : 28 });
    const before = box(22);
    const after = box(before.y + before.h + 10);
    const top = after.y + after.h + 34;
    const pairs = Array.from({ length: d / 2 }, (_, i) => i);
    const count = pairs.length;
    const columns = narrow ? (count <= 8 ? 4 : 8) : count <= 16 ? Math.max(8, count) : count <= 32 ? 16 : 22;
    const rows = Math.ceil(count / columns);
    const grid = clockGrid(pairs, width, narrow ? rows * (count <= 8 ? 84 : 44) : Math.min(168, rows * (rows > 2 ? 46 : 112)), { columns });
    const chart = { y: top + grid.height + 6, h: narrow ? 130 : 248 - grid.height };
    return { narrow, d, cell, before, after, top, grid, chart, height: chart.y + chart.h };
  }
  const drawn = surface(scene.root, { height: (width) => geometry(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));

  let geo = null;
  function paint(g, width) {
    const { arrays, theme, facts: { layout }, state: { p, pair } } = scene;
    if (!arrays.turned) return;
    geo = geometry(width);
    scene.root.classList.toggle("phone", geo.narrow);
    const { d, before, after, cell } = geo;
    const limit = limitOf(arrays.query.numbers);
    const every = d <= 16 ? 1 : d / 8;
    if (!geo.narrow || d <= 8) for (let j = 0; j < d; j += every) write(g, theme, String(j), before.x + (j + 0.5) * cell - 0.5, 9, { size: 14, align: "center" });
    for (const [box, numbers, start, below] of [[before, arrays.query.numbers, 0, ""], [after, arrays.turned.numbers, p * d, String(p)]]) {
      g.globalAlpha = cell > 44 ? 0.75 : 1;
      drawStrip(g, box, numbers, start, d, limit);
      g.globalAlpha = 1;
      if (cell > 44) for (let j = 0; j < d; j++) write(g, theme, number(numbers[start + j], 2), box.x + (j + 0.5) * cell - 1, box.y + box.h / 2 + 1, { size: 15, colour: theme.ink, align: "center" });
      const y = box.y + box.h / 2;
      write(g, theme, "q", 4, y, { size: 22, weight: 600, serif: true, colour: theme.word.query });
      write(g, theme, below, 16, y + 6, { size: 14, weight: 650, colour: theme.word.query });
    }
    // from the two columns of the chosen pair to its clock
    const chosen = geo.grid.cells.find((each) => each.pair === pair);
    const columns = columnsOf(pair, d, layout);
    const at = columns.map((column) => after.x + (column + 0.5) * cell - 1);
    const level = after.y + after.h + 12;
    const clock = { x: chosen.middle.x, y: geo.top + chosen.y + 3 };
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2;
    g.beginPath();
    for (const x of at) {
      g.moveTo(x, after.y + after.h + 3);
      g.lineTo(x, level);
    }
    const reach = chosen.y === 0 ? [...at, clock.x] : at; // to the clock, where no other clock lies between
    g.moveTo(Math.min(...reach), level);
    g.lineTo(Math.max(...reach), level);
    if (chosen.y === 0) {
      g.moveTo(clock.x, level);
      g.lineTo(clock.x, clock.y);
    }
    g.stroke();
    for (const box of [before, after]) for (const column of columns) outlineCell(g, box, d, column, theme);

    for (const each of geo.grid.cells) {
      const place = { ...each, y: each.y + geo.top, middle: { x: each.middle.x, y: each.middle.y + geo.top } };
      const turned = turnAt(scene, p, each.pair);
      frameClock(g, theme, place, shortOf(arrays.frequencies.numbers[each.pair]), each.pair === pair);
      drawClock(g, theme, { ...place.middle, r: each.r }, [{ cos: turned.x, sin: turned.y, colour: theme.mark.query, width: Math.max(2.5, Math.min(4.5, each.r / 8)), length: 0.9 }]);
      g.strokeStyle = theme.word.muted;
      g.lineWidth = 2;
      g.beginPath();
      g.moveTo(place.middle.x + each.r, place.middle.y);
      g.lineTo(place.middle.x + each.r - Math.min(6, each.r / 4), place.middle.y);
      g.stroke();
    }
    paintScores(g, width);
    say();
  }

  // the score of the same q and k in both layouts, over the query's place
  function paintScores(g, width) {
    const { arrays, theme, facts: { layout, words, bounds }, state: { p } } = scene;
    const [low, high] = [Math.min, Math.max].map((pick) => pick(...arrays.interleaved.numbers, ...arrays.half.numbers));
    const levels = [...new Set([low < 0 ? -roomFor(-low) : 0, 0, high > 0 ? roomFor(high) : 0])];
    g.save();
    g.translate(0, geo.chart.y);
    const chart = lineChart(g, theme, { width: width - (geo.narrow ? 0 : 96), height: geo.chart.h, levels, most: bounds.p[1], axis: words.axis_p, few: geo.narrow });
    geo.line = chart.box;
    const names = layout === "interleaved" ? ["half", "interleaved"] : ["interleaved", "half"]; // the layout shown comes last, on top
    const ends = names.map((name) => {
      const mine = name === layout;
      const value = (place) => arrays[name].numbers[place];
      const colour = mine ? theme.mark.value : theme.mark.muted;
      chart.curve(value, bounds.p[1], 1, { colour, width: mine ? 3 : 2, dash: mine ? [] : [6, 5] });
      chart.dot({ x: chart.x(p), y: chart.y(value(p)) }, colour);
      return { name, mine, y: chart.y(value(bounds.p[1])) };
    });
    const [upper, lower] = ends.toSorted((a, b) => a.y - b.y);
    const close = Math.max(0, 20 - (lower.y - upper.y)) / 2;
    [upper.y, lower.y] = [upper.y - close, lower.y + close];
    if (!geo.narrow) for (const { name, mine, y } of ends) write(g, theme, words[name], chart.x(bounds.p[1]) + 12, y, { size: 16, weight: mine ? 650 : 400, colour: mine ? theme.word.value : theme.word.muted });
    g.restore();
  }

  function say() {
    const { arrays, facts: { layout, words }, state: { p, pair } } = scene;
    const d = arrays.query.rows;
    const [interleaved, half, apart] = ["interleaved", "half", "apart"].map((name) => arrays[name].numbers[p]);
    lead.textContent = filled(p ? words.two_scores : words.no_turn, { p, interleaved: number(interleaved, 3), half: number(half, 3), apart: number(apart, 2) });
    const limit = limitOf(arrays.query.numbers);
    legend.replaceChildren(`\u2212${shortOf(limit)}`, bar, `+${shortOf(limit)}`);
    const [a, b] = columnsOf(pair, d, layout);
    const [x, y] = [arrays.query.numbers[a], arrays.query.numbers[b]];
    const result = arrays.turned.numbers[p * d + a];
    const omega = arrays.frequencies.numbers[pair];
    const ways = [3, 4].flatMap((decimals) => [3, 4, 5, 6].map((digits) => ({ decimals, text: String(Number(omega.toPrecision(digits))) })));
    const settled = ways.find(({ decimals, text }) => {
      const value = Number(x.toFixed(decimals)) * Math.cos(p * Number(text)) - Number(y.toFixed(decimals)) * Math.sin(p * Number(text));
      return number(value, decimals) === number(result, decimals);
    });
    const { decimals, text } = settled ?? { decimals: 3, text: shortOf(omega) };
    const turn = (2 * Math.PI) / omega;
    const name = (...subscript) => [element("i", { class: "query" }, "q"), element("sub", { class: "query" }, ...subscript)];
    const angle = `${p} × ${text}`;
    reading.replaceChildren(
      element("span", { class: "equation" }, ...name(String(p)), `[${a}] = ${number(x, decimals)} × cos(${angle}) ${y < 0 ? "+" : "\u2212"} ${number(Math.abs(y), decimals)} × sin(${angle}) ${settled ? "=" : "≈"} ${number(result, decimals)}`),
      element("small", {}, filled(words.pair_is, { a, b, turn: turn < 1000 ? turn.toPrecision(3) : amount(Math.round(turn)) })),
    );
  }

  const along = (point) => Math.round(((point.x - geo.line.x) / geo.line.w) * scene.facts.bounds.p[1]);
  const onLine = (point) => geo.line && point.y >= geo.chart.y && point.y < geo.chart.y + geo.line.y + geo.line.h + 12;
  const choose = (point) => {
    const { before, after, cell, d } = geo;
    if (point.y >= before.y - 20 && point.y < after.y + after.h + 6 && point.x >= before.x && point.x < before.x + before.w) return pairOfColumn(Math.floor((point.x - before.x) / cell), d, scene.facts.layout);
    return pairClockAt(geo.grid, { x: point.x, y: point.y - geo.top });
  };
  let sliding = false;
  pointers(drawn, {
    grab(point) {
      sliding = Boolean(geo) && onLine(point);
      return sliding || (Boolean(geo) && choose(point) !== null);
    },
    move: (point) => sliding && scene.move({ p: along(point) }, { settled: false }),
    drop(point) {
      const pair = sliding ? null : choose(point);
      if (sliding) scene.move({ p: along(point) });
      else if (pair !== null) scene.move({ pair });
    },
    over: (point) => (drawn.canvas.style.cursor = !geo || !point ? "default" : onLine(point) ? "ew-resize" : choose(point) !== null ? "pointer" : "default"),
  });

  return {
    draw() {
      drawn.draw();
      drawn.describe(scene.facts.alt ?? "");
    },
    destroy: drawn.destroy,
  };
}

// Where the colours of the strips end: the longest number of the query, rounded up to a tenth.
function limitOf(numbers) {
  return Math.ceil(10 * numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1)) / 10;
}
