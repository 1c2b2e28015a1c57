// Three pictures of one size, one a table of positions: where they stand, what is written around them, their lines.

import { isPhone, write } from "./surface.js";

export const TABLES = ["learned", "sinusoidal", "random"];

// The boxes of the three panels in a picture `width` wide: `main` is `tall` high, the first of a phone's `first`, its others
// `others`; `line` below it is `low` high. Side by side; on a phone the first above the other two.
export function panels(width, { tall, first, others, low = 0, between = 30 }) {
  const phone = isPhone(width);
  const [left, gap, right, above] = phone ? [40, 44, 6, 28] : [46, 46, 4, 30];
  const box = (x, y, w, h) => ({ main: { x, y: y + above, w, h }, line: { x, y: y + above + h + between, w, h: low } });
  const room = width - left - right;
  const half = Math.floor((room - gap) / 2);
  const third = Math.floor((room - 2 * gap) / 3);
  const below = above + first + between + (low ? low + 4 : 0);
  const boxes = phone
    ? [box(left, 0, room, first), ...[0, 1].map((k) => box(left + k * (half + gap), below, half, others))]
    : [0, 1, 2].map((k) => box(left + k * (third + gap), 0, third, tall));
  const { line } = boxes[2];
  return { phone, boxes, height: Math.round(low ? line.y + low + 10 : line.y) };
}

// A panel's name above it, and a note at the right.
export function title(g, theme, { x, y, w }, name, note = "") {
  write(g, theme, name, x, y - 15, { size: 17, weight: 600, colour: theme.ink });
  if (note) write(g, theme, note, x + w, y - 14, { size: 15, align: "right" });
}

// A number as it stands on a page: three significant digits, U+2212 for minus.
export function shown(value, digits = 3) {
  if (value === 0) return "0";
  const text = Math.abs(value) < 1e-4 ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
  const padded = /e/.test(text) || Math.abs(value) >= 10 ** (digits - 1) ? text : value.toPrecision(digits);
  return padded.replaceAll("-", "\u2212");
}

// `count` numbers from `start` on as a line in the box; `across(i)` is the x of each, the y axis runs from low to high. What
// lies beyond is drawn at the edge, and the farthest of it gets an arrow and its number.
export function drawLine(g, theme, box, { numbers, start = 0, count }, across, [low, high]) {
  const y = (value) => box.y + box.h - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * box.h;
  g.strokeStyle = theme.word.muted;
  g.globalAlpha = 0.6;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(box.x, y(0));
  g.lineTo(box.x + box.w, y(0));
  g.stroke();
  g.globalAlpha = 1;
  g.strokeStyle = theme.mark.position;
  g.lineWidth = 1.7;
  g.lineJoin = "round";
  g.beginPath();
  let far = -1;
  for (let i = 0; i < count; i++) {
    const value = numbers[start + i];
    g[i ? "lineTo" : "moveTo"](across(i), y(value));
    if ((value > high || value < low) && (far < 0 || Math.abs(value) > Math.abs(numbers[start + far]))) far = i;
  }
  g.stroke();
  if (far >= 0) {
    const value = numbers[start + far];
    const [x, at, up] = [across(far), y(value), value > high ? 1 : -1];
    g.fillStyle = theme.word.position;
    g.beginPath();
    g.moveTo(x, at - 3 * up);
    g.lineTo(x - 5, at + 6 * up);
    g.lineTo(x + 5, at + 6 * up);
    g.fill();
    const right = x > box.x + box.w * 0.7;
    write(g, theme, shown(value), x + (right ? -14 : 14), at + 8 * up, { weight: 600, colour: theme.word.position, halo: true, align: right ? "right" : "left" });
  }
  return y;
}

// A thin line of the cursor: highlight on page colour.
export function hair(g, theme, x1, y1, x2, y2) {
  for (const [colour, line] of [[theme.page, 4], [theme.word.highlight, 1.5]]) {
    g.strokeStyle = colour;
    g.lineWidth = line;
    g.globalAlpha = colour === theme.page ? 0.7 : 1;
    g.beginPath();
    g.moveTo(x1, y1);
    g.lineTo(x2, y2);
    g.stroke();
  }
  g.globalAlpha = 1;
}

export function ring(g, theme, x, y, r = 6) {
  for (const [colour, line] of [[theme.page, 5], [theme.word.highlight, 2.5]]) {
    g.strokeStyle = colour;
    g.lineWidth = line;
    g.beginPath();
    g.arc(x, y, r, 0, 2 * Math.PI);
    g.stroke();
  }
}

// Round numbers 0, 2^k, 2 · 2^k … below count, about `most` of them.
export function evenTicks(count, most) {
  const by = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, count / most))));
  return Array.from({ length: Math.ceil(count / by) }, (_, k) => k * by);
}
