// A canvas that keeps its resolution: `paint(g, width, height)` draws in CSS pixels, again at every change of size.

import { element } from "./dom.js";

export const isPhone = (width) => width < 560;

export function surface(parent, { height, paint, label = "" }) {
  const canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": label });
  const g = canvas.getContext("2d");
  parent.append(canvas);
  let width = 0;
  let tall = 0;
  let ratio = 0;

  function draw() {
    const wide = parent.clientWidth;
    if (!wide) return;
    const wanted = height(wide);
    const dense = Math.min(2, devicePixelRatio || 1);
    if (wide !== width || wanted !== tall || dense !== ratio) {
      [width, tall, ratio] = [wide, wanted, dense];
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(tall * ratio);
      canvas.style.height = `${tall}px`;
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, tall);
    paint(g, width, tall);
  }

  const sized = new ResizeObserver(() => parent.clientWidth !== width && draw());
  sized.observe(parent);
  document.fonts.ready.then(draw);
  Promise.allSettled(['italic 600 20px "Source Serif"'].map((font) => document.fonts.load(font, "PEW"))).then(draw);

  return {
    canvas,
    draw,
    describe: (text) => canvas.setAttribute("aria-label", text),
    at(event) {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    },
    destroy: () => sized.disconnect(),
  };
}

// What a picture on one canvas gives back: it is drawn anew, and forgets what the pointer was on.
export const partOf = (scene, drawn, forget = () => {}) => ({
  draw() {
    forget();
    drawn.describe(scene.facts.alt ?? "");
    drawn.draw();
  },
  destroy: drawn.destroy,
});

// What a hand does on a canvas: `move(point)` while it is held down, `drop(point)` at its end, `over(point | null)` else.
export function pointers(drawn, { grab = () => true, move, drop, over }) {
  const { canvas } = drawn;
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !grab(drawn.at(event), event)) return;
    held = event.pointerId;
    canvas.setPointerCapture(held);
    over?.(null);
    move(drawn.at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === held) move(drawn.at(event));
    else if (event.pointerType !== "touch") over?.(drawn.at(event));
  });
  const release = (event) => {
    if (event.pointerId !== held) return;
    held = null;
    drop(drawn.at(event));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => over?.(null));
}

// A straight line on a canvas, dashed by `dash`.
export function stroke(g, from, to, colour, width, dash = []) {
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.setLineDash(dash);
  g.beginPath();
  g.moveTo(...from);
  g.lineTo(...to);
  g.stroke();
  g.setLineDash([]);
}

// Words on a canvas. `font` is a size and a weight; a halo of page colour keeps them readable over marks.
export function write(g, theme, text, x, y, { size = 15, weight = 400, colour = theme.word.muted, align = "left", baseline = "middle", halo = false, serif = false } = {}) {
  g.font = `${serif ? "italic " : ""}${weight} ${size}px ${serif ? theme.serif : theme.sans}`;
  g.textAlign = align;
  g.textBaseline = baseline;
  if (halo) {
    g.strokeStyle = theme.page;
    g.lineWidth = 5;
    g.lineJoin = "round";
    g.strokeText(text, x, y);
  }
  g.fillStyle = colour;
  g.fillText(text, x, y);
}
