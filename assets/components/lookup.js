// One-hot × W side by side, on a narrow screen in the corner of each other, as one does it by hand. The picked rows are
// lit in all three, and the sum of the chosen number is written out. A click on a row of W looks it up.
// Tensors: table (V × d), product (n × d). Facts: ids (those of product), click, full (words), most. State: ids (the text in the box), out (a row of the product),
// cell (a number in it).

import { element } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { bottomOf, drawElbow, drawHead, drawIdChip, drawNumbers, drawOneHot, drawRowNumbers, drawWire, idsIn, middleOf, NUMBER, outlineOne, outlineRow, rightOf, rowUnder, withId, withoutPlace } from "./lookup_parts.js";
import { number, term } from "./numbers.js";
import { picture } from "./picture.js";
import { signedGradient } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const TALL = 386;
const HEAD = 40;
const CHIP = 50;

// Where things are for n ids, V rows and d columns.
function arrange(width, n, v, d) {
  return isPhone(width) ? corner(width, n, v, d) : sideBySide(width, n, v, d);
}

// Cells as wide as there is room: those of W hold a number where they can.
function cells(room, v, d, tables, { least, most, narrow, fair, wide }) {
  if (v * narrow + tables * d * least <= room) {
    const w = Math.min(most, Math.max(least, (room - v * fair) / (tables * d)));
    return [Math.min(wide, (room - tables * d * w) / v), w];
  }
  const part = room / (v * 14 + tables * d * 22);
  return [14 * part, 22 * part];
}

function sideBySide(width, n, v, d) {
  const [left, middle, equals] = [24 + CHIP + 10, 96, 64];
  const [one, number_] = cells(width - left - middle - equals - 6, v, d, 2, { least: 44, most: 72, narrow: 9, fair: 34, wide: 56 });
  const room = TALL - HEAD - 4;
  const row = Math.min(40, room / v);
  const line = Math.min(40, room / n);
  const high = Math.max(v * row, n * line);
  const top = (count, pitch) => HEAD + (high - count * pitch) / 2;
  const hot = { x: left, y: top(n, line), w: one, h: line, rows: n, columns: v };
  const table = { x: rightOf(hot) + middle, y: top(v, row), w: number_, h: row, rows: v, columns: d };
  const product = { x: rightOf(table) + equals, y: hot.y, w: number_, h: line, rows: n, columns: d };
  const chips = { x: 24, w: CHIP, h: Math.min(32, line - 3) };
  return { phone: false, height: TALL, hot, table, product, chips, signs: { times: rightOf(hot) + 22, equals: rightOf(table) + equals / 2 } };
}

function corner(width, n, v, d) {
  const [left, gap, end] = [CHIP + 8, 16, 12];
  const [one, number_] = cells(width - left - gap - end, v, d, 1, { least: 43, most: 60, narrow: 12, fair: 22, wide: 30 });
  const row = Math.min(40, Math.max(10, 320 / v));
  const line = Math.min(40, Math.max(24, 220 / n));
  const table = { x: left + v * one + gap, y: HEAD, w: number_, h: row, rows: v, columns: d };
  const y = bottomOf(table) + HEAD + 4;
  const hot = { x: left, y, w: one, h: line, rows: n, columns: v };
  const product = { x: table.x, y, w: number_, h: line, rows: n, columns: d };
  return { phone: true, height: Math.ceil(y + n * line + 6), hot, table, product, chips: { x: 0, w: CHIP, h: Math.min(38, line - 3) }, signs: null };
}

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const plot = element("div", { class: "plot" });
  scene.root.append(plot);
  const drawn = surface(plot, { height: (width) => placed(width).height, paint });
  const card = hoverCard();
  plot.append(card.node);
  scene.root.append(element("div", { class: "under" }, legend, reading));
  legend.append("\u22121", element("span", { class: "bar", style: `background:${signedGradient()}` }), "+1");

  let geo = null;
  let ids = []; // as the state has them
  let told = []; // those that Python made the product for
  let hover = null; // {kind: "row" | "chip" | "cell", at}
  const shape = () => [scene.arrays.table?.rows ?? 4, scene.arrays.table?.width ?? 2];
  const placed = (width) => arrange(width, Math.max(1, ids.length), ...shape());

  const weight = (row, column) => scene.arrays.table.numbers[row * scene.arrays.table.width + column];
  // A row of the product; until Python has heard of a new id, its row of W, of which it will be a copy.
  const result = (row, column) => (told[row] === ids[row] ? scene.arrays.product.numbers[row * scene.arrays.table.width + column] : weight(ids[row], column));

  function paint(g, width) {
    if (!scene.arrays.table || !ids.length) return;
    const { theme } = scene;
    geo = placed(width);
    scene.root.classList.toggle("phone", geo.phone);
    const { hot, table, product } = geo;
    const { out, cell } = scene.state;
    const row = ids[out];
    ids.forEach((id, at) => at !== out && wire(g, at, id, false));
    wire(g, out, row, true); // the cells lie over the wires, which shine through
    drawHead(g, theme, hot, "one-hot", "muted");
    drawHead(g, theme, table, "W", "token");
    drawHead(g, theme, product, "W[ids]", "token");
    drawOneHot(g, theme, hot, ids);
    drawNumbers(g, theme, table, weight, { faint: (at) => !ids.includes(at) });
    drawNumbers(g, theme, product, result);
    drawColumn(g, table, cell);
    for (const id of new Set(ids)) if (id !== row) outlineRow(g, theme, table, id, false);
    for (const id of ids.keys()) if (id !== out) outlineRow(g, theme, product, id, false);
    outlineRow(g, theme, table, row, true);
    outlineRow(g, theme, product, out, true);
    outlineRow(g, theme, hot, out, true);
    outlineOne(g, theme, table, row, cell);
    outlineOne(g, theme, product, out, cell);
    outlineOne(g, theme, hot, out, row);
    drawRowNumbers(g, theme, table, table.x - 9, ids, { chosen: row, size: geo.phone ? 14 : 15 });
    drawChips(g, out);
    drawSigns(g);
    if (hover?.kind === "row") drawHover(g, hover.at);
    say(out, row, cell);
  }

  // From the 1 to the row that it meets, and from there to the row that comes out.
  function wire(g, out, row, chosen) {
    const { hot, table, product, phone } = geo;
    const [from, to, end] = [middleOf(hot, out), middleOf(table, row), middleOf(product, out)];
    const one = hot.x + (row + 1) * hot.w;
    if (phone) {
      const above = one - hot.w / 2;
      drawElbow(g, scene.theme, [[above, hot.y + out * hot.h], [above, to], [Math.max(above, table.x - 28), to]], chosen);
      const right = rightOf(product);
      if (chosen) drawElbow(g, scene.theme, [[right, to], [right + 8, to], [right + 8, end], [right, end]], true);
      return;
    }
    drawWire(g, scene.theme, [[one, from], [rightOf(hot), from], [table.x - 30, to]], chosen);
    drawWire(g, scene.theme, [[rightOf(table) + 1, to], [product.x - 3, end]], chosen);
  }

  function drawColumn(g, table, cell) {
    g.strokeStyle = scene.theme.word.muted;
    g.lineWidth = 1.5;
    g.setLineDash([2, 3]);
    g.strokeRect(table.x + cell * table.w - 1.5, table.y - 2, table.w + 1, table.rows * table.h + 2);
    g.setLineDash([]);
  }

  function drawChips(g, out) {
    const { theme } = scene;
    const { chips, hot, phone } = geo;
    ids.forEach((id, at) => {
      const y = middleOf(hot, at);
      if (!phone && hot.h >= 15) write(g, theme, String(at), 16, y, { size: 15, align: "right", weight: at === out ? 700 : 400, colour: at === out ? theme.word.highlight : theme.word.muted });
      drawIdChip(g, theme, { ...chips, y: y - chips.h / 2 }, id, { chosen: at === out, warm: hover?.kind === "chip" && hover.at === at, alone: ids.length === 1 });
    });
    write(g, theme, "ids", chips.x + 2, hot.y - 22, { size: 16, weight: 600, colour: theme.word.token });
  }

  function drawSigns(g) {
    const { theme } = scene;
    const { hot, table, signs, phone } = geo;
    const words = { size: 15, colour: theme.word.highlight };
    const hint = ids.length < scene.facts.most ? scene.facts.click : scene.facts.full;
    if (phone) {
      words.size = 14;
      hint.split(" ").reduce((lines, word) => ((lines.at(-1) + word).length < 12 ? lines.push(`${lines.pop()} ${word}`.trim()) : lines.push(word), lines), [""]).forEach((line, k) => write(g, theme, line, 0, 18 + 18 * k, words));
      return;
    }
    const y = (Math.min(hot.y, table.y) + Math.max(bottomOf(hot), bottomOf(table))) / 2;
    for (const [sign, x] of [["×", signs.times], ["=", signs.equals]]) {
      g.fillStyle = theme.page;
      g.beginPath();
      g.arc(x, y, 13, 0, 2 * Math.PI);
      g.fill();
      write(g, theme, sign, x, y, { size: 26, align: "center", colour: theme.ink });
    }
    if (bottomOf(table) < TALL - 22) write(g, theme, hint, table.x, bottomOf(table) + 14, words);
    else if (bottomOf(hot) < TALL - 26) write(g, theme, hint, table.x - 46, TALL - 12, { ...words, align: "right" });
  }

  function drawHover(g, row) {
    const { theme } = scene;
    const { table } = geo;
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2;
    g.setLineDash([5, 3]);
    g.beginPath();
    g.roundRect(table.x - 3, table.y + row * table.h - 3, table.columns * table.w + 4, table.h + 4, 4);
    g.stroke();
    g.setLineDash([]);
  }

  function say(out, row, cell) {
    const { rows } = scene.arrays.table;
    const all = rows <= (geo.phone ? 3 : 6);
    const kept = Array.from({ length: rows }, (_, at) => at).filter((at) => all || at === 0 || at === row || at === rows - 1);
    const terms = [];
    kept.forEach((at, k) => {
      if (k && at > kept[k - 1] + 1) terms.push("…");
      terms.push(`${at === row ? 1 : 0} × ${term(weight(at, cell), NUMBER)}`);
    });
    reading.replaceChildren(
      element("span", { class: "equation" }, element("i", { class: "token" }, "W[ids]"), `[${out}, ${cell}] = ${terms.join(" + ")} = ${number(result(out, cell), NUMBER)}`),
      element("small", {}, `${rows - 1} of ${rows} terms are 0: row ${row} is left`),
    );
  }

  // --- the hand
  const under = (point) => {
    if (!geo) return null;
    const { hot, table, product, chips } = geo;
    const row = rowUnder(table, point, 30);
    if (row >= 0) return { kind: "row", at: row };
    const out = rowUnder(product, point);
    if (out >= 0) return { kind: "cell", at: out, cell: Math.floor((point.x - product.x) / product.w) };
    const place = rowUnder(hot, point, hot.x);
    if (place < 0) return null;
    return point.x < chips.x + chips.w + 4 ? { kind: "chip", at: place } : { kind: "one", at: place };
  };
  const choose = (found, settled) => {
    if (found?.kind === "cell") scene.move({ out: found.at, cell: found.cell }, { settled });
    else if (found?.kind === "one") scene.move({ out: found.at }, { settled });
    else if (settled) scene.move({}, { settled });
  };
  let pressed = null;
  pointers(drawn, {
    grab: (point) => (pressed = under(point)) !== null,
    move: (point) => (pressed.kind === "row" || pressed.kind === "chip" ? null : choose(under(point), false)),
    drop: (point) => {
      const found = under(point);
      if (pressed.kind !== "row" && pressed.kind !== "chip") return choose(found, true);
      if (found?.kind !== pressed.kind || found.at !== pressed.at) return;
      if (found.kind === "row") add(found.at);
      else remove(found.at);
    },
    over: (point) => {
      const next = point && under(point);
      if (JSON.stringify(next) === JSON.stringify(hover)) return;
      hover = next;
      drawn.canvas.style.cursor = { row: ids.length < scene.facts.most ? "copy" : "not-allowed", chip: "pointer", cell: "crosshair", one: "crosshair" }[next?.kind] ?? "default";
      drawn.draw();
      showCard();
    },
  });
  function add(id) {
    if (ids.length >= scene.facts.most) return;
    scene.move({ ids: withId(scene.state.ids, id, scene.facts.most), out: ids.length });
  }
  function remove(place) {
    if (ids.length < 2) return;
    const { out } = scene.state;
    scene.move({ ids: withoutPlace(scene.state.ids, place), out: out > place ? out - 1 : out });
  }
  drawn.canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    remove(scene.state.out);
    event.preventDefault();
  });

  // Where cells are too small for a number, the row under the pointer says its own.
  function showCard() {
    if (hover?.kind !== "row" || geo.phone || geo.table.w >= 42) return card.hide();
    const { table } = geo;
    const shown = Array.from({ length: Math.min(table.columns, 6) }, (_, k) => number(weight(hover.at, k), NUMBER));
    const line = element("div", { class: "equation" }, element("i", { class: "token" }, "W"), `[${hover.at}] = ${shown.join("  ")}${table.columns > 6 ? " …" : ""}`);
    card.show([line], { x: table.x - 60, y: table.y + hover.at * table.h, h: table.h }, plot.clientWidth, hover.at > table.rows * 0.7);
  }

  let arrays = null;
  return partOf(scene, drawn, () => {
    const { state, facts } = scene;
    hover = null;
    card.hide();
    ids = idsIn(state.ids);
    if (scene.arrays !== arrays) {
      arrays = scene.arrays;
      told = facts.ids;
    }
    state.out = Math.min(state.out, ids.length - 1); // of twelve rows at most, as many as there are ids
  });
}
