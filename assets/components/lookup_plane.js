// A table of width 2: its rows as points in the plane, as numbers, and the rows that ids look up. Any point can be dragged;
// table and lookups follow at once.
// Tensors: start (V × 2), the rows before one was moved. Facts: drag, full, put_back, handle (words), most. State: row, ids (the
// text in the box), moved (row.x.y in hundredths, with _ between).

import { element, filled } from "./dom.js";
import { bottomOf, drawHead, drawIdChip, drawNumbers, drawRowNumbers, drawWire, idsIn, middleOf, NUMBER, outlineRow, rightOf, rowUnder, withId, withoutPlace } from "./lookup_parts.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const PLANE_TALL = 386;
const PLANE_HEAD = 40;
const REACH = 1.12; // the plane ends here, rows at 1
const DISC = 12;
const NEAR = 26; // a hand this close to a point takes it
const STEP = 5; // hundredths for a key

const clamp = (value) => Math.min(100, Math.max(-100, Math.round(value)));
const movedIn = (text) => new Map(text.split("_").filter(Boolean).map((part) => part.split(".").map(Number)).map(([row, x, y]) => [row, [x, y]]));
const movedText = (moved) => [...moved].sort(([a], [b]) => a - b).map(([row, [x, y]]) => [row, x, y].join(".")).join("_");

function arrangePlane(width, v, n) {
  const phone = isPhone(width);
  const side = phone ? Math.min(320, width - 36) : 352;
  const plane = { x: phone ? (width - side) / 2 + 12 : 36, y: 8, side };
  const top = phone ? side + 46 + PLANE_HEAD : PLANE_HEAD;
  const columns = v > 12 ? 2 : 1;
  const rows = Math.ceil(v / columns);
  const room = PLANE_TALL - PLANE_HEAD - 4;
  const h = phone ? Math.min(40, Math.max(20, 380 / Math.max(rows, n))) : Math.min(34, room / rows);
  const line = phone ? h : Math.min(34, room / n);
  const left = phone ? 26 : 474;
  const lookup = phone ? width - 2 * 44 - 2 : width - 126;
  const wide = phone ? Math.min(48, (lookup - 46 - left - 24 * (columns - 1)) / (2 * columns)) : columns > 1 ? 48 : 62;
  const pitch = 2 * wide + (phone ? 24 : 38);
  const tables = Array.from({ length: columns }, (_, k) => ({ x: left + k * pitch, y: top, w: wide, h, rows: Math.min(rows, v - k * rows), columns: 2, first: k * rows }));
  const out = { x: lookup, y: top, w: phone ? 44 : 62, h: line, rows: n, columns: 2 };
  const chip = phone ? 40 : CHIP_WIDE;
  const bottom = Math.max(rows * h, n * line);
  return { phone, plane, tables, out, chips: { x: lookup - chip - 6, w: chip, h: Math.min(phone ? 38 : 30, line - 3) }, height: phone ? Math.ceil(top + bottom + 10) : PLANE_TALL };
}
const CHIP_WIDE = 48;

function build(scene) {
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const plot = element("div", { class: "plot" });
  const handles = element("div", { class: "handles" });
  const back = element("button", { type: "button", class: "back", onclick: () => scene.move({ moved: "" }) });
  scene.root.append(plot);
  const drawn = surface(plot, { height: (width) => placed(width).height, paint });
  plot.append(handles);
  scene.root.append(element("div", { class: "under" }, reading, back));

  let geo = null;
  let ids = [];
  let moved = new Map();
  let hover = null; // {kind: "row" | "chip", at}
  let held = null; // {pointer, row, off, moved, before}
  let grips = [];

  const count = () => scene.arrays.start?.rows ?? 4;
  const placed = (width) => arrangePlane(width, count(), Math.max(1, ids.length));
  const at = (row) => moved.get(row) ?? [0, 1].map((k) => Math.round(100 * scene.arrays.start.numbers[2 * row + k])); // in hundredths
  const spot = (row) => {
    const { x, y, side } = geo.plane;
    const [a, b] = at(row);
    return { x: x + ((a / 100 + REACH) / (2 * REACH)) * side, y: y + ((REACH - b / 100) / (2 * REACH)) * side };
  };
  const tableOf = (row) => geo.tables.find(({ first, rows }) => row >= first && row < first + rows);

  function paint(g, width) {
    if (!scene.arrays.start || !ids.length) return;
    const { theme } = scene;
    const { row } = scene.state;
    geo = placed(width);
    scene.root.classList.toggle("phone", geo.phone);
    drawAxes(g);
    if (!geo.phone) drawWires(g, row);
    drawTables(g, row);
    drawLookups(g, row);
    const box = tableOf(row);
    if (!geo.phone) {
      const from = spot(row);
      drawWire(g, theme, [[from.x, from.y], [geo.plane.x + geo.plane.side + 4, from.y], [box.x - 34, middleOf(box, row - box.first)]], true);
    }
    drawPoints(g, row);
    const below = Math.max(...geo.tables.map(bottomOf));
    if (!geo.phone && below < PLANE_TALL - 22) write(g, theme, ids.length < scene.facts.most ? scene.facts.drag : scene.facts.full, geo.tables[0].x, below + 14, { size: 15, colour: theme.word.highlight });
    placeHandles();
    say(row);
  }

  function drawAxes(g) {
    const { theme } = scene;
    const { x, y, side } = geo.plane;
    const to = (value) => ((value + REACH) / (2 * REACH)) * side;
    g.lineWidth = 1;
    for (const tick of [-1, -0.5, 0, 0.5, 1]) {
      g.strokeStyle = tick ? theme.word.muted : theme.ink;
      g.globalAlpha = tick ? 0.35 : 0.6;
      g.setLineDash(tick ? [2, 4] : []);
      g.beginPath();
      g.moveTo(x + to(tick), y);
      g.lineTo(x + to(tick), y + side);
      g.moveTo(x, y + to(tick));
      g.lineTo(x + side, y + to(tick));
      g.stroke();
      g.globalAlpha = 1;
      const size = geo.phone ? 14 : 15;
      const text = number(tick, tick % 1 ? 1 : 0);
      write(g, theme, text, x + to(tick), y + side + 10, { size, align: "center" });
      if (!geo.phone || tick) write(g, theme, text, x - 4, y + to(-tick), { size, align: "right" });
    }
    g.setLineDash([]);
  }

  function drawTables(g, row) {
    const { theme } = scene;
    for (const box of geo.tables) {
      const own = ids.map((id) => id - box.first).filter((id) => id >= 0 && id < box.rows);
      const chosen = row - box.first;
      if (!box.first) drawHead(g, theme, { ...box, rows: count() }, "W", "token");
      else drawRailOnly(g, box);
      const value = (r, column) => at(box.first + r)[column] / 100;
      drawNumbers(g, theme, box, value, { faint: (r) => !own.includes(r) && r !== chosen });
      for (const id of new Set(own)) if (id !== chosen) outlineRow(g, theme, box, id, false);
      if (chosen >= 0 && chosen < box.rows) outlineRow(g, theme, box, chosen, true);
      numbersBeside(g, box, own, chosen);
      if (hover?.kind === "row" && hover.at >= box.first && hover.at < box.first + box.rows) dash(g, box, hover.at - box.first);
    }
  }

  function drawRailOnly(g, box) {
    g.fillStyle = scene.theme.mark.token;
    g.fillRect(box.x - 1, box.y - 8, 2 * box.w, 3);
  }

  function numbersBeside(g, box, own, chosen) {
    const size = geo.phone ? 14 : 15;
    if (!box.first) drawRowNumbers(g, scene.theme, box, box.x - 8, own, { chosen, size });
    else {
      for (let r = 0; r < box.rows; r++) {
        const mine = r === chosen ? scene.theme.word.highlight : own.includes(r) ? scene.theme.word.token : scene.theme.word.muted;
        write(g, scene.theme, String(box.first + r), box.x - 6, middleOf(box, r), { size, align: "right", weight: r === chosen || own.includes(r) ? 700 : 400, colour: mine });
      }
    }
  }

  function dash(g, box, row) {
    g.strokeStyle = scene.theme.word.highlight;
    g.lineWidth = 2;
    g.setLineDash([5, 3]);
    g.beginPath();
    g.roundRect(box.x - 3, box.y + row * box.h - 3, 2 * box.w + 4, box.h + 4, 4);
    g.stroke();
    g.setLineDash([]);
  }

  // From each row that is looked up to where it comes out, behind a second column of the table.
  function drawWires(g, row) {
    const { out, chips } = geo;
    const wire = (id, r) => {
      const box = tableOf(id);
      drawWire(g, scene.theme, [[rightOf(box) + 2, middleOf(box, id - box.first)], [chips.x - 3, middleOf(out, r)]], id === row);
    };
    ids.forEach((id, r) => id !== row && wire(id, r));
    ids.forEach((id, r) => id === row && wire(id, r));
    for (const { x, y, w, h, rows, first } of geo.tables) {
      g.fillStyle = scene.theme.page;
      if (first) g.fillRect(x - 30, y, 2 * w + 30, rows * h);
    }
  }

  function drawLookups(g, row) {
    const { theme } = scene;
    const { out, chips } = geo;
    drawHead(g, theme, out, "W[ids]", "token", { shaped: !geo.phone });
    drawNumbers(g, theme, out, (r, column) => at(ids[r])[column] / 100);
    ids.forEach((id, r) => {
      const y = middleOf(out, r);
      drawIdChip(g, theme, { ...chips, y: y - chips.h / 2 }, id, { chosen: id === row, warm: hover?.kind === "chip" && hover.at === r, alone: ids.length === 1 });
      if (id === row) outlineRow(g, theme, out, r, true);
    });
  }

  function drawPoints(g, row) {
    const { theme } = scene;
    const { x, y, side } = geo.plane;
    const all = Array.from({ length: count() }, (_, k) => k);
    const here = spot(row);
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1.5;
    g.setLineDash([2, 3]);
    g.beginPath();
    g.moveTo(here.x, here.y);
    g.lineTo(here.x, y + side);
    g.moveTo(here.x, here.y);
    g.lineTo(x, here.y);
    g.stroke();
    g.setLineDash([]);
    for (const k of [...all.filter((r) => r !== row && !ids.includes(r)), ...all.filter((r) => r !== row && ids.includes(r)), row]) {
      const p = spot(k);
      const picked = ids.includes(k);
      g.beginPath();
      g.arc(p.x, p.y, DISC, 0, 2 * Math.PI);
      g.fillStyle = theme.page;
      g.fill();
      if (picked) {
        g.fillStyle = theme.mark.token;
        g.globalAlpha = theme.dark ? 0.55 : 0.45;
        g.fill();
        g.globalAlpha = 1;
      }
      g.strokeStyle = k === row ? theme.word.highlight : theme.mark.token;
      g.lineWidth = k === row ? 3 : 2;
      g.stroke();
      write(g, theme, String(k), p.x, p.y + 0.5, { size: 15, weight: picked || k === row ? 700 : 500, align: "center", colour: theme.ink });
    }
  }

  function say(row) {
    const places = ids.map((id, place) => (id === row ? place : -1)).filter((place) => place >= 0);
    const read = places.length ? `id ${row} is looked up ${places.length > 1 ? `${places.length} times` : "once"}, and reads this row` : `no id looks up row ${row}`;
    const [a, b] = at(row);
    const from = moved.has(row) ? `, moved from (${number(scene.arrays.start.numbers[2 * row], NUMBER)}, ${number(scene.arrays.start.numbers[2 * row + 1], NUMBER)})` : "";
    reading.replaceChildren(
      element("span", { class: "equation" }, `id ${row} → `, element("i", { class: "token" }, "W"), `[${row}] = (${number(a / 100, NUMBER)}, ${number(b / 100, NUMBER)})`),
      element("small", {}, read + from),
    );
    back.textContent = scene.facts.put_back;
    back.hidden = ![...moved.keys()].some((one) => one < count());
  }

  // --- the hand on the points: a button over each, which mouse, touch and keys can hold
  function makeHandles() {
    grips = Array.from({ length: count() }, (_, row) => {
      const node = element("button", { type: "button", class: "grip" });
      node.addEventListener("pointerdown", (event) => grab(event, node));
      node.addEventListener("pointermove", (event) => held?.pointer === event.pointerId && follow(drawn.at(event)));
      for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, (event) => held?.pointer === event.pointerId && drop());
      node.addEventListener("keydown", (event) => key(event, row));
      node.addEventListener("focus", () => node.matches(":focus-visible") && scene.state.row !== row && scene.move({ row }, { settled: "later" }));
      return node;
    });
    handles.replaceChildren(...grips);
  }

  function placeHandles() {
    const size = geo.phone ? 44 : 30;
    grips.forEach((node, row) => {
      const { x, y } = spot(row);
      const [a, b] = at(row);
      node.style.cssText = `transform:translate(${x - size / 2}px,${y - size / 2}px);width:${size}px;height:${size}px`;
      const label = filled(scene.facts.handle, { row, x: number(a / 100, NUMBER), y: number(b / 100, NUMBER) });
      if (node.getAttribute("aria-label") !== label) node.setAttribute("aria-label", label);
    });
  }

  function grab(event, node) {
    if (event.button || held) return;
    const point = drawn.at(event);
    const far = (row) => Math.hypot(spot(row).x - point.x, spot(row).y - point.y);
    const rows = Array.from({ length: count() }, (_, k) => k).filter((row) => far(row) < NEAR + 6);
    const row = rows.sort((a, b) => far(a) - far(b))[0];
    if (row === undefined) return;
    node.setPointerCapture(event.pointerId);
    const here = spot(row);
    held = { pointer: event.pointerId, row, off: { x: point.x - here.x, y: point.y - here.y }, from: point, moved: false };
    hover = null;
    if (scene.state.row !== row) scene.move({ row }, { settled: false });
    else drawn.draw();
  }

  function follow(point) {
    held.moved ||= Math.hypot(point.x - held.from.x, point.y - held.from.y) > 3;
    if (!held.moved) return;
    const { x, y, side } = geo.plane;
    const a = (((point.x - held.off.x - x) / side) * 2 - 1) * REACH;
    const b = (1 - ((point.y - held.off.y - y) / side) * 2) * REACH;
    put(held.row, [100 * a, 100 * b], false);
  }

  function drop() {
    held = null;
    scene.move({}, { settled: true });
  }

  function put(row, [a, b], settled) {
    const next = new Map(moved).set(row, [clamp(a), clamp(b)]);
    scene.move({ row, moved: movedText(next) }, { settled });
  }

  function key(event, row) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) {
      const next = new Map(moved);
      next.delete(row);
      return scene.move({ row, moved: movedText(next) }, { settled: "later" });
    }
    const [a, b] = at(row);
    const step = event.shiftKey ? 1 : STEP;
    put(row, [a + step * by[0], b + step * by[1]], "later");
  }

  // --- the hand on the tables
  const under = (point) => {
    if (!geo) return null;
    for (const box of geo.tables) {
      const row = rowUnder(box, point, 26);
      if (row >= 0) return { kind: "row", at: box.first + row };
    }
    const { out, chips } = geo;
    const place = rowUnder(out, point, out.x - chips.x);
    return place < 0 ? null : { kind: point.x < chips.x + chips.w + 3 ? "chip" : "out", at: place };
  };
  let pressed = null;
  pointers(drawn, {
    grab: (point) => (pressed = under(point)) !== null,
    move: () => {},
    drop: (point) => {
      const found = under(point);
      if (found?.kind !== pressed.kind || found.at !== pressed.at) return;
      if (found.kind === "out") scene.move({ row: ids[found.at] });
      else if (found.kind === "row") scene.move({ row: found.at, ...(ids.length < scene.facts.most && { ids: withId(scene.state.ids, found.at, scene.facts.most) }) });
      else if (ids.length > 1) scene.move({ ids: withoutPlace(scene.state.ids, found.at) });
    },
    over: (point) => {
      const next = point && under(point);
      if (JSON.stringify(next) === JSON.stringify(hover)) return;
      hover = next;
      drawn.canvas.style.cursor = { row: ids.length < scene.facts.most ? "copy" : "pointer", chip: "pointer", out: "pointer" }[next?.kind] ?? "default";
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => {
    ids = idsIn(scene.state.ids);
    moved = movedIn(scene.state.moved);
    hover = null;
    if (grips.length === count()) return;
    held = null;
    makeHandles();
  });
}
