// A whole vocabulary in a plane, and one position that moves every point of it alike.
// Tensors: points (vocabulary × 2), steps (places × 2). Facts: tokens, named rows, axes, unit. State: move, the position.

import { createDots, place, placeLabels } from "./cloud.js";
import { element, visible } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, surface, write } from "./surface.js";

const mount = picture(build);

export default function (given) {
  return mount(given);
}

function build(scene) {
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => (isPhone(width) ? 340 : 384), paint });
  scene.root.append(element("div", { class: "under" }, reading));
  const dots = createDots();
  let places = new Float32Array(0);
  let colours = new Uint32Array(0);

  function paint(g, width, height) {
    const { points, steps } = scene.arrays;
    if (!points) return;
    const { theme, facts } = scene;
    const n = points.rows;
    if (places.length !== 4 * n) {
      places = new Float32Array(4 * n);
      colours = new Uint32Array(2 * n);
    }
    colours.fill(packed(theme.word.muted), 0, n);
    colours.fill(packed(theme.mark.token), n);
    const { move: p } = scene.state;
    const step = [steps.numbers[2 * p], steps.numbers[2 * p + 1]];
    const scale = (Math.min(width, height) / 2) * (0.9 / facts.unit);
    const at = { scale, x: width / 2, y: height / 2 };
    const flat = [1, 0, 0, 0, 1, 0];
    place(points.numbers, 2, n, flat, at, places.subarray(0, 2 * n));
    const moved = places.subarray(2 * n);
    const [dx, dy] = [step[0] * scale, -step[1] * scale];
    for (let i = 0; i < n; i++) {
      moved[2 * i] = places[2 * i] + dx;
      moved[2 * i + 1] = places[2 * i + 1] + dy;
    }
    dots(g, width, height, places, 2 * n, colours, 70, drawn.canvas.width / width);
    for (const i of facts.named) arrow(g, places[2 * i], places[2 * i + 1], dx, dy, theme);
    arrow(g, 170, height - 50, dx, dy, theme, 4);
    const wanted = facts.named.map((i) => ({ i, text: visible(facts.tokens[i]), size: 17, weight: 650, colour: theme.ink }));
    for (const label of placeLabels(g, wanted, moved, width, height, { most: 14, font: theme.sans })) {
      write(g, theme, label.text, label.x, label.y, { size: label.size, weight: label.weight, colour: label.colour, halo: true });
    }
    facts.axes.forEach((name, k) => write(g, theme, name, k ? 8 : width - 8, k ? 12 : height - 10, { size: 15, align: k ? "left" : "right" }));
    reading.replaceChildren(
      element("span", { class: "equation" }, element("i", { class: "position" }, "P"), `[${p}] moves every point by (${number(step[0])}, ${number(step[1])})`),
      element("small", {}, "grey: rows of W, green: the same rows plus this row of P"),
    );
  }

  function arrow(g, x, y, dx, dy, theme, width = 2.5) {
    const length = Math.hypot(dx, dy);
    for (const [colour, line] of [[theme.page, width + 3], [theme.mark.position, width]]) {
      g.strokeStyle = colour;
      g.lineWidth = line;
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x + dx, y + dy);
      g.stroke();
    }
    if (length < 6) return;
    const [ux, uy] = [dx / length, dy / length];
    const head = Math.min(12, length * 0.6);
    g.fillStyle = theme.mark.position;
    g.beginPath();
    g.moveTo(x + dx, y + dy);
    g.lineTo(x + dx - head * ux + head * 0.45 * uy, y + dy - head * uy - head * 0.45 * ux);
    g.lineTo(x + dx - head * ux - head * 0.45 * uy, y + dy - head * uy + head * 0.45 * ux);
    g.fill();
  }

  return {
    draw() {
      drawn.describe(scene.facts.alt ?? "");
      drawn.draw();
    },
    destroy: drawn.destroy,
  };
}

const packed = (hex) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
};
