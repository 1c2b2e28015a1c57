// A stepper: the track with the names of its steps, the buttons before, play and next, and the keys of the page.
//   names     nodes to show, one list a step; titles, the same as plain text
//   go(step)  animate to a step; scrub(at) follow the hand; settle(step) the hand let go
// Left and right arrow step from anywhere on the page but a field; Space plays and pauses.

import { element, isTyping } from "./dom.js";
import { HOLD_MS } from "./motion.js";
import { slider } from "./slider.js";

export function stepper({ label, titles, names, go, scrub, settle, released }) {
  const count = titles.length;
  let at = 0;
  let timer = 0;
  const step = () => Math.round(at);
  const move = (to) => {
    const target = Math.min(count - 1, Math.max(0, to));
    if (target !== step()) go(target);
  };
  const pause = () => {
    clearTimeout(timer);
    timer = 0;
    paint();
  };
  const advance = () => {
    if (step() === count - 1) return pause(), released();
    move(step() + 1);
    timer = setTimeout(advance, HOLD_MS);
  };
  const play = () => {
    if (timer) return pause(), released();
    timer = setTimeout(advance, step() === count - 1 ? HOLD_MS : 600);
    if (step() === count - 1) go(0);
    paint();
  };

  const track = slider({
    label,
    count,
    drag: (to) => (pause(), scrub(to)),
    drop: (to) => settle(to),
    key: (to) => (pause(), move(to)),
  });
  const labels = names.map((nodes, i) =>
    element("button", { type: "button", tabindex: "-1", onclick: () => (pause(), move(i), released()) }, ...nodes));
  const bar = element("div", { class: "steps" }, track.node, element("div", { class: "labels" }, ...labels));

  const transports = [];
  function transport() {
    const before = element("button", { type: "button", "aria-label": "Previous step", onclick: () => (pause(), move(step() - 1), released()) }, "←");
    const toggle = element("button", { type: "button", class: "play", onclick: play });
    const next = element("button", { type: "button", "aria-label": "Next step", onclick: () => (pause(), move(step() + 1), released()) }, "→");
    const entry = { node: element("div", { class: "transport" }, before, toggle, next), before, toggle, next };
    transports.push(entry);
    paint();
    return entry.node;
  }

  function paint() {
    track.show(at, `${titles[step()]}, ${step() + 1} of ${count}`);
    labels.forEach((button, i) => button.setAttribute("aria-current", i === step() ? "step" : "false"));
    for (const { before, toggle, next } of transports) {
      before.disabled = step() === 0;
      next.disabled = step() === count - 1;
      toggle.textContent = timer ? "Pause" : step() === count - 1 ? "Replay" : "Play";
    }
  }

  const keydown = (event) => {
    if (isTyping(event) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      pause();
      move(step() + (event.key === "ArrowRight" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === " " && !event.composedPath()[0].closest?.("button, a, summary, [role=button]")) {
      if (!event.repeat) play();
      event.preventDefault();
    }
  };
  const keyup = (event) => /^(Arrow|Home|End|Page)/.test(event.key) && released();
  document.addEventListener("keydown", keydown);
  document.addEventListener("keyup", keyup);

  return {
    bar,
    transport,
    play,
    show(to) {
      at = to;
      paint();
    },
    destroy() {
      clearTimeout(timer);
      document.removeEventListener("keydown", keydown);
      document.removeEventListener("keyup", keyup);
    },
  };
}
