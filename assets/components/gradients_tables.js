// What the pictures of the lesson on gradients share: rows of a small table with their ids, marked where the batch has
// them, and cells that print their number where there is room.

import { write } from "./surface.js";
import { drawHatched } from "./strips.js";

export const CHIP_W = 34;
const PRINTS_FROM = { w: 36, h: 20 }; // pixels of a cell that has room for its number

// An id as a round chip if it is in the batch, else as a plain number; the padding row is hatched.
export function drawId(g, theme, { x, y, h }, id, { used, padding, chosen = false }) {
  const tall = Math.min(22, h - 3);
  const top = y + (h - tall) / 2;
  if (padding) drawHatched(g, { x, y: top, w: CHIP_W, h: tall }, theme.word.muted);
  if (used && !padding) {
    g.fillStyle = theme.mark.token;
    g.globalAlpha = chosen ? 0.34 : 0.18;
    g.beginPath();
    g.roundRect(x, top, CHIP_W, tall, tall / 2);
    g.fill();
    g.globalAlpha = 1;
  }
  if (chosen) {
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.roundRect(x, top, CHIP_W, tall, tall / 2);
    g.stroke();
  }
  const colour = used || chosen ? theme.ink : theme.word.muted;
  write(g, theme, String(id), x + CHIP_W / 2, y + h / 2 + 0.5, { size: 15, weight: used ? 600 : 400, align: "center", colour, halo: padding });
}

// The row's id, and how often it is in the batch.
export function drawRowName(g, theme, place, id, count, padding, chosen) {
  drawId(g, theme, place, id, { used: count > 0, padding, chosen });
  const said = padding ? "pad" : count ? `×${count}` : "";
  write(g, theme, said, place.x + CHIP_W + 6, place.y + place.h / 2 + 0.5, { size: 15, colour: count && !padding ? theme.ink : theme.word.muted });
}

// One cell with its colour; `text` where it fits. Zero has no colour of its own, only the track under every cell.
export function drawCell(g, theme, { x, y, w, h }, colour, text, track) {
  const gap = w > 20 ? 2 : 1;
  g.fillStyle = track;
  g.fillRect(x, y, w - gap, h - gap);
  const prints = printsNumbers(w, h);
  if (colour) {
    g.globalAlpha = prints ? 0.75 : 1;
    g.fillStyle = colour;
    g.fillRect(x, y, w - gap, h - gap);
    g.globalAlpha = 1;
  }
  if (prints && text) write(g, theme, text, x + (w - gap) / 2, y + (h - gap) / 2 + 1, { size: 14, align: "center", colour: theme.ink });
}

export const printsNumbers = (w, h) => w >= PRINTS_FROM.w && h >= PRINTS_FROM.h;

// The row and column of a table that a point is on, or null.
export function cellUnder({ x, y }, box, rows, columns) {
  const row = Math.floor((y - box.y) / box.h);
  const column = Math.floor((x - box.x) / box.w);
  if (row < 0 || row >= rows || column >= columns) return null;
  if (column < 0) return x >= box.x - (box.names ?? 0) ? { row, column: null } : null;
  return { row, column };
}
