// A table to scale, whose edges a hand drags, and what it holds factorised, over the rank.
// Tensors: rows, saving_by_row, widths, saving_by_width (each a list). Facts: size [V, d, n], tied, saving, frame_rows,
// frame_width, types [[name, bytes]], words. State: v, d, r (r = 0: the table is whole).

import { element, filled } from "./dom.js";
import { animator, ease, mix } from "./motion.js";
import { amount } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, stroke, surface, write } from "./surface.js";

export default picture(build);

const UNITS = [["GB", 1e9, "GiB", 2 ** 30, 2e10], ["MB", 1e6, "MiB", 2 ** 20, 5e5], ["kB", 1e3, "KiB", 2 ** 10, 0]];
const GAP = 6; // between parts, in pixels

const digits = (value, places) => value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
const shown = (value) => digits(value, value >= 100 ? 1 : value >= 10 ? 2 : 3);

// A count in three digits: 38.6M.
function short(count) {
  const [unit, size] = [["B", 1e9], ["M", 1e6], ["k", 1e3]].find(([, least]) => count >= least) ?? ["", 1];
  return size === 1 ? String(count) : `${Number((count / size).toPrecision(3))}${unit}`;
}

function build(scene) {
  const stage = element("div", { class: "plot" });
  const handles = element("div", { class: "handles" });
  const sums = element("table", { class: "sums" });
  const bytes = element("table", { class: "bytes" });
  scene.root.append(stage, element("div", { class: "sizes" }, sums, bytes));
  const drawn = surface(stage, { height: (width) => layout(width).height, paint });
  stage.append(handles);
  const grips = { v: grip("v", "rows", ["ArrowUp", "ArrowDown"]), d: grip("d", "widths", ["ArrowLeft", "ArrowRight"]) };
  handles.append(grips.v.node, grips.d.node);
  const growing = animator();
  let frame = null; // rows and columns that there is room for: those of the facts, or on the way to them
  let aim = "";
  let geo = null;

  // --- what the parts hold: products of the sizes
  function parts() {
    const { v, d, r } = scene.state;
    const n = scene.facts.size[2];
    const whole = v * d;
    const [first, second] = [v * r, r * d];
    const tokens = r ? first + second : whole;
    const head = scene.facts.tied ? 0 : whole;
    return { v, d, r, n, whole, first, second, tokens, positions: n * d, head, total: tokens + n * d + head };
  }

  // The largest rank that saves, as Python computed it; null until it has for this V and d.
  function saving() {
    const { facts, arrays, state } = scene;
    const [v, d] = facts.size;
    if (state.v === v && state.d === d) return facts.saving;
    const [levels, found, at] = state.d === d ? [arrays.rows, arrays.saving_by_row, state.v] : state.v === v ? [arrays.widths, arrays.saving_by_width, state.d] : [null];
    const place = levels ? levels.numbers.indexOf(at) : -1;
    return place < 0 ? null : found.numbers[place];
  }

  function layout(width) {
    const phone = isPhone(width);
    const tall = phone ? 138 : 232;
    const area = { x: phone ? 74 : 96, y: 30, w: phone ? width - 74 - 24 : Math.round(width * 0.5) - 110, h: tall };
    const curve = phone ? { x: 54, y: 30 + tall + 50, w: width - 54 - 14, h: 102 } : { x: width - 404, y: 46, w: 390, h: tall - 16 };
    return { phone, area, curve, height: phone ? curve.y + curve.h + 30 : 30 + tall + 28 };
  }

  function paint(g, width) {
    if (!scene.arrays.rows) return;
    const { area, phone } = (geo = layout(width));
    scene.root.classList.toggle("phone", phone);
    const wanted = { rows: scene.facts.frame_rows, width: scene.facts.frame_width };
    if (frame === null) frame = wanted;
    const p = parts();
    const heads = scene.facts.tied ? 1 : 2;
    const room = { w: area.w - (heads - 1) * 2 * GAP, h: area.h - 2 * GAP };
    geo.unit = { x: room.w / heads / frame.width, y: room.h / frame.rows };
    const cell = geo.unit;
    const b = p.r ? Math.max(2, p.r * cell.y) + GAP : 0; // B stands above, so that all is as wide as the table
    const table = { x: area.x, y: area.y + b, w: Math.max(2, p.d * cell.x), h: Math.max(2, p.v * cell.y) };
    geo.table = table;
    drawTable(g, p, table, b);
    if (p.positions) drawPositions(g, p, { ...table, y: table.y + table.h + GAP, h: Math.max(2, p.n * cell.y) });
    if (p.head) drawHead(g, p, { ...table, x: table.x + table.w + 2 * GAP });
    drawSizes(g, p, table, b);
    drawArea(g);
    drawCurve(g, p);
    placeGrips(table);
    say(p);
  }

  // --- the table to scale
  function box(g, { x, y, w, h }, colour, alpha, { dash = [], hatch = false } = {}) {
    g.save();
    g.beginPath();
    g.rect(x, y, w, h);
    g.fillStyle = colour;
    g.globalAlpha = alpha;
    g.fill();
    if (hatch) {
      g.clip();
      g.globalAlpha = 0.45;
      g.strokeStyle = colour;
      g.lineWidth = 1.5;
      g.beginPath();
      for (let at = -h; at < w; at += 11) {
        g.moveTo(x + at, y + h);
        g.lineTo(x + at + h, y);
      }
      g.stroke();
    }
    g.restore();
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.setLineDash(dash);
    g.strokeRect(x, y, w, h);
    g.setLineDash([]);
  }

  // A name and a count in the middle of a box, or beside it where it is too small.
  function named(g, name, count, role, { x, y, w, h }, besides) {
    const { theme } = scene;
    const size = geo.phone ? 15 : 17;
    const text = ` ${short(count)}`;
    g.font = `${size}px ${theme.sans}`;
    const tail = g.measureText(text).width;
    g.font = `italic 600 ${size + 3}px ${theme.serif}`;
    const long = g.measureText(name).width + tail;
    const inside = long + 10 <= w && h >= size + 8;
    const at = inside ? { x: x + (w - long) / 2, y: y + h / 2 } : besides;
    if (!at || at.x + long > (at.most ?? Infinity)) return;
    write(g, theme, name, at.x, at.y, { size: size + 3, weight: 600, serif: true, colour: theme.word[role], halo: true });
    write(g, theme, text, at.x + long - tail, at.y, { size, weight: 600, colour: theme.ink, halo: true });
  }

  function drawTable(g, p, table, b) {
    const { theme } = scene;
    const { x, y, w, h } = table;
    if (!p.r) {
      box(g, table, theme.mark.token, 0.26);
      return named(g, "W", p.whole, "token", table, { x: x + w + 24, y: y + Math.min(h / 2, 30) });
    }
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.5;
    g.setLineDash([3, 4]);
    g.strokeRect(x, y, w, h);
    g.setLineDash([]);
    const first = { x, y, w: Math.max(2, p.r * geo.unit.x), h };
    const second = { x, y: y - b, w, h: b - GAP };
    box(g, first, theme.mark.token, 0.26);
    box(g, second, theme.mark.token, 0.26, { hatch: true });
    named(g, "A", p.first, "token", first, h < 16 ? null : { x: x + first.w + 9, y: y + h / 2 });
    named(g, "B", p.second, "token", second, { x: x + w + 9, y: y - b + second.h / 2 + (p.head ? -2 : 4) });
  }

  function drawPositions(g, p, place) {
    box(g, place, scene.theme.mark.position, 0.3);
    named(g, "P", p.positions, "position", place, { x: place.x + place.w + 9, y: place.y + place.h / 2 + 3 });
  }

  function drawHead(g, p, place) {
    const { theme } = scene;
    box(g, place, theme.mark.key, 0.14, { dash: [7, 4], hatch: true });
    const text = `head ${short(p.head)}`;
    g.font = `600 17px ${theme.sans}`;
    if (g.measureText(text).width + 8 < place.w && place.h > 24) write(g, theme, text, place.x + place.w / 2, place.y + place.h / 2, { size: geo.phone ? 15 : 17, weight: 600, align: "center", colour: theme.word.key, halo: true });
  }

  // V and d beside the edges that they measure.
  function drawSizes(g, p, { x, y, w, h }, b) {
    const { theme } = scene;
    const size = geo.phone ? 14 : 16;
    const middle = y + Math.max(18, h / 2);
    write(g, theme, "V", x - 12, middle - 11, { size: size + 3, weight: 600, serif: true, align: "right", colour: theme.word.token });
    write(g, theme, amount(p.v), x - 12, middle + 10, { size, align: "right", colour: theme.ink });
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(x - 6, y);
    g.lineTo(x - 6, y + h);
    g.moveTo(x, y - b - 6);
    g.lineTo(x + w, y - b - 6);
    g.stroke();
    g.font = `italic 600 ${size + 3}px ${theme.serif}`;
    const long = g.measureText("d").width + 8;
    write(g, theme, "d", x, y - b - 18, { size: size + 3, weight: 600, serif: true, colour: theme.word.token });
    write(g, theme, amount(p.d), x + long, y - b - 18, { size, colour: theme.ink });
    if (p.n && !geo.phone) {
      const below = y + h + GAP + (p.n * geo.unit.y) / 2 + 4;
      write(g, theme, `n ${amount(p.n)}`, x - 12, Math.max(below, middle + 30), { size: 15, align: "right" });
    }
  }

  // A square of so many numbers, at the picture's scale.
  function drawArea(g) {
    const { theme, facts } = scene;
    const { area, unit, phone } = geo;
    const dense = unit.x * unit.y; // square pixels a number
    const count = 10 ** Math.floor(Math.log10(420 / dense));
    const side = Math.sqrt(count * dense);
    const y = area.y + area.h + (phone ? 8 : 6);
    const x = area.x;
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.5;
    g.fillStyle = "rgba(128,134,146,.25)";
    g.fillRect(x, y + 10 - side / 2, side, side);
    g.strokeRect(x, y + 10 - side / 2, side, side);
    write(g, theme, filled(facts.words.area, { count: short(count) }), x + side + 8, y + 10, { size: phone ? 14 : 15 });
  }

  // --- what a factorised table holds, over its rank
  function drawCurve(g, p) {
    const { theme, facts } = scene;
    const { x, y, w, h } = geo.curve;
    const size = geo.phone ? 14 : 15;
    const most = p.d * p.v + p.d * p.d; // at rank d
    const at = (rank, count) => [x + (rank / p.d) * w, y + h - (count / most) * h];
    const best = saving();
    if (best !== null) {
      const [bx] = at(best, 0);
      g.fillStyle = theme.mark.token;
      g.globalAlpha = 0.1;
      g.fillRect(x, y, bx - x, h);
      g.globalAlpha = 1;
    }
    stroke(g, at(0, 0), at(p.d, 0), theme.line, 1.5);
    stroke(g, at(0, p.whole), at(p.d, p.whole), theme.word.muted, 2, [2, 4]);
    stroke(g, at(0, 0), at(p.d, most), theme.mark.token, 3.5);
    const [, wy] = at(0, p.whole);
    const [mx, my] = at(0.62 * p.d, 0.62 * most);
    write(g, theme, facts.words.both, mx + 10, my + 12, { size: size + 2, serif: true, weight: 600, colour: theme.word.token, halo: true });
    const low = p.whole / most < 0.7; // then the whole table's line is free at its right end, else at its left
    write(g, theme, `${facts.words.whole} ${short(p.whole)}`, low ? x + w : x + 6, wy + (low ? -12 : 14), { size, align: low ? "right" : "left", halo: true });
    write(g, theme, "0", x - 6, y + h, { size, align: "right" });
    write(g, theme, "0", x, y + h + 15, { size });
    write(g, theme, `r = d = ${amount(p.d)}`, x + w, y + h + 15, { size, align: "right" });
    if (best !== null) {
      const [bx, by] = at(best, best * p.v + best * p.d);
      stroke(g, [bx, y], [bx, y + h], theme.mark.highlight, 1.5, [2, 4]);
      dot(g, bx, by, 6, theme.mark.highlight, theme.page);
      const words = filled(facts.words.saves, { rank: amount(best) });
      const right = bx - x < w / 2;
      write(g, theme, words, right ? bx + 9 : bx - 9, wy < y + h - 44 ? y + h - 14 : wy - 36, { size: size + 1, weight: 600, align: right ? "left" : "right", colour: theme.word.highlight, halo: true });
    }
    let heading = facts.words.rank_whole;
    if (p.r) {
      const [rx, ry] = at(p.r, p.first + p.second);
      stroke(g, [rx, y + h], [rx, ry], theme.mark.token, 1.5);
      dot(g, rx, ry, 8, theme.page, theme.word.highlight);
      const share = Number(((100 * p.tokens) / p.whole).toPrecision(3));
      heading = filled(facts.words[p.tokens < p.whole ? "rank" : "loses"], { rank: amount(p.r), share });
    }
    write(g, theme, heading, x, y - 16, { size: size + 1, weight: p.r ? 650 : 400, colour: p.r ? theme.ink : theme.word.muted });
  }

  function dot(g, x, y, radius, fill, line) {
    g.beginPath();
    g.arc(x, y, radius, 0, 2 * Math.PI);
    g.fillStyle = fill;
    g.fill();
    g.strokeStyle = line;
    g.lineWidth = 2.5;
    g.stroke();
  }

  // --- numbers and bytes below
  const cell = (text, kind = "") => element("td", { class: kind }, text);
  const symbol = (text, role) => element("i", { class: role }, text);

  function say(p) {
    const { facts } = scene;
    const product = (a, b) => `${amount(a)} × ${amount(b)}`;
    const tokens = p.r ? [[symbol("V r + r d", "token")], `${product(p.v, p.r)} + ${product(p.r, p.d)}`] : [[symbol("V d", "token")], product(p.v, p.d)];
    const lines = [
      ["tokens", ...tokens, p.tokens],
      ["positions", [symbol("n d", "position")], product(p.n, p.d), p.positions],
      ["head", [symbol(facts.tied ? "" : "V d", "key")], facts.tied ? facts.words.tied : product(p.v, p.d), p.head],
      ["all", [], "", p.total],
    ];
    sums.replaceChildren(...lines.map(([name, sign, factors, count]) => element("tr", { class: name }, element("th", {}, name === "all" ? "sum" : name), element("td", { class: "sign" }, ...sign), cell(factors, "factors"), cell(`${name === "head" && facts.tied ? "" : "= "}${amount(count)}`, "count"))));
    const [decimal, ten, binary, two] = UNITS.find(([, , , , least]) => 4 * p.tokens >= least);
    const head = element("tr", {}, element("th", {}), ...["tokens", "", "sum", ""].map((of, k) => element("th", {}, of && `${of} `, k % 2 ? binary : decimal)));
    const rows = facts.types.map(([name, each]) => element("tr", {}, element("th", {}, name), ...[p.tokens, p.total].flatMap((count) => [cell(shown((count * each) / ten)), cell(shown((count * each) / two))])));
    bytes.replaceChildren(head, ...rows);
  }

  // --- the hand on the edges
  function grip(name, levels, [less, more]) {
    const node = element("button", { type: "button", class: `grip ${levels}` });
    let held = null;
    const nearest = (wanted) => {
      const { numbers } = scene.arrays[levels];
      return numbers.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
    };
    const put = (value, settled) => {
      const [low, high] = scene.facts.bounds[name];
      const next = Math.min(high, Math.max(low, value));
      scene.move(name === "d" ? { d: next, r: Math.min(scene.state.r, next) } : { v: next }, { settled });
    };
    node.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const { x, y } = drawn.at(event);
      node.setPointerCapture(event.pointerId);
      held = { id: event.pointerId, from: { x, y }, value: scene.state[name], moved: false };
    });
    node.addEventListener("pointermove", (event) => {
      if (event.pointerId !== held?.id) return;
      const { x, y } = drawn.at(event);
      const by = name === "v" ? (y - held.from.y) / geo.unit.y : (x - held.from.x) / geo.unit.x;
      held.moved ||= Math.hypot(x - held.from.x, y - held.from.y) > 2;
      if (held.moved) put(nearest(held.value + by), false);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      node.addEventListener(end, (event) => {
        if (event.pointerId !== held?.id) return;
        if (held.moved) scene.move({}, { settled: true });
        held = null;
      });
    }
    node.addEventListener("keydown", (event) => {
      const side = event.key === more ? 1 : event.key === less ? -1 : 0;
      if (!side || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      const levelsNow = [...scene.arrays[levels].numbers];
      const at = scene.state[name];
      const next = side > 0 ? levelsNow.find((level) => level > at) : levelsNow.findLast((level) => level < at);
      if (next !== undefined) put(next, "later");
    });
    return { node };
  }

  function placeGrips({ x, y, w, h }) {
    const size = geo.phone ? 44 : 34;
    const { words } = scene.facts;
    const places = { v: { x: x + w / 2, y: y + h, label: words.row_grip }, d: { x: x + w, y: y + h / 2, label: words.width_grip } };
    for (const [name, place] of Object.entries(places)) {
      const { node } = grips[name];
      node.style.cssText = `transform:translate(${place.x - size / 2}px,${place.y - size / 2}px);width:${size}px;height:${size}px`;
      const label = `${place.label} ${amount(scene.state[name])}`;
      if (node.getAttribute("aria-label") !== label) node.setAttribute("aria-label", label);
    }
  }

  // --- the hand on the curve
  const rankAt = ({ x }) => Math.round(Math.min(1, Math.max(0, (x - geo.curve.x) / geo.curve.w)) * scene.state.d) || 1;
  const onCurve = ({ x, y }) => geo && x >= geo.curve.x - 12 && x <= geo.curve.x + geo.curve.w + 12 && y >= geo.curve.y - 8 && y <= geo.curve.y + geo.curve.h + 8;
  pointers(drawn, {
    grab: onCurve,
    move: (point) => scene.move({ r: rankAt(point) }, { settled: false }),
    drop: (point) => scene.move({ r: rankAt(point) }),
    over: (point) => (drawn.canvas.style.cursor = point && onCurve(point) ? "ew-resize" : "default"),
  });

  const part = partOf(scene, drawn);
  return {
    draw() {
      const { frame_rows: rows, frame_width: width } = scene.facts;
      const next = `${rows} ${width}`;
      const from = frame;
      if (next !== aim && from) growing.run((k) => ((frame = { rows: mix(from.rows, rows, ease(k)), width: mix(from.width, width, ease(k)) }), drawn.draw()), { ms: 350 });
      aim = next;
      part.draw();
    },
    destroy() {
      growing.stop();
      part.destroy();
    },
  };
}
