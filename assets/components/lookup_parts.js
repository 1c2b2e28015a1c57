// What the pictures of a lookup share: the ids in a box of text, matrices of cells with numbers, chips of ids, wires.
// A matrix stands in a box {x, y, w, h, rows, columns}, where w and h are those of a cell.

import { outline } from "./heatmap.js";
import { number } from "./numbers.js";
import { shareFill, signedFill, TRACK } from "./scale.js";
import { write } from "./surface.js";

export const idsIn = (text) => text.split(/[\s,]+/).filter(Boolean).map(Number);
export const withId = (text, id, most) => [...idsIn(text), id].slice(0, most).join(", ");
export const withoutPlace = (text, place) => idsIn(text).filter((_, at) => at !== place).join(", ");

export const NUMBER = 2; // decimals: the table is made of whole hundredths
const READABLE = { w: 42, h: 16 }; // the smallest cell that holds such a number

export const middleOf = (box, row) => box.y + (row + 0.5) * box.h;
export const rightOf = (box) => box.x + box.columns * box.w;
export const bottomOf = (box) => box.y + box.rows * box.h;
const gapOf = (size) => (size > 14 ? 2 : size > 6 ? 1 : 0.5);

// A table of signed numbers, value(row, column) from -1 to 1; rows that `faint` names stand back.
export function drawNumbers(g, theme, box, value, { faint = () => false } = {}) {
  const printed = box.w >= READABLE.w && box.h >= READABLE.h;
  const [right, below] = [gapOf(box.w), gapOf(box.h)];
  for (let row = 0; row < box.rows; row++) {
    for (let column = 0; column < box.columns; column++) {
      const [x, y] = [box.x + column * box.w, box.y + row * box.h];
      const shown = value(row, column);
      g.fillStyle = TRACK;
      g.fillRect(x, y, box.w - right, box.h - below);
      g.globalAlpha = faint(row) ? 0.35 : printed ? 0.75 : 1;
      g.fillStyle = signedFill(shown, 1);
      g.fillRect(x, y, box.w - right, box.h - below);
      g.globalAlpha = 1;
      if (printed) write(g, theme, number(shown, NUMBER), x + box.w / 2, y + box.h / 2, { size: Math.min(16, box.h - 2, box.w * 0.345), align: "center", colour: faint(row) ? theme.word.muted : theme.ink });
    }
  }
}

// Rows of zeros with a single 1, at the column that the row's id names.
export function drawOneHot(g, theme, box, ids) {
  const [right, below] = [gapOf(box.w), gapOf(box.h)];
  const size = Math.min(16, box.h - 1, box.w + 2);
  ids.forEach((id, row) => {
    for (let column = 0; column < box.columns; column++) {
      const [x, y] = [box.x + column * box.w, box.y + row * box.h];
      g.fillStyle = TRACK;
      g.fillRect(x, y, box.w - right, box.h - below);
      if (column === id) {
        g.fillStyle = shareFill(1, 1);
        g.globalAlpha = size >= 14 ? 0.75 : 1;
        g.fillRect(x, y, box.w - right, box.h - below);
        g.globalAlpha = 1;
      }
      if (size >= 14) write(g, theme, column === id ? "1" : "0", x + (box.w - right) / 2, y + (box.h - below) / 2, { size, align: "center", weight: column === id ? 700 : 400, halo: column > id, colour: column === id ? theme.ink : theme.word.muted });
    }
  });
}

// Name, shape and rail above a matrix.
export function drawHead(g, theme, box, name, role, { shaped = true } = {}) {
  const y = box.y - 22;
  write(g, theme, name, box.x, y, { size: 19, serif: true, weight: 600, colour: theme.word[role], halo: true });
  const wide = g.measureText(name).width; // in the font just used
  const shape = `${box.rows} × ${box.columns}`;
  if (shaped) write(g, theme, shape, box.x + wide + 8, y, { size: 15, halo: true });
  g.fillStyle = theme.mark[role];
  g.fillRect(box.x - 1, box.y - 8, box.columns * box.w - gapOf(box.w) + 2, 3);
}

export function outlineRow(g, theme, box, row, chosen) {
  const [w, h] = [box.columns * box.w - gapOf(box.w), box.h - gapOf(box.h)];
  if (chosen) return outline(g, theme, box.x, box.y + row * box.h, w, h);
  g.strokeStyle = theme.mark.token;
  g.lineWidth = 2;
  g.beginPath();
  g.roundRect(box.x - 1, box.y + row * box.h - 1, w + 2, h + 2, 3);
  g.stroke();
}

export function outlineOne(g, theme, box, row, column) {
  outline(g, theme, box.x + column * box.w + 1, box.y + row * box.h + 1, box.w - gapOf(box.w) - 2, box.h - gapOf(box.h) - 2);
}

// An id that was asked for, with a sign to take it away.
export function drawIdChip(g, theme, { x, y, w, h }, id, { chosen = false, warm = false, alone = false } = {}) {
  g.beginPath();
  g.roundRect(x, y, w, h, 5);
  g.globalAlpha = warm ? 0.4 : 0.22;
  g.fillStyle = theme.mark.token;
  g.fill();
  g.globalAlpha = 1;
  if (chosen) {
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.stroke();
  }
  write(g, theme, String(id), x + (alone ? w / 2 : w * 0.36), y + h / 2 + 0.5, { size: Math.min(17, h - 2), weight: 650, align: "center", colour: theme.ink });
  if (!alone) write(g, theme, "×", x + w - 11, y + h / 2, { size: 15, align: "center", colour: warm ? theme.word.highlight : theme.word.muted });
}

// A line through points, bent softly between two that are at different heights.
export function drawWire(g, theme, points, chosen) {
  const path = () => {
    g.beginPath();
    g.moveTo(...points[0]);
    for (let k = 1; k < points.length; k++) {
      const [[x0, y0], [x1, y1]] = [points[k - 1], points[k]];
      const middle = (x0 + x1) / 2;
      if (Math.abs(y1 - y0) < 0.5 || Math.abs(x1 - x0) < 0.5) g.lineTo(x1, y1);
      else g.bezierCurveTo(middle, y0, middle, y1, x1, y1);
    }
    g.stroke();
  };
  if (chosen) {
    g.strokeStyle = theme.page;
    g.lineWidth = 5.5;
    path();
  }
  g.strokeStyle = chosen ? theme.word.highlight : theme.mark.token;
  g.lineWidth = chosen ? 2.5 : 1.25;
  g.globalAlpha = chosen ? 1 : 0.7;
  path();
  g.globalAlpha = 1;
}

// A line through points that turns at right angles.
export function drawElbow(g, theme, points, chosen) {
  for (const [colour, width] of chosen ? [[theme.page, 5.5], [theme.word.highlight, 2.5]] : [[theme.mark.token, 1.25]]) {
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.globalAlpha = chosen ? 1 : 0.7;
    g.beginPath();
    g.moveTo(...points[0]);
    for (let k = 1; k < points.length - 1; k++) g.arcTo(...points[k], ...points[k + 1], 5);
    g.lineTo(...points.at(-1));
    g.stroke();
    g.globalAlpha = 1;
  }
}

// Row numbers beside a table, all of them or those of `first` and as many others as have room.
export function drawRowNumbers(g, theme, box, x, first, { chosen = -1, size = 15 } = {}) {
  const step = Math.max(1, Math.ceil((size + 2) / box.h));
  const near = (row) => first.some((other) => Math.abs(other - row) < step && other !== row);
  const written = [];
  for (const row of [chosen, ...first]) {
    if (row < 0 || row >= box.rows || written.some((other) => Math.abs(other - row) < step)) continue;
    written.push(row);
    write(g, theme, String(row), x, middleOf(box, row), { size, weight: 700, align: "right", halo: true, colour: row === chosen ? theme.word.highlight : theme.word.token });
  }
  for (let row = 0; row < box.rows; row += step) {
    if (written.includes(row) || near(row)) continue;
    write(g, theme, String(row), x, middleOf(box, row), { size, align: "right" });
  }
}

export function rowUnder(box, { x, y }, left = 0) {
  const row = Math.floor((y - box.y) / box.h);
  return x >= box.x - left && x < rightOf(box) && row >= 0 && row < box.rows ? row : -1;
}
