// A table of signed numbers as a picture of cells, made once and drawn at any size.

import { signedFill, TRACK } from "./scale.js";

// `numbers` (rows × width) as an image, each in the colour fill(value, limit). Where there are more cells than pixels, a
// pixel is the mean of its cells.
export function heatmap({ numbers, rows, width }, limit, pixelsWide, pixelsHigh, fill = signedFill) {
  const columns = Math.min(width, Math.max(1, Math.round(pixelsWide)));
  const lines = Math.min(rows, Math.max(1, Math.round(pixelsHigh)));
  const image = new OffscreenCanvas(columns, lines);
  const g = image.getContext("2d");
  const pixels = g.createImageData(columns, lines);
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  for (let line = 0; line < lines; line++) {
    const first = Math.floor((line * rows) / lines);
    const after = Math.max(first + 1, Math.floor(((line + 1) * rows) / lines));
    sums.fill(0);
    counts.fill(0);
    for (let row = first; row < after; row++) {
      for (let j = 0; j < width; j++) {
        const column = columns === width ? j : Math.floor((j * columns) / width);
        sums[column] += numbers[row * width + j];
        counts[column] += 1;
      }
    }
    for (let column = 0; column < columns; column++) {
      const [red, green, blue, alpha] = channels(fill(sums[column] / counts[column], limit));
      const at = 4 * (line * columns + column);
      pixels.data[at] = red;
      pixels.data[at + 1] = green;
      pixels.data[at + 2] = blue;
      pixels.data[at + 3] = alpha;
    }
  }
  g.putImageData(pixels, 0, 0);
  return image;
}

const parsed = new Map();
function channels(fill) {
  let found = parsed.get(fill);
  if (!found) {
    const [red, green, blue, alpha] = fill.match(/[\d.]+/g).map(Number);
    parsed.set(fill, (found = [red, green, blue, Math.round(alpha * 255)]));
  }
  return found;
}

// The image in the box {x, y, w, h}, with the track of missing colour around it.
export function drawHeatmap(g, image, box) {
  g.fillStyle = TRACK;
  g.fillRect(box.x - 1, box.y - 1, box.w + 2, box.h + 2);
  g.clearRect(box.x, box.y, box.w, box.h);
  g.imageSmoothingEnabled = false;
  g.drawImage(image, box.x, box.y, box.w, box.h);
}

// The outline of a row or a cell of the table: highlight with a halo of page colour.
export function outline(g, theme, x, y, w, h) {
  for (const [colour, line] of [[theme.page, 5.5], [theme.word.highlight, 2.5]]) {
    g.strokeStyle = colour;
    g.lineWidth = line;
    g.beginPath();
    g.roundRect(x - 1.5, y - 1.5, w + 3, h + 3, 3);
    g.stroke();
  }
}
