// A track that a hand drags and keys move. It only reports: whoever made it moves it with `show(at)`.
//   count   how many steps; `at` runs from 0 to count - 1 and may lie between steps while it is dragged
//   drag(at) while it moves, drop(step) when it is let go, key(step) for a key

import { element } from "./dom.js";

export function slider({ label, count, drag, drop, key }) {
  const bars = Array.from({ length: count }, () => element("span"));
  const thumb = element("b");
  const track = element("div", {
    class: "track", role: "slider", tabindex: "0", "aria-label": label, "data-stepper": true,
    "aria-valuemin": 1, "aria-valuemax": count,
  }, ...bars, thumb);

  let held = null;
  const place = (event) => {
    const box = track.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(count - 1, Math.max(0, share * count - 0.5));
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = event.pointerId;
    track.setPointerCapture(held);
    drag(place(event));
  });
  track.addEventListener("pointermove", (event) => event.pointerId === held && drag(place(event)));
  const release = (event) => {
    if (event.pointerId !== held) return;
    held = null;
    drop(Math.round(place(event)));
  };
  track.addEventListener("pointerup", release);
  track.addEventListener("pointercancel", release);
  track.addEventListener("keydown", (event) => {
    const step = { Home: 0, End: count - 1, PageUp: "+1", PageDown: "-1", ArrowUp: "+1", ArrowDown: "-1" }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    key(typeof step === "string" ? Math.round(Number(track.getAttribute("aria-valuenow")) - 1 + Number(step)) : step);
  });

  return {
    node: track,
    show(at, text) {
      const step = Math.round(at);
      bars.forEach((bar, i) => (bar.className = i === step ? "on" : i < at ? "done" : ""));
      thumb.style.left = `${((at + 0.5) / count) * 100}%`;
      track.setAttribute("aria-valuenow", step + 1);
      track.setAttribute("aria-valuetext", text);
    },
  };
}
