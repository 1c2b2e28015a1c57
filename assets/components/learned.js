// Three tables of positions with one cursor: cells above, a line below. What the cells are depends on facts.view:
//   tables      learned, sinusoidal, random (n × d): their numbers; the line is the row under the cursor. State: p, j
//               dims (3 × d): the dimension that each column is; turns (3 × d): its strongest wave
//   similarity  (m × m): cosines of positions, each facts.step-th; lines (3 × n): the mean at each distance. State: p, q
//   spectrum    (d × turns): shares of variance, dimensions sorted, dims (3 × d); lines (3 × turns): their mean. State: k

import { element } from "./dom.js";
import { drawHeatmap, heatmap } from "./heatmap.js";
import { drawLine, evenTicks, hair, panels, ring, shown, TABLES, title } from "./learned_panels.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { shareFill, signedFill, signedGradient, similarityFill, slateGradient } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

const FULL_SHARE = 0.2; // of a dimension's variance in one wave: full colour
const TOP_SHARE = 0.17; // where the line of a spectrum ends

export default picture(build);

// How each view reads the tensors. `cursor` gives the row and column under the cursor in table i, `state` is its inverse;
// `edge` is the axis across, from 0 to 1.
const VIEWS = {
  tables: {
    fill: signedFill,
    limit: ({ facts }, i) => facts.limits[i],
    note: ({ facts }, i) => `full colour ±${shown(facts.limits[i], 2)}`,
    cursor: ({ arrays }, i, { p, j }) => ({ row: p, column: columnsOf(arrays.dims)[i][j] }),
    state: ({ arrays }, i, { row, column }) => ({ ...(row === undefined ? {} : { p: row }), j: arrays.dims.numbers[i * arrays.dims.width + column] }),
    line: ({ arrays }, i, { p }) => ({ numbers: arrays[TABLES[i]].numbers, start: p * arrays.dims.width, count: arrays.dims.width }),
    range: ({ facts }, i) => [-facts.tops[i], facts.tops[i]],
    about: ({ p }) => `row ${p}`,
    at: ({ arrays }, i, { j }) => columnsOf(arrays.dims)[i][j],
    ticks: ({ arrays, facts }, i, most) => (facts.sorted ? waveTicks(arrays.turns, i, most) : [...evenTicks(arrays.dims.width, most).map((j) => [j, j]), ["dim j", arrays.dims.width]]),
  },
  similarity: {
    fill: similarityFill,
    limit: () => 1,
    note: () => "",
    cursor: ({ facts: { step } }, _, { p, q }) => ({ row: Math.floor(p / step), column: Math.floor(q / step) }),
    state: ({ facts: { step } }, _, { row, column }) => ({ p: row * step, q: column * step }),
    line: ({ arrays: { lines } }, i) => ({ numbers: lines.numbers, start: i * lines.width, count: lines.width }),
    range: () => [-0.5, 1],
    about: () => "mean at each distance",
    at: ({ facts: { step } }, _, { p, q }) => Math.abs(Math.floor(p / step) - Math.floor(q / step)) * step,
    ticks: ({ arrays: { learned }, facts: { step } }, _, most) => [...evenTicks(learned.width * step, most).map((q) => [q, q / step]), ["q", learned.width]],
  },
  spectrum: {
    fill: shareFill,
    limit: () => FULL_SHARE,
    note: () => "",
    cursor: (_, __, { k }) => ({ column: k - 1 }),
    state: (_, __, { column }) => ({ k: column + 1 }),
    line: ({ arrays: { lines } }, i) => ({ numbers: lines.numbers, start: i * lines.width, count: lines.width }),
    range: () => [0, TOP_SHARE],
    about: () => "mean of all dims",
    at: (_, __, { k }) => k - 1,
    edge: (c, columns) => Math.log2(Math.sqrt(c * (c + 1)) * Math.SQRT2 || 1) / Math.log2(Math.sqrt(columns * (columns + 1)) * Math.SQRT2),
    ticks: ({ arrays: { lines } }) => [...[1, 4, 16, 64].filter((k) => k <= lines.width).map((k) => [k, k - 1]), ["turns k", lines.width]],
  },
};

// Where each dimension stands among the columns, a table at a time.
const standing = new WeakMap();
function columnsOf({ numbers, width }) {
  if (!standing.has(numbers)) {
    standing.set(numbers, TABLES.map((_, i) => {
      const columns = new Uint16Array(width);
      for (let column = 0; column < width; column++) columns[numbers[i * width + column]] = column;
      return columns;
    }));
  }
  return standing.get(numbers);
}

// The number of turns at the middle of each run of columns with one wave that is wide enough for a word.
function waveTicks({ numbers, width }, i, most) {
  const found = [];
  for (let first = 0, column = 1; column <= width; column++) {
    if (column < width && numbers[i * width + column] === numbers[i * width + first]) continue;
    const turns = numbers[i * width + first];
    if (column - first >= width / (4 * most)) found.push([column < width ? turns : `${turns} turn${turns === 1 ? "" : "s"}`, (first + column - 1) / 2]);
    first = column;
  }
  return found;
}

const evenEdge = (c, columns) => c / columns;

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const images = [null, null, null];
  let geo = null;
  let hover = null;

  const layout = (width) => panels(width, { tall: 234, first: 104, others: 70, low: isPhone(width) ? 36 : 84, between: isPhone(width) ? 26 : 30 });
  const drawn = surface(scene.root, { height: (width) => layout(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  const view = () => VIEWS[scene.facts.view];
  const edge = (c, columns) => (view().edge ?? evenEdge)(c, columns);
  const middle = (c, columns) => (edge(c, columns) + edge(c + 1, columns)) / 2;

  function paint(g, width) {
    if (!scene.arrays.learned) return;
    const { theme } = scene;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const state = hover ? { ...scene.state, ...hover.state } : scene.state;
    TABLES.forEach((name, i) => {
      const table = scene.arrays[name];
      const { main, line } = geo.boxes[i];
      title(g, theme, main, name, geo.phone && i ? "" : view().note(scene, i));
      drawHeatmap(g, image(i, table, main), main);
      ticks(g, table, main, i);
      const { row, column } = view().cursor(scene, i, state);
      const x = (c) => main.x + middle(c, table.width) * main.w;
      const y = main.y + ((row + 0.5) * main.h) / table.rows;
      hair(g, theme, x(column), main.y, x(column), main.y + main.h);
      if (row !== undefined) {
        hair(g, theme, main.x, y, main.x + main.w, y);
        ring(g, theme, x(column), y, 5);
      }
      drawBelow(g, i, line, state);
    });
    say(state);
  }

  function image(i, table, { w, h }) {
    const dense = Math.min(2, devicePixelRatio || 1);
    const size = `${w}x${h}@${dense}`;
    if (images[i]?.of === table.numbers && images[i].size === size) return images[i].bitmap;
    const wide = view().edge ? table.width : w * dense;
    let bitmap = heatmap(table, view().limit(scene, i), wide, h * dense, view().fill);
    if (view().edge) bitmap = stretched(bitmap, table.width, w * dense);
    images[i] = { of: table.numbers, size, bitmap };
    return bitmap;
  }

  // Each column of the picture as wide as the axis gives it.
  function stretched(bitmap, columns, wide) {
    const made = new OffscreenCanvas(Math.round(wide), bitmap.height);
    const g = made.getContext("2d");
    for (let c = 0; c < columns; c++) {
      const [from, to] = [edge(c, columns) * made.width, edge(c + 1, columns) * made.width];
      g.drawImage(bitmap, c, 0, 1, bitmap.height, from, 0, to - from, bitmap.height);
    }
    return made;
  }

  function ticks(g, table, main, i) {
    const { theme, facts } = scene;
    const size = geo.phone ? 14 : 15;
    const step = facts.step ?? 1;
    const y = main.y + main.h + 13;
    for (const [label, column] of view().ticks(scene, i, geo.phone && i ? 3 : 4)) {
      const end = column === table.width; // the name of the axis
      if (end && geo.phone && i) continue;
      write(g, theme, String(label), main.x + (end ? 1 : middle(column, table.width)) * main.w, y, { size, align: end ? "right" : "center" });
    }
    if (i && !(geo.phone && i === 1)) return;
    if (facts.view === "spectrum") {
      if (geo.phone && i) return;
      g.save();
      g.translate(geo.phone ? 20 : 26, main.y + main.h / 2);
      g.rotate(-Math.PI / 2);
      write(g, theme, "dimensions, sorted", 0, 0, { size, align: "center" });
      g.restore();
      return;
    }
    for (const at of evenTicks(table.rows * step, 4)) write(g, theme, String(at), main.x - 7, main.y + ((at / step + 0.5) * main.h) / table.rows, { size, align: "right" });
    if (!geo.phone) write(g, theme, "p", 6, main.y + main.h * 0.375, { size: 19, serif: true, weight: 600, colour: theme.word.position });
  }

  function drawBelow(g, i, box, state) {
    const { theme, facts } = scene;
    const size = geo.phone ? 14 : 15;
    const line = view().line(scene, i, state);
    const range = view().range(scene, i);
    const x = (c) => box.x + middle(c, line.count) * box.w;
    const y = drawLine(g, theme, box, line, x, range);
    const labels = facts.view === "tables" ? [range[1], 0, range[0]] : facts.view === "similarity" ? [1, 0] : [range[1], 0];
    for (const value of labels) write(g, theme, shown(value, 2), box.x - 7, Math.min(Math.max(y(value), box.y + 6), box.y + box.h - 4), { size, align: "right" });
    const at = view().at(scene, i, state);
    hair(g, theme, x(at), box.y, x(at), box.y + box.h);
    ring(g, theme, x(at), y(line.numbers[line.start + at]), 4.5);
    const right = at < line.count / 2 || facts.view !== "tables";
    if (geo.phone && i) return;
    write(g, theme, view().about(state), right ? box.x + box.w : box.x + 4, box.y + 4, { size, align: right ? "right" : "left", halo: true });
  }

  function say(state) {
    const { facts, arrays } = scene;
    const values = TABLES.map((name, i) => {
      const { row, column } = view().cursor(scene, i, state);
      if (facts.view === "spectrum") return partUpTo(i, state.k);
      return arrays[name].numbers[row * arrays[name].width + column];
    });
    const bar = (background) => element("span", { class: "bar", style: `background:${background}` });
    if (facts.view === "tables") {
      const { p, j } = state;
      const lengths = TABLES.map((_, i) => arrays.lengths.numbers[i * arrays.lengths.width + p]);
      legend.replaceChildren("\u2212", bar(signedGradient()), "+");
      told([element("i", { class: "position" }, "P"), `[${p}, ${j}] = ${TABLES.map((name, i) => `${shown(values[i])} ${name}`).join(", ")}`], `length of row ${p}: ${lengths.map((v) => shown(v)).join(", ")}`);
    } else if (facts.view === "similarity") {
      const at = view().at(scene, 0, state);
      const { row, column } = view().cursor(scene, 0, state);
      legend.replaceChildren("\u22121", bar(slateGradient(similarityFill, -1, 1)), "1");
      told([`cos(${row * facts.step}, ${column * facts.step}) = ${TABLES.map((name, i) => `${number(values[i])} ${name}`).join(", ")}`], `mean at distance ${at}: ${TABLES.map((_, i) => number(arrays.lines.numbers[i * arrays.lines.width + at], 2)).join(", ")}`);
    } else {
      const period = (2 * arrays.lines.width) / state.k;
      legend.replaceChildren("0", bar(slateGradient(shareFill, 0, FULL_SHARE)), `${FULL_SHARE} or more`);
      told([`up to ${state.k} turn${state.k === 1 ? "" : "s"}: ${TABLES.map((name, i) => `${Math.round(100 * values[i])}% ${name}`).join(", ")}`], `one turn in ${shown(period)} positions`);
    }
  }

  const partUpTo = (i, k) => {
    const { numbers, width } = scene.arrays.lines;
    let sum = 0;
    for (let at = 0; at < k; at++) sum += numbers[i * width + at];
    return sum;
  };

  const told = (equation, small) => reading.replaceChildren(element("span", { class: "equation" }, ...equation), element("small", {}, small));

  // --- the hand: on cells it moves both, on a line only across
  const spot = ({ x, y }, strict) => {
    for (const [i, { main, line }] of geo.boxes.entries()) {
      const inside = x >= main.x && x < main.x + main.w;
      if (inside && y >= main.y && y < main.y + main.h) return { i, part: "main" };
      if (inside && y >= line.y && y < line.y + line.h && scene.facts.view !== "similarity") return { i, part: "line" };
    }
    return strict ? null : held;
  };
  const stateAt = ({ x, y }, { i, part }) => {
    const { main } = geo.boxes[i];
    const { rows, width } = scene.arrays[TABLES[i]];
    const share = Math.min(1 - 1e-9, Math.max(0, (x - main.x) / main.w));
    let column = Math.floor(share * width);
    if (view().edge) column = Array.from({ length: width }, (_, c) => c).findLast((c) => edge(c, width) <= share) ?? 0;
    const row = Math.floor(Math.min(1 - 1e-9, Math.max(0, (y - main.y) / main.h)) * rows);
    return view().state(scene, i, { row: part === "main" ? row : undefined, column });
  };
  let held = null;
  pointers(drawn, {
    grab: (point) => (held = spot(point, true)) !== null,
    move: (point) => scene.move(stateAt(point, held), { settled: false }),
    drop: (point) => scene.move(stateAt(point, held), { settled: true }),
    over: (point) => {
      const where = point && spot(point, true);
      const next = where ? { state: stateAt(point, where) } : null;
      if (JSON.stringify(next) === JSON.stringify(hover)) return;
      hover = next;
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = null));
}
