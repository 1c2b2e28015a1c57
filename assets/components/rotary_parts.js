// What the pictures of rotation share: turns from the table that Python sent, words with numbers, a clock for each pair.

import { angleOf, between, degrees, dotOf, drawWedge, lengthOf } from "./arrows.js";
import { drawClock } from "./clocks.js";
import { element } from "./dom.js";
import { number } from "./numbers.js";
import { write } from "./surface.js";

// cos and sin of a pair's angle at a place, as a vector; between two parts of a place, between their two vectors.
export function turnAt({ arrays: { turns }, facts: { parts } }, place, pair) {
  const at = Math.max(0, Math.min(turns.rows - 1, place * parts));
  const row = Math.min(turns.rows - 2, Math.floor(at));
  const share = at - row;
  const [from, to] = [row, row + 1].map((each) => each * turns.width + 2 * pair);
  return { x: turns.numbers[from] * (1 - share) + turns.numbers[to] * share, y: turns.numbers[from + 1] * (1 - share) + turns.numbers[to + 1] * share };
}

// `{name}` in a sentence replaced by its value.
export const placesOf = (count, words) => `${count} ${count === 1 ? words.place : words.places}`;

// A number above zero in up to three digits.
export const shortOf = (value) => String(Number(value.toPrecision(3)));

// A small difference as one digit and its power of ten.
export const tinyOf = (value) => value.toExponential(0).replace("-", "\u2212");

// Cells for the clocks of these pairs, `height` pixels in all where there is room: rows of 4 or 8 on a narrow page.
export function clockGrid(pairs, width, height, { columns = columnsFor(pairs.length, width) } = {}) {
  const narrow = width < 560;
  const rows = Math.ceil(pairs.length / columns);
  const w = width / columns;
  const h = narrow && columns === 4 ? 84 : Math.max(44, height / rows);
  const labelled = w >= 56 && h >= 56;
  const r = Math.min(w / 2 - 6, (h - (labelled ? 20 : 0)) / 2 - (labelled ? 3 : 5), 46);
  const cells = pairs.map((pair, k) => {
    const [x, y] = [(k % columns) * w, Math.floor(k / columns) * h];
    return { pair, x, y, w, h, r, labelled, middle: { x: x + w / 2, y: labelled ? y + r + 4 : y + h / 2 } };
  });
  return { cells, height: rows * h };
}

function columnsFor(count, width) {
  if (width < 560) return count <= 8 ? 4 : 8;
  return count <= 16 ? Math.max(8, count) : Math.ceil(count / Math.ceil(count / 16));
}

// Which pair's cell a point is in, or null.
export function pairClockAt(grid, { x, y }) {
  const cell = grid?.cells.find((each) => x >= each.x && x < each.x + each.w && y >= each.y && y < each.y + each.h);
  return cell ? cell.pair : null;
}

// A box in the highlight colour around the chosen cell, and its label.
export function frameClock(g, theme, cell, label, chosen) {
  if (chosen) {
    const w = Math.min(cell.w - 3, 2 * cell.r + 40);
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.roundRect(cell.x + (cell.w - w) / 2, cell.y + 1.5, w, cell.h - 3, 7);
    g.stroke();
  }
  if (cell.labelled) write(g, theme, label, cell.middle.x, cell.y + cell.h - 12, { size: cell.w > 80 ? 16 : 14, weight: chosen ? 650 : 400, colour: chosen ? theme.word.highlight : theme.word.muted, align: "center" });
}

// A query's and a key's direction in one clock, with the angle between them; dots on its edge are where they start.
export function drawPairClock(g, theme, cell, { starts, turned, chosen, label }) {
  const { middle: { x, y }, r } = cell;
  frameClock(g, theme, cell, label, chosen);
  drawWedge(g, theme, { x, y }, r * 0.52, angleOf(turned.k), between(turned.q, turned.k), 2);
  const hand = (v, colour, width, dash) => ({ cos: Math.cos(angleOf(v)), sin: Math.sin(angleOf(v)), colour, width, dash, length: 0.9 });
  const thick = Math.max(2.5, Math.min(4.5, r / 8));
  drawClock(g, theme, { x, y, r }, [hand(turned.k, theme.mark.key, thick, [thick * 1.6, thick]), hand(turned.q, theme.mark.query, thick)]);
  for (const [name, colour] of [["k", theme.mark.key], ["q", theme.mark.query]]) {
    const at = angleOf(starts[name]);
    g.beginPath();
    g.arc(x + r * Math.cos(at), y - r * Math.sin(at), Math.min(4, r / 6), 0, 2 * Math.PI);
    g.fillStyle = name === "k" ? theme.page : colour;
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.fill();
    g.stroke();
  }
}

// The score as a product: q · k = |q| × |k| × cos(angle), written so that what is shown is true, or with ≈.
export function productWords(q, k) {
  const [a, b, score] = [lengthOf(q), lengthOf(k), dotOf(q, k)];
  const angle = degrees(Math.abs(between(q, k)));
  const holds = ([d, e]) => {
    const product = Number(a.toFixed(d)) * Number(b.toFixed(d)) * Math.cos((Number(angle.toFixed(e)) * Math.PI) / 180);
    return Math.abs(Number(product.toFixed(d)) - Number(score.toFixed(d))) < 0.1 ** (d + 1);
  };
  const shown = [[3, 1], [3, 2], [4, 2]].find(holds);
  const [d, e] = shown ?? [3, 1];
  return [
    element("i", { class: "query" }, "q"), " · ", element("i", { class: "key" }, "k"), " = ",
    element("span", { class: "query" }, number(a, d)), " × ", element("span", { class: "key" }, number(b, d)),
    ` × cos(${angle.toFixed(e)}°) ${shown ? "=" : "≈"} `, element("b", { class: "value" }, number(score, d)),
  ];
}

// A chart over 0 … `most` places moved with a line at each of `levels`, the lowest to the highest of which fill it.
export function lineChart(g, theme, { width, height, levels, most, axis, few = false }) {
  const box = { x: 46, y: 12, w: width - 62, h: height - 44 };
  const [low, high] = [levels[0], levels.at(-1)];
  const x = (value) => box.x + (value / most) * box.w;
  const y = (value) => box.y + box.h - ((value - low) / (high - low)) * box.h;
  for (const level of levels) {
    g.strokeStyle = theme.line;
    g.lineWidth = 1.5;
    g.setLineDash(level ? [2, 5] : []);
    g.beginPath();
    g.moveTo(box.x, y(level));
    g.lineTo(box.x + box.w, y(level));
    g.stroke();
    g.setLineDash([]);
    write(g, theme, (level < 0 ? "\u2212" : "") + shortOf(Math.abs(level)), box.x - 9, y(level), { align: "right" });
  }
  for (const share of few ? [0, 0.25, 0.5] : [0, 0.25, 0.5, 0.75]) write(g, theme, String(share * most), x(share * most), height - 12, { align: "center" });
  write(g, theme, axis, box.x + box.w, height - 12, { align: "right" });
  return {
    box, x, y,
    curve(f, until, fine, { colour, width: thick, dash }) {
      g.beginPath();
      for (let step = 0; step <= until * fine; step++) g[step ? "lineTo" : "moveTo"](x(step / fine), y(f(step / fine)));
      g.lineTo(x(until), y(f(until)));
      g.strokeStyle = colour;
      g.lineWidth = thick;
      g.lineCap = g.lineJoin = "round";
      g.setLineDash(dash);
      g.stroke();
      g.setLineDash([]);
      g.lineCap = "butt";
    },
    dot(at, colour) {
      g.fillStyle = colour;
      g.strokeStyle = theme.page;
      g.lineWidth = 2.5;
      g.beginPath();
      g.arc(at.x, at.y, 8, 0, 2 * Math.PI);
      g.fill();
      g.stroke();
    },
  };
}
