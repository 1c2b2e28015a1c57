// Attention over a sentence in two orders, side by side: rows are queries, columns are keys, and the tokens of order B
// can be dragged. While a hand moves them, B's cells travel as they are; what Python computes for the new order replaces
// them when it lets go.
// Tensors: scores_a, weights_a, scores_b, weights_b (heads × n × n, by place). Facts: tokens, permutation (the token of A
// at each place of B, for which B was computed), show ("weights" or "scores"), scores_limit, position, float_error.
// State: order (the number of B's order), head (from 1), q and k (tokens of A).

import { element } from "./dom.js";
import { outline } from "./heatmap.js";
import { hoverCard } from "./hovercard.js";
import { animator, ease, mix, mixAll } from "./motion.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { shareFill, signedFill, signedGradient, slateGradient } from "./scale.js";
import { drawHatched } from "./strips.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(build);

// The order with a number and the number of an order: the Lehmer code, as compute.order has it.
function orderOf(which, n) {
  const left = Array.from({ length: n }, (_, token) => token);
  return Array.from({ length: n }, (_, place) => {
    const size = factorial(n - 1 - place);
    const digit = Math.floor(which / size);
    which %= size;
    return left.splice(digit, 1)[0];
  });
}

function numberOf(order) {
  const after = (place) => order.slice(place + 1).filter((token) => token < order[place]).length;
  return order.reduce((sum, _, place) => sum + after(place) * factorial(order.length - 1 - place), 0);
}

const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));

const TALL = 384; // of the wide picture, whatever the number of tokens
const TOP = 90; // where its cells begin
const NAMES = 104; // room for places and tokens left of the cells
const CHIP = { row: 78, tall: 60, flat: 30, strip: 40, gap: 6 };
const UPRIGHT = 60; // columns narrower than this have their tokens upright
const FULL_WEIGHT = 0.5; // from here on a weight has the full colour

// Where things are: two matrices with tokens on their edges, or, where that is too narrow, tokens in a strip above them.
function arrange(width, n) {
  const phone = isPhone(width);
  const panel = (width - 36) / 2;
  const w = Math.min(88, (panel - NAMES) / n);
  if (w >= 22) {
    const h = Math.min(58, (TALL - TOP - 4) / n);
    const box = (x) => ({ left: x, x: x + NAMES, y: TOP, w, h, panel });
    return { phone, strip: null, height: TALL, a: box(0), b: box(panel + 36) };
  }
  const room = width - 24;
  const lines = Math.ceil(n / Math.floor((room + CHIP.gap) / 56));
  const perLine = Math.ceil(n / lines);
  const chip = Math.min(120, (room + CHIP.gap) / perLine - CHIP.gap);
  const y = 30 + lines * (CHIP.strip + CHIP.gap) + 36;
  const half = (width - 32) / 2;
  const cell = Math.min(40, half / n);
  const h = phone ? cell : Math.min(cell, 22);
  const box = (x) => ({ left: x, x, y, w: cell, h, panel: half });
  return { phone, strip: { x: 22, y: 30, chip, perLine }, height: Math.ceil(y + n * h + 8), a: box(8), b: box(half + 32) };
}

const slotOf = ({ x, y, chip, perLine }, place) => ({ x: x + (place % perLine) * (chip + CHIP.gap), y: y + Math.floor(place / perLine) * (CHIP.strip + CHIP.gap) });

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const plot = element("div", { class: "plot" });
  const handles = element("div", { class: "handles" });
  const card = hoverCard();
  scene.root.append(plot);
  const count = () => scene.facts.tokens?.length ?? 2;
  const drawn = surface(plot, { height: (width) => arrange(width, count()).height, paint });
  plot.append(handles, card.node);
  scene.root.append(element("div", { class: "under" }, legend, reading));

  let geo = null;
  let arrays = null; // what was drawn last, to see what is new
  let tokens = "";
  let order = []; // of B, as the state has it
  let inverse = []; // the place in B, as computed, of each token
  let shown = []; // of each token in B: {place, x, y}, on its way
  let before = null; // the values that fade into the new ones
  let faded = 1;
  let lastShow = "";
  let hover = null;
  let held = null; // the token in a hand: {token, axis, from, start, off, moved}
  let grips = [];
  const glide = animator();
  const fade = animator();

  // --- values
  const draft = () => order.some((token, place) => scene.facts.permutation[place] !== token);
  function valueOf(name, side, q, k, source = { arrays: scene.arrays, inverse }) {
    const n = count();
    const [row, column] = side === "a" ? [q, k] : [source.inverse[q], source.inverse[k]];
    return source.arrays[`${name}_${side}`].numbers[((scene.state.head - 1) * n + row) * n + column];
  }
  const apart = (q, k, name = scene.facts.show) => {
    const [a, b] = ["a", "b"].map((side) => valueOf(name, side, q, k));
    return a === b ? 0 : Math.abs(a - b);
  };

  // --- the picture
  function paint(g, width) {
    if (!scene.arrays.weights_a) return;
    const n = count();
    geo = arrange(width, n);
    scene.root.classList.toggle("phone", geo.phone);
    scene.root.classList.toggle("narrow", Boolean(geo.strip));
    const { q, k } = hover ?? scene.state;
    const still = Array.from({ length: n }, (_, token) => token);
    const moving = shown.map(({ place }) => place);
    if (geo.strip) drawStripOfTokens(g, q, k);
    else for (const [side, places] of [["a", still], ["b", moving]]) drawEdges(g, side, places, q, k);
    drawTitles(g);
    for (const [side, places] of [["a", still], ["b", moving]]) {
      const box = geo[side];
      drawRails(g, box, n);
      drawCells(g, side, places);
      outline(g, scene.theme, box.x + places[k] * box.w, box.y + places[q] * box.h, box.w - 1.5, box.h - 1.5);
    }
    placeHandles();
    say(q, k);
  }

  function drawTitles(g) {
    const { theme } = scene;
    for (const [side, name, sentence] of [["a", "A", wordsOf(order.map((_, token) => token))], ["b", "B", wordsOf(order)]]) {
      if (geo.strip) {
        const box = geo[side];
        write(g, theme, name, box.x, box.y - 20, { size: 17, weight: 650, colour: theme.ink });
        write(g, theme, "key →", box.x + box.w * count(), box.y - 20, { size: 14, colour: theme.word.key, align: "right" });
        write(g, theme, "query ↓", box.x + 18, box.y - 20, { size: 14, colour: theme.word.query });
        continue;
      }
      const { left, panel } = geo[side];
      write(g, theme, name, left + 22, 11, { size: 18, weight: 650, colour: theme.ink });
      const hint = side === "b" && panel > 400 ? "drag a token" : "";
      if (hint) write(g, theme, hint, left + panel, 11, { size: 15, align: "right", colour: theme.word.highlight });
      g.font = `400 16px ${theme.sans}`;
      write(g, theme, clipped(g, sentence, panel - 46 - (hint ? 100 : 0)), left + 42, 11, { size: 16, colour: theme.ink });
    }
    if (!geo.strip) return;
    write(g, theme, "A", 0, 12, { size: 17, weight: 650, colour: theme.ink });
    g.font = `400 15px ${theme.sans}`;
    write(g, theme, clipped(g, wordsOf(order.map((_, token) => token)), geo.b.x + geo.b.panel - 22), 22, 12, { size: 15, colour: theme.ink });
    write(g, theme, "B", 0, geo.strip.y + 20, { size: 17, weight: 650, colour: theme.ink });
  }

  function drawRails(g, { x, y, w, h }, n) {
    const { mark } = scene.theme;
    g.lineWidth = 3;
    for (const [colour, dash, points] of [
      [mark.key, [7, 4], [x, y - 5, x + n * w - 1.5, y - 5]],
      [mark.query, [], [x - 5, y, x - 5, y + n * h - 1.5]],
    ]) {
      g.strokeStyle = colour;
      g.setLineDash(dash);
      g.beginPath();
      g.moveTo(points[0], points[1]);
      g.lineTo(points[2], points[3]);
      g.stroke();
    }
    g.setLineDash([]);
  }

  function drawEdges(g, side, places, q, k) {
    const { theme, facts } = scene;
    const box = geo[side];
    const { left, x, y, w, h } = box;
    const upright = w < UPRIGHT;
    const positions = facts.position !== "none";
    write(g, theme, "key →", x - 10, upright ? 42 : 50, { size: 15, weight: 600, colour: theme.word.key, align: "right" });
    write(g, theme, "query ↓", x - 10, 74, { size: 15, weight: 600, colour: theme.word.query, align: "right" });
    for (let place = 0; place < places.length; place++) {
      const colour = positions ? theme.word.position : theme.word.muted;
      write(g, theme, String(place), left + 15, y + (place + 0.5) * h, { size: 14, weight: positions ? 650 : 400, colour, align: "right" });
    }
    for (const token of lastOnTop(side)) {
      const lifted = side === "b" && held?.token === token;
      const tall = upright ? CHIP.tall : CHIP.flat;
      drawChip(g, token, { x: left + 21, y: y + places[token] * h + 1, w: CHIP.row - 2, h: h - 3 }, { grip: side === "b", chosen: token === q, lifted: lifted && held.axis === "row" });
      drawChip(g, token, { x: x + places[token] * w + 1, y: y - 8 - tall, w: w - 3.5, h: tall }, { upright, chosen: token === k, lifted: lifted && held.axis === "column" });
    }
  }

  function drawStripOfTokens(g, q, k) {
    const { chip } = geo.strip;
    for (const token of lastOnTop("b")) {
      const { x, y } = shown[token];
      const role = { [k]: "key", [q]: "query" }[token];
      drawChip(g, token, { x, y, w: chip, h: CHIP.strip }, { role, lifted: held?.token === token });
    }
  }

  function drawChip(g, token, { x, y, w, h }, { upright = false, grip = false, chosen = false, role = null, lifted = false }) {
    const { theme, facts } = scene;
    g.save();
    g.beginPath();
    g.roundRect(x, y, w, h, 5);
    if (lifted) {
      g.shadowColor = "rgba(8,12,20,.35)";
      g.shadowBlur = 14;
      g.shadowOffsetY = 3;
    }
    g.fillStyle = theme.page;
    g.fill();
    g.shadowColor = "transparent";
    g.globalAlpha = token % 2 ? 0.3 : 0.15;
    g.fillStyle = theme.mark.token;
    g.fill();
    g.globalAlpha = 1;
    if (chosen || role) {
      g.strokeStyle = role ? theme.mark[role] : theme.word.highlight;
      g.lineWidth = role ? 3 : 2.5;
      g.setLineDash(role === "key" ? [7, 4] : []);
      g.stroke();
      g.setLineDash([]);
    }
    if (upright) {
      g.translate(x + w / 2, y + h - 7);
      g.rotate(-Math.PI / 2);
      [x, y, w, h] = [0, -w / 2, h - 12, w];
    } else if (grip && h > 18) {
      g.fillStyle = theme.word.muted;
      for (const dx of [6, 10]) for (const dy of [-5, 0, 5]) g.fillRect(x + dx, y + h / 2 + dy - 1, 2, 2);
      x += 17;
      w -= 22;
    } else {
      x += 7;
      w -= 12;
    }
    g.font = `400 15px ${theme.sans}`;
    const text = facts.tokens[token];
    const piece = text.startsWith("##") && text.length > 2;
    const wide = piece ? g.measureText("##").width : 0;
    if (piece) write(g, theme, "##", x, y + h / 2 + 0.5, { size: 15 });
    write(g, theme, clipped(g, piece ? text.slice(2) : text, w - wide), x + wide, y + h / 2 + 0.5, { size: 15, colour: theme.ink });
    g.restore();
  }

  function drawCells(g, side, places) {
    const { theme, facts } = scene;
    const box = geo[side];
    const { w, h } = box;
    const printed = w >= 28 && h >= 20;
    const fresh = side === "b" && !draft();
    const each = lastOnTop(side);
    for (const q of each) {
      for (const k of each) {
        const x = box.x + places[k] * w;
        const y = box.y + places[q] * h;
        const value = valueOf(facts.show, side, q, k);
        const hidden = valueOf("scores", side, q, k) === -Infinity;
        g.fillStyle = theme.page;
        g.fillRect(x - 0.5, y - 0.5, w - 0.5, h - 0.5);
        if (hidden) drawHatched(g, { x, y, w: w - 1.5, h: h - 1.5 }, theme.word.muted);
        else fill(g, value, before ? valueOf(facts.show, side, q, k, before) : value, { x, y, w: w - 1.5, h: h - 1.5 }, printed);
        if (fresh && apart(q, k) > facts.float_error) corner(g, x + w - 1.5, y, Math.min(7, w / 3));
      }
    }
  }

  function fill(g, value, from, { x, y, w, h }, printed) {
    const { theme, facts } = scene;
    const tone = Number.isFinite(from) ? mix(from, value, faded) : value;
    g.globalAlpha = printed ? 0.75 : 1;
    g.fillStyle = facts.show === "weights" ? shareFill(tone, FULL_WEIGHT) : signedFill(tone, facts.scores_limit);
    g.fillRect(x, y, w, h);
    g.globalAlpha = 1;
    const size = Math.min(17, Math.max(14, w / 3));
    if (printed) write(g, theme, inCell(value), x + w / 2, y + h / 2 + 0.5, { size, colour: theme.ink, align: "center" });
  }

  function corner(g, x, y, side) {
    g.fillStyle = scene.theme.ink;
    g.globalAlpha = 0.6;
    g.beginPath();
    g.moveTo(x - side, y);
    g.lineTo(x, y);
    g.lineTo(x, y + side);
    g.fill();
    g.globalAlpha = 1;
  }

  const inCell = (value) => (scene.facts.show === "weights" ? number(value, 2) : number(value, Math.abs(value) < 9.95 ? 1 : 0));
  const lastOnTop = (side) => {
    const all = order.map((_, token) => token);
    return side === "b" && held ? [...all.filter((token) => token !== held.token), held.token] : all;
  };

  // A sentence of tokens in an order: pieces of a word join where they stand as they did in A.
  function wordsOf(sequence) {
    return sequence.reduce((text, token, place) => {
      const word = scene.facts.tokens[token];
      if (place && word.startsWith("##") && sequence[place - 1] === token - 1) return text + word.slice(2);
      return text + (place && !/^[.,;:!?]$/.test(word) ? " " : "") + word;
    }, "");
  }

  // --- the words below
  let said = "";
  function say(q, k) {
    const { facts, state } = scene;
    const weights = facts.show === "weights";
    const n = count();
    const pair = `${facts.tokens[q]} → ${facts.tokens[k]}`;
    const late = draft();
    const different = late ? 0 : Array.from({ length: n * n }, (_, at) => apart(Math.floor(at / n), at % n)).filter((d) => d > facts.float_error).length;
    const parts = [pair, value("a", q, k), late ? "let go to compute B" : value("b", q, k), String(late || difference(q, k)), different ? `◥ ${different} of ${n * n} pairs differ in head ${state.head}` : `no pair differs in head ${state.head}`];
    const text = JSON.stringify([parts, weights, facts.scores_limit]);
    if (text === said) return;
    said = text;
    const bar = (style) => element("span", { class: "bar", style: `background:${style}` });
    const limit = number(facts.scores_limit, 1);
    legend.replaceChildren(...(weights ? ["weight 0", bar(slateGradient(shareFill, 0, FULL_WEIGHT)), `${FULL_WEIGHT}+`] : [`\u2212${limit}`, bar(signedGradient()), `+${limit}`]));
    const side = (name, number) => [element("b", { class: "muted" }, ` ${name} `), number];
    reading.replaceChildren(
      element("span", { class: "equation" }, element("span", { class: "query" }, facts.tokens[q]), " → ", element("span", { class: "key" }, facts.tokens[k]), ...side("A", parts[1]), ...side("B", parts[2])),
      element("small", {}, late ? "" : `${/^\d/.test(parts[3]) ? "difference " : ""}${parts[3]} · ${parts[4]}`),
    );
  }
  function value(side, q, k) {
    const score = valueOf("scores", side, q, k);
    if (score === -Infinity) return "hidden";
    return number(valueOf(scene.facts.show, side, q, k));
  }
  function difference(q, k) {
    const d = apart(q, k);
    if (!Number.isFinite(d)) return "hidden in one order only";
    return d === 0 ? "0" : d < 1e-3 ? d.toExponential(0).replace(/-(\d)$/, "\u22120$1") : number(d);
  }

  function showCard(point) {
    if (!hover || held || geo.phone) return card.hide();
    const { q, k, side } = hover;
    const line = (name) => {
      const score = valueOf("scores", name, q, k);
      const seen = score === -Infinity ? "hidden by the mask" : `score ${number(score)}, weight ${number(valueOf("weights", name, q, k))}`;
      const [from, to] = name === "a" ? [q, k] : [order.indexOf(q), order.indexOf(k)];
      return [`${name.toUpperCase()}  ${seen}`, `places ${from} → ${to}`];
    };
    const rows = ["a", "b"].filter((name) => name === "a" || !draft()).flatMap((name) => {
      const [first, second] = line(name);
      return element("div", { class: "equation" }, first, element("small", { class: "beside" }, second));
    });
    const box = geo[side];
    const place = (token) => (side === "a" ? token : shown[token].place);
    card.show(rows, { x: box.x + (place(k) + 1) * box.w, y: box.y + place(q) * box.h, h: box.h }, plot.clientWidth, place(q) >= count() - 4);
  }

  // --- the hand on the cells
  const cellUnder = ({ x, y }) => {
    for (const side of ["a", "b"]) {
      const box = geo[side];
      const [row, column] = [Math.floor((y - box.y) / box.h), Math.floor((x - box.x) / box.w)];
      const n = count();
      if (row < 0 || column < 0 || row >= n || column >= n) continue;
      return side === "a" ? { side, q: row, k: column } : { side, q: order[row], k: order[column] };
    }
    return null;
  };
  const choose = (point, settled) => {
    const cell = cellUnder(point);
    if (cell) scene.move({ q: cell.q, k: cell.k }, { settled });
    else if (settled) scene.move({}, { settled });
  };
  pointers(drawn, {
    grab: (point) => cellUnder(point) !== null,
    move: (point) => choose(point, false),
    drop: (point) => choose(point, true),
    over: (point) => {
      const next = point && cellUnder(point);
      if (JSON.stringify(next) === JSON.stringify(hover)) return;
      hover = next;
      drawn.draw();
      showCard(point);
    },
  });

  // --- the hand on the tokens of B: a button over each, which mouse, touch and keys can hold
  function makeHandles() {
    glide.stop();
    held = null;
    grips = scene.facts.tokens.map((text, token) => {
      const row = element("button", { type: "button", class: "grip" });
      const column = element("button", { type: "button", class: "grip", tabindex: "-1", "aria-hidden": "true" });
      for (const [node, axis] of [[row, "row"], [column, "column"]]) {
        node.addEventListener("pointerdown", (event) => grab(event, node, token, axis));
        node.addEventListener("pointermove", (event) => held?.pointer === event.pointerId && follow(drawn.at(event)));
        for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, (event) => held?.pointer === event.pointerId && drop());
      }
      row.addEventListener("keydown", (event) => key(event, token));
      return { row, column, text };
    });
    handles.replaceChildren(...grips.flatMap(({ row, column }) => [row, column]));
  }

  function placeHandles() {
    const set = (node, x, y, w, h) => (node.style.cssText = `transform:translate(${x}px,${y}px);width:${w}px;height:${h}px`);
    grips.forEach(({ row, column, text }, token) => {
      const { place, x, y } = shown[token];
      const label = `${text}, place ${order.indexOf(token)} of B. Arrow keys move it.`;
      if (row.getAttribute("aria-label") !== label) row.setAttribute("aria-label", label);
      column.hidden = Boolean(geo.strip);
      if (geo.strip) return set(row, x, y, geo.strip.chip, CHIP.strip);
      const { b } = geo;
      const tall = b.w < UPRIGHT ? CHIP.tall : CHIP.flat;
      set(row, b.left + 21, b.y + place * b.h, CHIP.row, b.h);
      set(column, b.x + place * b.w, b.y - 8 - tall, b.w, tall);
    });
  }

  function grab(event, node, token, axis) {
    if (event.button || held) return;
    node.setPointerCapture(event.pointerId);
    hover = null;
    card.hide();
    const start = drawn.at(event);
    const at = shown[token];
    const off = geo.strip ? { x: start.x - at.x, y: start.y - at.y } : { x: start.x - geo.b.x - at.place * geo.b.w, y: start.y - geo.b.y - at.place * geo.b.h };
    held = { pointer: event.pointerId, token, axis: geo.strip ? "strip" : axis, from: scene.state.order, start, off, moved: false };
    drawn.draw();
  }

  function follow({ x, y }) {
    const { token, axis, start, off } = held;
    held.moved ||= Math.hypot(x - start.x, y - start.y) > 4;
    if (!held.moved) return;
    const last = count() - 1;
    const within = (value, high) => Math.min(high, Math.max(0, value));
    let place;
    if (axis === "strip") {
      const { strip } = geo;
      const line = Math.floor(within((y - strip.y) / (CHIP.strip + CHIP.gap), Math.floor(last / strip.perLine)));
      const column = Math.floor(within((x - strip.x) / (strip.chip + CHIP.gap), strip.perLine - 1));
      place = Math.min(last, line * strip.perLine + column);
      Object.assign(shown[token], { x: x - off.x, y: y - off.y });
    } else {
      const { b } = geo;
      shown[token].place = within(axis === "row" ? (y - off.y - b.y) / b.h : (x - off.x - b.x) / b.w, last);
      place = Math.round(shown[token].place);
    }
    if (order[place] !== token) scene.move({ order: numberOf(moved(token, place)) }, { settled: false });
    else drawn.draw();
  }

  function drop() {
    const { token, axis, moved: went } = held;
    held = null;
    glideHome(200);
    if (went) scene.move({}, { settled: true });
    else scene.move(axis === "column" ? { k: token } : { q: token });
  }

  function moved(token, place) {
    const others = order.filter((other) => other !== token);
    others.splice(place, 0, token);
    return others;
  }

  function key(event, token) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const last = count() - 1;
    if (event.key === "Escape" && held) {
      const { from } = held;
      held = null;
      glideHome(200);
      scene.move({ order: from });
      return event.stopPropagation();
    }
    const at = order.indexOf(token);
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (to >= 0 && to <= last && to !== at) scene.move({ order: numberOf(moved(token, to)) }, { settled: "later" });
  }

  // Tokens go from where they are to their places; the one in a hand stays with it.
  const home = (token) => {
    const place = order.indexOf(token);
    return { place, ...(geo?.strip ? slotOf(geo.strip, place) : { x: 0, y: 0 }) };
  };
  function glideHome(ms) {
    const from = shown.map((spot) => ({ ...spot }));
    const to = from.map((_, token) => home(token));
    const fixed = held?.token;
    const kept = held?.axis === "strip" ? ["x", "y"] : ["place"];
    glide.run(
      (share) => {
        shown = from.map((spot, token) => {
          const next = mixAll(spot, to[token], ease(share));
          if (token === fixed && held) for (const name of kept) next[name] = shown[token][name];
          return next;
        });
        drawn.draw();
      },
      { ms },
    );
  }

  const resized = new ResizeObserver(() => {
    if (!order.length) return;
    const width = plot.clientWidth;
    if (!width) return;
    geo = arrange(width, count());
    glide.stop();
    held = null;
    shown = order.map((_, token) => home(token));
    drawn.draw();
  });
  resized.observe(plot);

  return {
    draw() {
      const { facts, state } = scene;
      hover = null;
      card.hide();
      drawn.describe(facts.alt ?? "");
      const text = JSON.stringify(facts.tokens);
      const other = text !== tokens;
      const next = orderOf(state.order, count());
      const turned = !other && next.some((token, place) => order[place] !== token);
      if (scene.arrays !== arrays) {
        const kept = !other && arrays && facts.show === lastShow;
        fade.stop();
        before = kept ? { arrays, inverse } : null;
        faded = kept ? 0 : 1;
        arrays = scene.arrays;
        lastShow = facts.show;
        inverse = [];
        facts.permutation.forEach((token, place) => (inverse[token] = place));
        if (kept) fade.run((share) => ((faded = ease(share)), drawn.draw()), { ms: 420, done: () => (before = null) });
      }
      order = next;
      if (other) {
        tokens = text;
        geo = plot.clientWidth ? arrange(plot.clientWidth, count()) : null;
        shown = order.map((_, token) => home(token));
        makeHandles();
      } else if (turned) glideHome(held ? 160 : 500);
      drawn.draw();
    },
    destroy() {
      glide.stop();
      fade.stop();
      resized.disconnect();
      drawn.destroy();
    },
  };
}

// As much of a text as fits into a width, with an ellipsis where it was cut.
function clipped(g, text, width) {
  if (g.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && g.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}
