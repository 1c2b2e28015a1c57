// The rows of a table as points that a hand turns, moves, enlarges, points at and encircles.
// The picture: tensors points (n × 2 or 3), facts tokens, axes, unit, points_of (which points these are, as a name). State: yaw,
// pitch, zoom, panx, pany, row, groups (a bit for each group that is shown). It tells which points are selected: see maskOf.
// The paint, mounted beside it: tensors values (n) or none, facts {companion, store, groups, found, neighbours, words}.

import { createDots, drawShape, nearestPoint, packed, place, placeLabels, turning, withinLasso } from "./cloud.js";
import { element, visible } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { saveCloud } from "./projector_files.js";
import { openStore } from "./store.js";
import { isPhone, surface, write } from "./surface.js";
import { readTensors } from "./tensors.js";

const mountPicture = picture(build);
const paints = new WeakMap();
const tellers = new WeakMap(); // from where a cloud is mounted to what tells Python

export default function (given) {
  const { data, parentElement } = given;
  const headerLength = Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0, true));
  const isPaint = new TextDecoder().decode(data.subarray(8, 8 + headerLength)).includes('\\"companion\\": true');
  if (!isPaint) {
    tellers.set(parentElement, given.setTriggerValue);
    return mountPicture(given);
  }
  if (paints.get(parentElement) !== data) {
    paints.set(parentElement, data);
    const { arrays, facts } = readTensors(data);
    openStore(facts.store).set({ paint: { values: arrays.values?.numbers ?? null, ...facts } });
  }
  return () => {};
}

const GROUP_COLOURS = ["token", "query", "key", "sum", "position", "value", "gradient", "sin"];
const LABELS = 60;

function build(scene) {
  const card = hoverCard();
  const dots = createDots();
  const status = element("div", { class: "unseen", role: "status", "aria-live": "polite" });
  const panel = element("aside", { class: "panel", "aria-label": "List" });
  const modes = {};
  const bar = element("div", { class: "tools" });
  const chips = element("div", { class: "tools chips", role: "group", "aria-label": "Groups of words" });
  const stage = element("div", { class: "cloud-stage" });
  scene.root.append(chips, stage, bar, status);
  const drawn = surface(stage, { height: (width) => (isPhone(width) ? 340 : 352), paint });
  stage.append(card.node, panel);

  let mode = "turn";
  let lasso = null;
  let hover = -1;
  let selected = [];
  let chosenRows = new Set();
  let pointsBefore = null;
  let places = new Float32Array(0);
  let colours = new Uint32Array(0);
  let coloursOf = "";
  let size = { width: 0, height: 0, unit: 1 };
  let store = null;
  let stop = () => {};

  for (const [name, text, hint] of [
    ["turn", "Turn", "Drag turns the cloud, with Shift it moves it"],
    ["move", "Move", "Drag moves the cloud"],
    ["box", "Box", "Drag a box around points to list them"],
    ["lasso", "Lasso", "Draw a line around points to list them"],
  ]) {
    modes[name] = element("button", { type: "button", title: hint, onclick: () => (setMode(name), drawn.draw()) }, text);
    bar.append(modes[name]);
  }
  bar.append(
    element("span", { class: "gap" }),
    element("button", { type: "button", "aria-label": "Enlarge", onclick: () => zoomBy(1.4) }, "+"),
    element("button", { type: "button", "aria-label": "Reduce", onclick: () => zoomBy(1 / 1.4) }, "\u2212"),
    element("button", { type: "button", onclick: home }, "Whole cloud"),
    element("span", { class: "gap" }),
    ...["PNG", "SVG", "HTML", "CSV"].map((kind) =>
      element("button", { type: "button", class: "file", title: `Save as ${kind}`, onclick: () => saveCloud(kind, snapshot()) }, kind)),
  );
  function setMode(name) {
    mode = name;
    for (const [key, button] of Object.entries(modes)) button.setAttribute("aria-pressed", key === name);
    drawn.canvas.style.cursor = name === "box" || name === "lasso" ? "crosshair" : "grab";
  }

  const shownGroups = () => (paintOf().groups ?? []).map((group, kind) => ({ ...group, kind })).filter(({ kind, rows }) => rows.length && (scene.state.groups >> kind) & 1);
  function showChips() {
    const groups = (paintOf().groups ?? []).map((group, kind) => ({ ...group, kind })).filter(({ rows }) => rows.length);
    chips.replaceChildren(...groups.map(({ name, rows, kind }) => {
      const on = (scene.state.groups >> kind) & 1;
      const mark = element("canvas", { width: 32, height: 32, "aria-hidden": "true" });
      const g = mark.getContext("2d");
      g.scale(2, 2);
      drawShape(g, kind, 8, 8, 5, on ? colourOf(kind) : scene.theme.word.muted, scene.theme.page);
      return element("button", { type: "button", "aria-pressed": on ? "true" : "false", onclick: () => scene.move({ groups: scene.state.groups ^ (1 << kind) }) }, mark, name, element("small", {}, ` ${rows.length.toLocaleString("en-US")}`));
    }));
  }
  const colourOf = (kind) => scene.theme.mark[GROUP_COLOURS[kind % GROUP_COLOURS.length]];

  const threeD = () => scene.arrays.points?.width === 3;
  // The paint comes by itself, so for a moment it may be that of another cloud.
  const paintOf = () => (store?.state.paint?.points === scene.facts.tokens?.length ? store.state.paint : {});

  // --- the camera: panx and pany are in thousandths of the picture's half height, zoom in per cent
  function camera() {
    const { yaw, pitch, zoom, panx, pany } = scene.state;
    const half = Math.min(size.width, size.height) / 2;
    const scale = ((half * 0.92) / size.unit) * (zoom / 100);
    return { matrix: turning(yaw, pitch, threeD()), at: { scale, x: size.width / 2 + (panx / 1000) * half, y: size.height / 2 - (pany / 1000) * half } };
  }
  function zoomBy(factor, about = null, settled = true) {
    const half = Math.min(size.width, size.height) / 2;
    const before = scene.state.zoom;
    const [low, high] = scene.facts.bounds.zoom;
    const zoom = Math.round(Math.min(high, Math.max(low, before * factor)));
    const grow = zoom / before;
    const [dx, dy] = about ? [(about.x - size.width / 2) / half, (size.height / 2 - about.y) / half] : [0, 0];
    const shift = (value, d) => Math.round(1000 * d + (value - 1000 * d) * grow);
    scene.move({ zoom, panx: shift(scene.state.panx, dx), pany: shift(scene.state.pany, dy) }, { settled });
  }
  function home() {
    const { home: state } = scene.facts;
    scene.move({ ...state }, { settled: true });
  }

  // --- drawing
  function recolour(count) {
    const { theme } = scene;
    const { values, found = [] } = paintOf();
    const groups = shownGroups();
    const key = `${theme.dark}/${count}/${scene.state.groups}/${selected.length}/${selected[0]}`;
    if (key === coloursOf && colours.length === count) return;
    coloursOf = key;
    if (colours.length !== count) colours = new Uint32Array(count);
    const grey = packed(theme.mark.muted);
    colours.fill(selected.length || found.length || groups.length || !values ? grey : packed("#56699c"));
    if (values && !selected.length) for (let i = 0; i < count; i++) colours[i] = slate(values[i], theme.dark);
    if (selected.length) for (const i of selected) colours[i] = packed(theme.mark.highlight);
  }

  function paint(g, width, height) {
    const { points } = scene.arrays;
    if (!points) return;
    const { theme, facts } = scene;
    const count = points.rows;
    size = { width, height, unit: facts.unit };
    if (places.length !== 2 * count) places = new Float32Array(2 * count);
    const { matrix, at } = camera();
    place(points.numbers, points.width, count, matrix, at, places);
    recolour(count);
    const ratio = drawn.canvas.width / width;
    dots(g, width, height, places, count, colours, count > 5000 ? 110 : 190, ratio);
    const { found = [], neighbours = [] } = paintOf();
    const wanted = [];
    const big = (i, kind, colour, r) => drawShape(g, kind, places[2 * i], places[2 * i + 1], r, colour, theme.page);
    for (const { rows, kind } of shownGroups()) {
      const labelled = rows.length <= 60;
      for (const i of rows) {
        big(i, kind, selected.length && !chosenRows.has(i) ? theme.mark.muted : colourOf(kind), labelled ? 4.5 : 2.5);
        if (labelled) wanted.push({ i, text: visible(facts.tokens[i]), size: 14, colour: theme.ink });
      }
    }
    for (const i of neighbours.map((n) => n.row).filter((i) => i >= 0)) {
      big(i, 0, theme.ink, 4);
      wanted.unshift({ i, text: visible(facts.tokens[i]), size: 15, weight: 600, colour: theme.ink });
    }
    for (const i of [...found].reverse()) {
      big(i, 3, theme.mark.highlight, 5);
      wanted.unshift({ i, text: visible(facts.tokens[i]), size: 15, weight: 600, colour: theme.word.highlight });
    }
    const { row } = scene.state;
    for (const i of [hover, row]) {
      if (i < 0 || i >= count) continue;
      g.beginPath();
      g.arc(places[2 * i], places[2 * i + 1], 8, 0, 2 * Math.PI);
      g.lineWidth = 5;
      g.strokeStyle = theme.page;
      g.stroke();
      g.lineWidth = 2.5;
      g.strokeStyle = theme.word.highlight;
      g.stroke();
      wanted.unshift({ i, text: visible(facts.tokens[i]), size: 17, weight: 650, colour: theme.ink });
    }
    for (let i = 0; i < Math.min(count, 1500); i++) wanted.push({ i, text: visible(facts.tokens[i]), size: 14, colour: theme.word.muted });
    const seen = new Set();
    const fresh = wanted.filter(({ i }) => !seen.has(i) && seen.add(i));
    const taken = axes(g, matrix, at, width, height);
    if (!panel.hidden && !isPhone(width)) taken.push([width - 236, 0, width, height]);
    for (const label of placeLabels(g, fresh, places, width, height, { most: isPhone(width) ? 24 : LABELS, font: theme.sans, taken })) {
      write(g, theme, label.text, label.x, label.y, { size: label.size, weight: label.weight, colour: label.colour, halo: true });
    }
    if (lasso) outlineLasso(g);
  }

  // The axes through the origin, each named at its tip. Returns the boxes that the names take.
  function axes(g, matrix, { scale, x, y }, width, height) {
    const { theme, facts } = scene;
    const boxes = [];
    facts.axes.forEach((name, k) => {
      const reach = facts.unit * scale * (threeD() ? 1.3 : matrix[k] ? 1.6 : 1.02);
      const [dx, dy] = [matrix[k] * reach, -matrix[3 + k] * reach];
      g.strokeStyle = theme.word.muted;
      g.globalAlpha = 0.55;
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(x - dx, y - dy);
      g.lineTo(x + dx, y + dy);
      g.stroke();
      g.globalAlpha = 1;
      if (Math.hypot(dx, dy) < 60) return; // it points at the reader
      g.font = `600 15px ${theme.sans}`;
      const w = g.measureText(name).width;
      const left = Math.min(width - w - 6, Math.max(6, x + dx + (dx < -20 ? -w - 6 : 6)));
      const top = Math.min(height - 12, Math.max(12, y + dy + (Math.abs(dx) > Math.abs(dy) ? -12 : 0)));
      write(g, theme, name, left, top, { size: 15, weight: 600, colour: theme.word.muted, halo: true });
      boxes.push([left - 4, top - 11, left + w + 4, top + 11]);
    });
    return boxes;
  }

  function outlineLasso(g) {
    g.strokeStyle = scene.theme.word.highlight;
    g.lineWidth = 2;
    g.setLineDash([6, 4]);
    g.beginPath();
    lasso.forEach(([x, y], k) => g[k ? "lineTo" : "moveTo"](x, y));
    g.closePath();
    g.stroke();
    g.setLineDash([]);
  }

  // --- what is chosen, in words
  const scoreWords = ({ row, score, token }) => element("li", {}, element("button", { type: "button", disabled: row < 0, onclick: () => scene.move({ row }) }, visible(token)), element("span", { class: "muted" }, number(score)));
  function list() {
    const { tokens } = scene.facts;
    if (!tokens) return;
    const { neighbours = [], words = {} } = paintOf();
    const { row } = scene.state;
    const close = element("button", { type: "button", class: "close", "aria-label": "Close the list", onclick: () => (select([]), scene.move({ row: -1 })) }, "×");
    if (selected.length) {
      const shown = selected.slice(0, 200);
      panel.replaceChildren(
        element("h3", {}, `${selected.length.toLocaleString("en-US")} selected`), close,
        element("ol", {}, ...shown.map((i) => element("li", {}, element("button", { type: "button", onclick: () => scene.move({ row: i }) }, visible(tokens[i]))))),
        ...(selected.length > shown.length ? [element("p", { class: "muted" }, `the first ${shown.length}; CSV saves all`)] : []),
      );
    } else if (row >= 0 && neighbours.length) {
      panel.replaceChildren(element("h3", {}, visible(tokens[row])), close, element("p", { class: "muted" }, words.neighbours ?? ""), element("ol", {}, ...neighbours.map(scoreWords)));
    } else panel.replaceChildren();
    panel.hidden = !panel.childElementCount;
  }
  function say() {
    const { tokens, sentence } = scene.facts;
    const { row } = scene.state;
    const i = hover >= 0 ? hover : row;
    status.replaceChildren(...(i >= 0 && tokens?.[i] !== undefined
      ? [element("span", { class: "equation" }, visible(tokens[i])), element("small", {}, `row ${i}`)]
      : [element("small", {}, sentence ?? "")]));
  }

  // --- the hand
  const held = new Map();
  let start = null;
  let moved = false;
  const { canvas } = drawn;
  canvas.style.touchAction = "pan-y";
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, drawn.at(event));
    start = { ...drawn.at(event), state: { ...scene.state }, shift: event.shiftKey };
    moved = false;
    if (mode === "box" || mode === "lasso") lasso = [[start.x, start.y]];
  });
  canvas.addEventListener("pointermove", (event) => {
    const point = drawn.at(event);
    if (!held.has(event.pointerId)) return event.pointerType === "touch" || pointAt(point);
    if (held.size === 2) return pinch(event.pointerId, point);
    held.set(event.pointerId, point);
    const [dx, dy] = [point.x - start.x, point.y - start.y];
    if (Math.hypot(dx, dy) > 3) moved = true;
    if (!moved) return;
    pointAt(null);
    if (mode === "lasso") lasso.push([point.x, point.y]);
    else if (mode === "box") lasso = [[start.x, start.y], [point.x, start.y], [point.x, point.y], [start.x, point.y]];
    else if (threeD() && mode === "turn" && !start.shift) {
      const wrap = (angle) => ((((angle + 180) % 360) + 360) % 360) - 180;
      return scene.move({ yaw: wrap(Math.round(start.state.yaw + dx * 0.5)), pitch: start.state.pitch + Math.round(dy * 0.5) }, { settled: false });
    } else {
      const half = Math.min(size.width, size.height) / 2;
      return scene.move({ panx: Math.round(start.state.panx + (1000 * dx) / half), pany: Math.round(start.state.pany - (1000 * dy) / half) }, { settled: false });
    }
    drawn.draw();
  });
  function pinch(id, point) {
    const [other] = [...held].filter(([key]) => key !== id).map(([, at]) => at);
    const before = Math.hypot(held.get(id).x - other.x, held.get(id).y - other.y);
    held.set(id, point);
    const now = Math.hypot(point.x - other.x, point.y - other.y);
    moved = true;
    zoomBy(now / Math.max(1, before), { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 }, false);
  }
  const release = (event) => {
    if (!held.delete(event.pointerId) || held.size) return;
    if (lasso && moved) {
      select(withinLasso(places, scene.arrays.points.rows, lasso));
      lasso = null;
      list();
      return drawn.draw();
    }
    lasso = null;
    if (moved) return scene.move({}, { settled: true });
    const found = nearestPoint(places, scene.arrays.points.rows, start.x, start.y, event.pointerType === "touch" ? 22 : 12);
    if (found < 0) select([]);
    scene.move({ row: found });
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => pointAt(null));
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement?.shadowRoot?.activeElement !== canvas && canvas.getRootNode().activeElement !== canvas) return; // a page scrolls until the cloud was clicked
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY / 400), drawn.at(event), "later");
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const turn = { ArrowLeft: ["yaw", -5], ArrowRight: ["yaw", 5], ArrowUp: ["pitch", -5], ArrowDown: ["pitch", 5] }[event.key];
    const pan = { ArrowLeft: ["panx", -60], ArrowRight: ["panx", 60], ArrowUp: ["pany", 60], ArrowDown: ["pany", -60] }[event.key];
    const by = threeD() && !event.shiftKey ? turn : pan;
    if (by) {
      const to = scene.state[by[0]] + by[1];
      scene.move({ [by[0]]: by[0] === "yaw" ? ((((to + 180) % 360) + 360) % 360) - 180 : to }, { settled: "later" });
    } else if (event.key === "+" || event.key === "=") zoomBy(1.2, null, "later");
    else if (event.key === "-") zoomBy(1 / 1.2, null, "later");
    else if (event.key === "Escape") select([]), scene.move({ row: -1 });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function select(points) {
    if (!points.length && !selected.length) return;
    selected = points;
    chosenRows = new Set(points);
    coloursOf = "";
    tellers.get(scene.root.parentNode)?.("selected", points.length ? maskOf(points, scene.arrays.points.rows) : "");
  }

  function pointAt(point) {
    const next = point && scene.arrays.points ? nearestPoint(places, scene.arrays.points.rows, point.x, point.y, 12) : -1;
    if (next === hover) return;
    hover = next;
    say();
    drawn.draw();
    if (hover < 0) return card.hide();
    card.show([element("div", { class: "equation" }, visible(scene.facts.tokens[hover])), element("small", {}, `row ${hover}`)], { x: places[2 * hover], y: places[2 * hover + 1], h: 4 }, size.width, places[2 * hover + 1] > size.height - 90);
  }

  function snapshot() {
    const { points } = scene.arrays;
    return { canvas: drawn.canvas, theme: scene.theme, places, size, points, tokens: scene.facts.tokens, axes: scene.facts.axes, rows: selected.length ? selected : null, groups: shownGroups(), colours: GROUP_COLOURS, name: scene.facts.file, chosen: scene.state.row };
  }

  setMode("turn");
  return {
    draw() {
      if (!store && scene.facts.store) {
        store = openStore(scene.facts.store);
        let last = null;
        stop = store.listen(({ paint: next }) => {
          if (next === last) return;
          last = next;
          coloursOf = "";
          showChips();
          list();
          say();
          drawn.draw();
        });
      }
      showChips();
      modes.turn.hidden = !threeD();
      if (!threeD() && mode === "turn") setMode("move");
      if (scene.facts.points_of !== pointsBefore) {
        pointsBefore = scene.facts.points_of;
        selected = [];
        chosenRows = new Set();
        coloursOf = "";
      }
      drawn.describe(scene.facts.alt ?? "");
      list();
      say();
      drawn.draw();
    },
    destroy() {
      stop();
      drawn.destroy();
    },
  };
}

// Points as text: a bit for each of so many, the lowest of the first byte first, in base64.
function maskOf(points, count) {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const i of points) bytes[i >> 3] |= 1 << (i & 7);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

// A value from 0 to 1 on the slate scale, opaque: from the page's end to full strength.
function slate(value, dark) {
  const [from, to] = dark ? [[43, 52, 75], [150, 170, 235]] : [[211, 216, 229], [40, 55, 120]];
  const [r, g, b] = from.map((low, k) => Math.round(low + (to[k] - low) * Math.min(1, Math.max(0, value))));
  return (b << 16) | (g << 8) | r;
}
