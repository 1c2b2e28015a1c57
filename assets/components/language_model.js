// What a model writes as it learns, and its loss: a companion of the picture of the table, whose snapshot it follows.
// Tensors: steps, validation (S) or none for a text alone. Facts: store and name of the snapshot in its state, texts
// [[words, known]], even (the loss of even chances), words.

import { element } from "./dom.js";
import { mounting } from "./mount.js";
import { amount, number } from "./numbers.js";
import { openStore } from "./store.js";
import { surface, write } from "./surface.js";
import { readTensors } from "./tensors.js";
import { readTheme } from "./theme.js";

export default mounting(createPanel);

function createPanel(parent) {
  const root = element("div", { class: "panel" });
  const head = element("div", { class: "head" });
  const body = element("p", { class: "text", lang: "en" });
  const curve = element("div", { class: "curve" });
  root.append(curve, head, body);
  parent.append(root);
  const part = { arrays: {}, facts: {}, s: 0, theme: null };
  let bytes = null;
  let store = null;
  let stop = () => {};
  let box = null;
  const drawn = surface(curve, { height: () => (part.arrays.validation ? 148 : 0), paint });

  function paint(g, width) {
    const { arrays: { validation, steps }, facts, theme } = part;
    if (!validation || !theme) return;
    const [low, high] = [Math.floor(2 * Math.min(...validation.numbers)) / 2, Math.ceil(2 * Math.max(facts.even, ...validation.numbers)) / 2];
    box = { x: 34, y: 26, w: width - 42, h: 96 };
    const last = steps.numbers.at(-1);
    const x = (step) => box.x + (box.w * step) / last;
    const y = (loss) => box.y + box.h * (1 - (loss - low) / (high - low));
    write(g, theme, facts.words.loss, 0, 10, { size: 15 });
    for (let value = Math.ceil(low); value <= high; value++) write(g, theme, String(value), box.x - 8, y(value), { size: 15, align: "right" });
    for (const value of [0, last]) write(g, theme, value ? `${amount(value)} ${facts.words.steps}` : "0", x(value), box.y + box.h + 16, { size: 15, align: value ? "right" : "center" });
    g.strokeStyle = theme.mark.muted;
    g.lineWidth = 1;
    g.setLineDash([2, 4]);
    g.beginPath();
    g.moveTo(box.x, y(facts.even));
    g.lineTo(box.x + box.w, y(facts.even));
    g.stroke();
    g.setLineDash([]);
    write(g, theme, facts.words.even, box.x + box.w, y(facts.even) - 10, { size: 15, align: "right" });
    g.strokeStyle = theme.mark.value;
    g.lineWidth = 3;
    g.beginPath();
    steps.numbers.forEach((step, i) => g[i ? "lineTo" : "moveTo"](x(step), y(validation.numbers[i])));
    g.stroke();
    const [cx, cy] = [x(steps.numbers[part.s]), y(validation.numbers[part.s])];
    g.beginPath();
    g.arc(cx, cy, 7, 0, 2 * Math.PI);
    g.fillStyle = theme.word.highlight;
    g.strokeStyle = theme.page;
    g.lineWidth = 3;
    g.stroke();
    g.fill();
    const right = cx > box.x + box.w - 60;
    const early = cx < box.x + 90; // the curve is steep there: the number stands beside it
    write(g, theme, number(validation.numbers[part.s], 2), cx + (right ? 0 : early ? 14 : 0), cy + (early ? 2 : -17), { size: 17, weight: 650, colour: theme.word.highlight, align: right ? "right" : "left", halo: true });
  }

  function show() {
    const { facts, theme } = part;
    if (!theme) return;
    const text = facts.texts[Math.min(part.s, facts.texts.length - 1)] ?? [];
    const words = text.filter(([, known]) => known >= 0);
    const known = words.filter(([, is]) => is).length;
    const said = facts.words.known.replace("#", known).replace("#", words.length);
    const title = part.arrays.steps ? `${facts.words.step} ${amount(part.arrays.steps.numbers[part.s])}` : facts.words.title;
    head.replaceChildren(element("b", {}, title), element("small", {}, words.length ? said : ""));
    body.replaceChildren(...text.map(([part, is]) => (is < 0 ? document.createTextNode(part) : element("span", { class: is ? "known" : "unknown" }, part))));
    body.setAttribute("aria-label", facts.words.label);
    drawn.describe(facts.alt ?? "");
    drawn.draw();
  }

  const choose = (event, settled) => {
    const { steps } = part.arrays;
    if (!box || !store || !steps) return;
    const at = ((drawn.at(event).x - box.x) / box.w) * steps.numbers.at(-1);
    let best = 0;
    steps.numbers.forEach((step, i) => (best = Math.abs(step - at) < Math.abs(steps.numbers[best] - at) ? i : best));
    store.set({ wanted: { patch: { [part.facts.state]: best }, settled } });
  };
  let held = null;
  drawn.canvas.tabIndex = -1;
  drawn.canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = event.pointerId;
    drawn.canvas.setPointerCapture(held);
    choose(event, false);
  });
  drawn.canvas.addEventListener("pointermove", (event) => event.pointerId === held && choose(event, false));
  for (const end of ["pointerup", "pointercancel"]) {
    drawn.canvas.addEventListener(end, (event) => {
      if (event.pointerId !== held) return;
      held = null;
      choose(event, true);
    });
  }

  return {
    root,
    update(data) {
      part.theme = readTheme(root);
      if (data !== bytes) {
        bytes = data;
        Object.assign(part, readTensors(data));
        const { store: name, state } = part.facts;
        stop();
        store = name ? openStore(name) : null;
        const follow = ({ values }) => {
          const next = values?.[state] ?? 0;
          if (next === part.s) return;
          part.s = next;
          show();
        };
        stop = store ? store.listen(follow) : () => {};
        part.s = store?.state.values?.[state] ?? part.facts.start ?? 0;
      }
      show();
    },
    destroy() {
      stop();
      drawn.destroy();
    },
  };
}
