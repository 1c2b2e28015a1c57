// Strips of cells: one strip a row of a table, one cell a dimension, on a canvas.

import { signedFill, TRACK } from "./scale.js";

const gapFor = (cell) => (cell > 9 ? 1.5 : cell > 5 ? 1 : 0.5);

// One strip: `count` numbers from `start`, drawn in the box {x, y, w, h}.
export function drawStrip(g, box, numbers, start, count, limit, factor = 1) {
  const cell = box.w / count;
  const gap = gapFor(cell);
  if (box.h > 6) {
    g.fillStyle = TRACK;
    g.beginPath();
    g.roundRect(box.x - 1, box.y - 1, box.w - gap + 2, box.h + 2, 3);
    g.fill();
  }
  for (let j = 0; j < count; j++) {
    const value = numbers[start + j] * factor;
    if (value === 0) continue;
    g.fillStyle = signedFill(value, limit);
    g.fillRect(box.x + j * cell, box.y, cell - gap, box.h);
  }
}

// A strip of which there is no number: hatched, never blank.
export function drawHatched(g, box, colour) {
  g.save();
  g.beginPath();
  g.roundRect(box.x, box.y, box.w, box.h, 3);
  g.clip();
  g.fillStyle = TRACK;
  g.fillRect(box.x, box.y, box.w, box.h);
  g.strokeStyle = colour;
  g.lineWidth = 1;
  g.globalAlpha *= 0.55;
  g.beginPath();
  for (let x = box.x - box.h; x < box.x + box.w; x += 9) {
    g.moveTo(x, box.y + box.h);
    g.lineTo(x + box.h, box.y);
  }
  g.stroke();
  g.restore();
}

// The 3 px rail in the colour of the table's role, above it.
export function drawRail(g, x, y, w, count, colour) {
  g.fillStyle = colour;
  g.fillRect(x - 1, y, w - gapFor(w / count) + 2, 3);
}

// The outline of the chosen cell, with a halo of page colour.
export function outlineCell(g, box, count, index, theme) {
  const cell = box.w / count;
  const gap = gapFor(cell);
  const width = Math.max(cell - gap, 4) + 3;
  const x = box.x + (index + 0.5) * cell - gap / 2 - width / 2;
  for (const [colour, line] of [[theme.page, 5], [theme.word.highlight, 2.5]]) {
    g.strokeStyle = colour;
    g.lineWidth = line;
    g.beginPath();
    g.roundRect(x, box.y - 1.5, width, box.h + 3, 3);
    g.stroke();
  }
}

// Which cell of a strip a point is on, or -1.
export const cellAt = (box, count, x) => (x < box.x || x >= box.x + box.w ? -1 : Math.floor(((x - box.x) / box.w) * count));
