// The pipeline from text to x: a picture with its stepper, and, mounted elsewhere, the controls that belong to it.
// Data for the picture: tensors with facts (embviz/ui/components.py). Data for the controls: {store}.

import { element, prose } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { animator, ease, lessMotion } from "./motion.js";
import { mounting } from "./mount.js";
import { createControls } from "./pipeline_controls.js";
import { drawPipeline } from "./pipeline_drawing.js";
import { geometry, HEIGHT, PANELS, scenes, STAGES } from "./pipeline_layout.js";
import { explainCell, explainToken } from "./pipeline_words.js";
import { signedGradient } from "./scale.js";
import { stepper } from "./stepper.js";
import { committer, openStore } from "./store.js";
import { cellAt } from "./strips.js";
import { readTensors } from "./tensors.js";
import { readTheme } from "./theme.js";

export default mounting((parent, data) => (data instanceof Uint8Array ? createPicture(parent) : createControls(parent, data.store)));

function createPicture(parent) {
  const g = document.createElement("canvas").getContext("2d");
  const canvas = g.canvas;
  const card = hoverCard();
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const stageBox = element("div", { class: "stage" }, canvas, card.node);
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const under = element("div", { class: "under" }, legend, reading);
  const head = element("div", { class: "head" });
  const foot = element("div", { class: "foot" });
  const root = element("div", { class: "picture", role: "group" }, head, sentence, stageBox, under, foot);
  parent.append(root);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");

  const animate = animator();
  let send = () => {};
  const commit = committer((state) => send("state", state));
  let view = null; // what is drawn: geometry, scenes, from, to, k, chosen
  let picture = null; // arrays and facts
  let store = null;
  let steps = null;
  let told = "";
  let bytes = null;
  let theme = readTheme(root);
  let hover = null;
  let drawn = null;
  let width = 0;
  let stage = 0;

  const chosen = () => hover ?? { row: picture.facts.chosen.token, dim: picture.facts.chosen.dim };
  const state = () => ({ stage: stage + 1, token: picture.facts.chosen.token, dim: picture.facts.chosen.dim });
  const moved = (later) => !picture.facts.alone && (later ? commit.later(state()) : commit.now(state()));

  // --- the stage
  function show(from, to, k) {
    view.from = from;
    view.to = to;
    view.k = k;
    steps.show(from + (to - from) * k);
    const now = Math.round(from + (to - from) * k);
    if (now !== stage) {
      stage = now;
      tell();
    }
    paint();
  }
  function go(to, { later = true } = {}) {
    card.hide();
    hover = null;
    const from = stage;
    stage = to;
    tell();
    steps.show(to);
    animate.run((k) => {
      view.from = from;
      view.to = to;
      view.k = ease(k);
      paint();
    });
    moved(later);
  }
  function scrub(at) {
    animate.stop();
    card.hide();
    hover = null;
    if (lessMotion()) return show(Math.round(at), Math.round(at), 0);
    const from = Math.min(STAGES.length - 2, Math.floor(at));
    show(from, from + 1, at - from);
  }
  function settle(to) {
    const { from, to: next, k } = view;
    const at = from + (next - from) * k;
    const start = Math.min(STAGES.length - 2, Math.floor(Math.min(at, to)));
    const begin = at - start;
    const end = to - start;
    animate.run((t) => show(start, start + 1, begin + (end - begin) * ease(t)), { ms: 160, done: () => show(to, to, 0) });
    stage = to;
    tell();
    moved(false);
  }

  let played = false;
  function play() {
    played = true;
    if (lessMotion()) go(STAGES.length - 1);
    else steps.play();
  }

  // --- the chosen token and dimension
  function choose(row, dim, { later = false } = {}) {
    const last = picture.facts.pieces.length - 1;
    const chosenNow = { token: Math.max(0, Math.min(last, row)), dim: Math.max(0, Math.min(picture.facts.width - 1, dim)) };
    picture.facts.chosen = chosenNow;
    page();
    paint();
    moved(later);
  }
  function page() {
    const { token, dim } = picture.facts.chosen;
    const firstRow = Math.floor(token / view.geo.rows) * view.geo.rows;
    const firstDim = Math.floor(dim / view.geo.columns) * view.geo.columns;
    if (firstRow !== view.firstRow || !view.scenes) {
      view.firstRow = firstRow;
      view.scenes = scenes(g, view.geo, picture, firstRow, theme.sans);
    }
    view.firstDim = firstDim;
    store.set({ picture, geo: view.geo, firstRow, firstDim });
  }

  // --- drawing
  function layout() {
    width = stageBox.clientWidth;
    if (!width || !picture) return;
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = width * ratio;
    canvas.height = HEIGHT * ratio;
    canvas.style.height = `${HEIGHT}px`;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    view = { ...view, theme, picture, height: HEIGHT, geo: geometry(width, picture.facts), scenes: null, firstRow: -1 };
    root.classList.toggle("phone", view.geo.phone);
    page();
    tell();
    paint();
  }
  function paint() {
    if (!view?.geo || !width) return;
    view.chosen = chosen();
    view.weights = view.from === view.to ? [[STAGES[view.to], 1]] : [[STAGES[view.from], 1 - view.k], [STAGES[view.to], view.k]];
    drawn = drawPipeline(g, view);
    read();
  }
  function tell() {
    if (!picture) return;
    const { names, sentences } = picture.facts;
    const phone = view?.geo?.phone;
    const count = element("span", { class: "count" }, `${stage + 1} of ${STAGES.length} · `, element("b", {}, ...prose(names[stage])));
    sentence.replaceChildren(...(phone ? [count] : []), ...prose(sentences[stage]));
  }
  function read() {
    const { row, dim, panel } = view.chosen;
    const name = STAGES[stage];
    const cells = stage >= 4;
    const limit = name === "output" ? picture.facts.limits.output : picture.facts.limits.parts;
    const digits = limit >= 0.1 ? 2 : 3;
    legend.replaceChildren(...(cells ? [`−${limit.toFixed(digits)}`, bar, `+${limit.toFixed(digits)}`] : []));
    if (!picture.facts.pieces[row]) return reading.replaceChildren();
    const fallback = { rows: "tokens", positions: picture.arrays.positions ? "positions" : "tokens", sum: "total", output: "output" }[name];
    const words = () => (cells ? explainCell(picture, panel ?? fallback, row, dim) : explainToken(picture, name, row));
    reading.replaceChildren(...words());
    store.set({ chosen: { row, dim } });
    if (!hover?.panel) return card.hide();
    const place = drawn.tokens[row];
    const box = panel === "tokens" ? place.strip : drawn.boxes[panel];
    const cell = box.w / view.geo.columns;
    card.show(words(), { x: box.x + (dim - view.firstDim + 1) * cell, y: place.y, h: view.geo.cell }, width, row - view.firstRow > view.geo.rows - 5);
  }
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });

  // --- the pointer and the keys
  function hit(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const dim = picture.facts.chosen.dim;
    if (stage === 0) return null;
    const row = drawn.tokens.findIndex((t) => (stage === 1 ? x >= t.x && x < t.x + t.w && y >= t.y && y < t.y + t.h : t.a > 0.5 && y >= t.y - 1.5 && y < t.y + view.geo.pitch - 1.5));
    if (row < 0) return null;
    if (stage < 4) return { row, dim };
    const count = Math.min(view.geo.columns, picture.facts.width - view.firstDim);
    for (const panel of PANELS) {
      const table = panel === "tokens" ? drawn.tokens[row].strip : drawn.boxes[panel];
      if (table.a < 0.6 || panel === "nothing") continue;
      const column = cellAt(table, view.geo.columns, x);
      if (column >= 0 && column < count) return { row, dim: view.firstDim + column, panel };
    }
    return { row, dim };
  }
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    hover = hit(event);
    paint();
  });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    paint();
  });
  canvas.addEventListener("click", (event) => {
    const found = hit(event);
    if (!found) return;
    if (event.pointerType === "touch") hover = found.panel ? found : null;
    choose(found.row, found.dim);
  });
  canvas.addEventListener("keydown", (event) => {
    const { token, dim } = picture.facts.chosen;
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? (event.shiftKey && { ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]);
    if (!by) return;
    hover = null;
    choose(token + by[0], dim + by[1], { later: true });
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("keyup", () => commit.flush());

  const sized = new ResizeObserver(() => stageBox.clientWidth !== width && layout());
  sized.observe(stageBox);
  document.fonts.ready.then(layout);
  const lazyFonts = ["italic 600 20px \"Source Serif\""].map((font) => document.fonts.load(font, "WPx"));
  Promise.allSettled(lazyFonts).then(layout);
  let stopListening = () => {};

  return {
    root,
    update(data, setStateValue) {
      send = setStateValue;
      theme = readTheme(root);
      if (data === bytes) return layout();
      bytes = data;
      const next = readTensors(data);
      const { facts } = next;
      const start = JSON.stringify(facts.start);
      const news = !picture || start !== told; // else the hand may have moved on, which Python has yet to hear
      const follow = news ? { ...facts.start, stage: facts.start.stage - 1 } : { stage, ...picture.facts.chosen };
      told = start;
      const changed = picture && follow.stage !== stage;
      picture = next;
      facts.chosen = {
        token: Math.max(0, Math.min(follow.token, facts.pieces.length - 1)),
        dim: Math.min(follow.dim, facts.width - 1),
      };
      root.setAttribute("aria-label", facts.label);
      canvas.setAttribute("aria-label", facts.alt);
      root.classList.toggle("alone", Boolean(facts.alone));
      store ??= openStore(facts.store);
      if (!steps) {
        steps = stepper({
          label: facts.label,
          titles: facts.names.map((name) => name.replaceAll("*", "")),
          names: facts.names.map(prose),
          go, scrub, settle,
          released: commit.flush,
        });
        head.append(steps.bar);
        foot.append(steps.transport());
        store.set({ transport: steps.transport });
        stopListening = store.listen(({ wanted }) => {
          if (!wanted) return;
          store.state.wanted = null;
          choose(wanted.token ?? picture.facts.chosen.token, wanted.dim ?? picture.facts.chosen.dim);
        });
      }
      hover = null;
      view = { ...view, picture, theme };
      if (!changed) {
        stage = follow.stage;
        Object.assign(view, { from: stage, to: stage, k: 0 });
        steps.show(stage);
        if (news) commit.known(state());
        layout();
        if (facts.alone && !played) play();
      } else {
        Object.assign(view, { from: stage, to: stage, k: 0 });
        layout();
        commit.known({ ...state(), stage: follow.stage + 1 });
        go(follow.stage);
      }
    },
    destroy() {
      animate.stop();
      commit.stop();
      steps?.destroy();
      stopListening();
      sized.disconnect();
      store?.set({ picture: null, transport: null });
    },
  };
}
