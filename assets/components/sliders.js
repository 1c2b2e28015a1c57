// Sliders for the state of a picture mounted elsewhere, at the hand's own rate.
// Data: {store, sliders: [{name, label, role, low, high, step, prefix}], play: {name, label, pause} or null}.

import { element, isTyping, prose } from "./dom.js";
import { lessMotion } from "./motion.js";
import { mounting } from "./mount.js";
import { number } from "./numbers.js";
import { openStore } from "./store.js";
import { readTheme } from "./theme.js";

const PLAY_MS = 6000; // from one end to the other

export default mounting((parent) => {
  const root = element("div");
  parent.append(root);
  let made = null;
  let madeOf = "";
  let boundBy = "";
  return {
    root,
    update({ sliders, ...rest }) {
      const bounds = sliders.map(({ low, high, step = 1 }) => ({ low, high, step }));
      const text = JSON.stringify([rest, sliders.map(({ low, high, step, ...more }) => more)]);
      const by = JSON.stringify(bounds);
      if (text !== madeOf) {
        made?.destroy();
        root.replaceChildren();
        made = createSliders(root, { ...rest, sliders });
      }
      if (text !== madeOf || by !== boundBy) made.bound(bounds); // in place: who holds a slider keeps it
      [madeOf, boundBy] = [text, by];
      readTheme(made.root);
    },
    destroy: () => made?.destroy(),
  };
});

function createSliders(parent, { store: name, sliders, play }) {
  const store = openStore(name);
  const want = (patch, settled, exact) => store.set({ wanted: { patch, settled, exact } });
  const rows = sliders.map((given) => {
    const value = element("output", { class: given.role ?? "highlight" });
    const input = element("input", {
      type: "range", "aria-label": given.label.replaceAll("*", ""), class: given.role ?? "highlight",
      oninput: () => (halt(), want({ [given.name]: Number(input.value) }, false)),
      onchange: () => want({ [given.name]: Number(input.value) }, "later"),
      onpointerup: () => want({ [given.name]: Number(input.value) }, true),
    });
    const node = element("label", { class: "range" }, element("span", { class: "range-name" }, ...prose(given.label)), value, input);
    return { ...given, node, input, value };
  });

  // --- play: one of the values runs to its end
  let frame = 0;
  const moving = play && rows.find((row) => row.name === play.name);
  const button = play && element("button", { type: "button", class: "play-one", onclick: () => (frame ? halt(true) : start()) }, play.label);
  function halt(settled = false) {
    if (!frame) return;
    cancelAnimationFrame(frame);
    frame = 0;
    button.textContent = play.label;
    if (settled) want({ [moving.name]: Number(moving.input.value) }, true);
  }
  function start() {
    const { low, high, name: what } = moving;
    if (lessMotion()) return want({ [what]: high }, true);
    const from = Number(moving.input.value) >= high ? low : Number(moving.input.value);
    const begin = performance.now();
    const most = (PLAY_MS * (high - from)) / (high - low);
    button.textContent = play.pause;
    const tick = (now) => {
      const share = Math.min(1, (now - begin) / most);
      const exact = from + (high - from) * share; // between two whole numbers, for a picture that can show that
      want({ [what]: Math.round(exact) }, false, exact);
      if (share < 1) frame = requestAnimationFrame(tick);
      else halt(true);
    };
    frame = requestAnimationFrame(tick);
  }
  const keydown = (event) => {
    if (!play || !root.getClientRects().length || event.key !== " " || isTyping(event) || event.composedPath()[0].closest?.("button, a, summary, [role=button]")) return;
    if (!event.repeat) frame ? halt(true) : start();
    event.preventDefault();
  };
  document.addEventListener("keydown", keydown);

  const root = element("div", { class: "sliders" }, ...rows.map((row) => row.node), ...(play ? [button] : []));
  parent.append(root);
  const show = ({ values }) => {
    if (!values) return;
    for (const row of rows) {
      if (values[row.name] === undefined) continue;
      row.input.value = values[row.name];
      const shown = number(values[row.name], 0);
      row.value.textContent = row.signed && values[row.name] > 0 ? `+${shown}` : shown;
    }
  };
  const stop = store.listen(show);
  return {
    root,
    bound(bounds) {
      halt();
      rows.forEach((row, i) => {
        Object.assign(row, bounds[i]);
        Object.assign(row.input, { min: row.low, max: row.high, step: row.step });
      });
      show(store.state);
    },
    destroy() {
      cancelAnimationFrame(frame);
      document.removeEventListener("keydown", keydown);
      stop();
    },
  };
}
