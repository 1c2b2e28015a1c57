// A picture that a hand moves. Python gives tensors and a state; the state changes here, at once, and is told back when
// the hand lets go. `build` makes the picture once, in an element of its own, and returns
//   draw()       called whenever the tensors, the state, the size or the theme changed
//   destroy()    optional
// It gets `scene`, where it reads
//   root, theme, arrays, facts, state    the state is {name: value}, its bounds are facts.bounds[name] = [low, high, step]
//   move(patch, {settled})               changes the state; unless settled is false, Python will hear of it
// Parts mounted elsewhere (sliders.js) share the state by the name facts.store.

import { element, isTyping } from "./dom.js";
import { mounting } from "./mount.js";
import { committer, openStore } from "./store.js";
import { readTensors } from "./tensors.js";
import { readTheme } from "./theme.js";

export const picture = (build) => mounting((parent) => createScene(parent, build));

function createScene(parent, build) {
  const root = element("div", { class: "picture", role: "group" });
  parent.append(root);
  let send = () => {};
  const commit = committer((state) => send("state", state));
  let bytes = null;
  let told = "";
  let store = null;
  let stopListening = () => {};

  const scene = {
    root,
    theme: readTheme(root),
    arrays: {},
    facts: {},
    state: {},
    move(patch, { settled = true } = {}) {
      for (const [name, value] of Object.entries(patch)) {
        const bounds = scene.facts.bounds[name]; // a text has none
        scene.state[name] = bounds ? withinBounds(value, bounds) : value;
      }
      drawn.draw();
      store.set({ values: scene.state });
      if (!Object.keys(scene.facts.start).some((name) => name !== "turn")) return; // Python steers none of it
      if (settled === "later") commit.later({ ...scene.state });
      else if (settled) commit.now({ ...scene.state });
    },
  };
  const drawn = build(scene);

  // Keys from anywhere on the page: facts.keys = {"ArrowLeft": [name, by], "Shift+ArrowLeft": …}. Up and down only where
  // the picture has the focus: elsewhere they scroll the page. Python hears of it when the keys rest, not at each press.
  const keydown = (event) => {
    const turn = scene.facts.keys?.[(event.shiftKey ? "Shift+" : "") + event.key];
    if (!turn || isTyping(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (/Up|Down/.test(event.key) && !event.composedPath().includes(root)) return;
    const [name, by] = turn;
    scene.move({ [name]: scene.state[name] + by }, { settled: "later" });
    event.preventDefault();
  };
  document.addEventListener("keydown", keydown);

  return {
    root,
    update(data, setStateValue) {
      send = setStateValue;
      scene.theme = readTheme(root);
      if (data !== bytes) {
        bytes = data;
        Object.assign(scene, readTensors(data));
        const start = JSON.stringify(scene.facts.start);
        const news = start !== told;
        if (news) scene.state = { ...scene.facts.start };
        told = start;
        delete scene.state.turn;
        for (const [name, bounds] of Object.entries(scene.facts.bounds)) scene.state[name] = withinBounds(scene.state[name], bounds);
        if (news) commit.known(scene.state); // else the hand may have moved on, which Python has yet to hear
        root.setAttribute("aria-label", scene.facts.label);
        if (!store) {
          store = openStore(scene.facts.store);
          stopListening = store.listen(({ wanted }) => {
            if (!wanted) return;
            store.state.wanted = null;
            scene.move(wanted.patch, wanted);
          });
        }
      }
      drawn.draw();
      store.set({ values: scene.state });
    },
    destroy() {
      commit.stop();
      stopListening();
      document.removeEventListener("keydown", keydown);
      drawn.destroy?.();
    },
  };
}

export function withinBounds(value, [low, high, step = 1]) {
  const snapped = low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, snapped));
}
