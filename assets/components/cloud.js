// A cloud of points on a canvas: many as pixels, a few as shapes, words that do not collide.
// Coordinates are turned and shifted, never bent: the picture is a parallel projection.

const DENSE = 12000; // from here on a point is 2 pixels wide

// The 2 × 3 matrix that takes a point (x, y, z) to the screen, for angles in degrees; without z it is the identity.
export function turning(yaw, pitch, threeD) {
  if (!threeD) return [1, 0, 0, 0, 1, 0];
  const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return [ca, 0, sa, sa * sb, cb, -ca * sb];
}

// Where each point stands on the screen. `points` has `k` numbers a point; `places` is filled with x and y by turns.
export function place(points, k, count, matrix, { scale, x, y }, places) {
  const [a, b, c, d, e, f] = matrix;
  for (let i = 0; i < count; i++) {
    const [px, py] = [points[i * k], points[i * k + 1]];
    const pz = k > 2 ? points[i * k + 2] : 0;
    places[2 * i] = x + scale * (a * px + b * py + c * pz);
    places[2 * i + 1] = y - scale * (d * px + e * py + f * pz);
  }
}

// A colour "#rrggbb" as the pixels of an image hold it, 0xBBGGRR.
export const packed = (hex) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
};

// All points as pixels of an image: `colours[i]` is 0xBBGGRR; where points lie on each other the colour grows stronger.
export function createDots() {
  let image = null;
  let pixels = null;
  return function draw(g, width, height, places, count, colours, alpha, ratio) {
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (!image || image.width !== w || image.height !== h) {
      image = new ImageData(w, h);
      pixels = new Uint32Array(image.data.buffer);
    }
    pixels.fill(0);
    const size = Math.max(1, Math.round((count > DENSE ? 2 : count > 2000 ? 3 : 5) * ratio));
    const half = size >> 1;
    for (let i = 0; i < count; i++) {
      const x = Math.round(places[2 * i] * ratio) - half;
      const y = Math.round(places[2 * i + 1] * ratio) - half;
      if (x < 0 || y < 0 || x + size >= w || y + size >= h) continue;
      const colour = colours[i];
      for (let row = y * w + x, end = row + size * w; row < end; row += w) {
        for (let at = row; at < row + size; at++) {
          const before = pixels[at] >>> 24;
          pixels[at] = (Math.min(255, before + alpha) << 24) | colour;
        }
      }
    }
    g.putImageData(image, 0, 0);
  };
}

const SHAPES = [
  (g, x, y, r) => g.arc(x, y, r, 0, 2 * Math.PI),
  (g, x, y, r) => g.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76),
  (g, x, y, r) => polygon(g, x, y, r * 1.25, 3, -Math.PI / 2),
  (g, x, y, r) => polygon(g, x, y, r * 1.25, 4, 0),
  (g, x, y, r) => polygon(g, x, y, r * 1.25, 3, Math.PI / 2),
  (g, x, y, r) => polygon(g, x, y, r * 1.15, 5, -Math.PI / 2),
  (g, x, y, r) => cross(g, x, y, r),
  (g, x, y, r) => polygon(g, x, y, r * 1.15, 6, 0),
];

function polygon(g, x, y, r, corners, from) {
  for (let k = 0; k < corners; k++) {
    const angle = from + (2 * Math.PI * k) / corners;
    g[k ? "lineTo" : "moveTo"](x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  g.closePath();
}

function cross(g, x, y, r) {
  const [a, b] = [r * 1.2, r * 0.42];
  for (const [dx, dy] of [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]]) g.lineTo(x + dx, y + dy);
  g.closePath();
}

// One point as the shape number `kind`, with a halo of page colour.
export function drawShape(g, kind, x, y, r, colour, halo) {
  g.beginPath();
  SHAPES[kind % SHAPES.length](g, x, y, r);
  g.lineWidth = 3;
  g.strokeStyle = halo;
  g.stroke();
  g.fillStyle = colour;
  g.fill();
}

// Words beside points, the first ones first, none over another. `wanted` is [{i, text, size, weight, colour}].
export function placeLabels(g, wanted, places, width, height, { most, font, taken = [] }) {
  const boxes = [...taken];
  const placed = [];
  for (const label of wanted) {
    if (placed.length >= most) break;
    const [x, y] = [places[2 * label.i], places[2 * label.i + 1]];
    if (x < 0 || y < 8 || x > width || y > height - 8) continue;
    g.font = `${label.weight ?? 400} ${label.size}px ${font}`;
    const w = g.measureText(label.text).width;
    const h = label.size + 3;
    for (const left of [x + 8, x - 8 - w]) {
      const box = [left - 2, y - h / 2, left + w + 2, y + h / 2];
      if (box[0] < 0 || box[2] > width || boxes.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      boxes.push(box);
      placed.push({ ...label, x: left, y });
      break;
    }
  }
  return placed;
}

// The point nearest to (x, y) within `reach` pixels, or -1.
export function nearestPoint(places, count, x, y, reach) {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < count; i++) {
    const [dx, dy] = [places[2 * i] - x, places[2 * i + 1] - y];
    const far = dx * dx + dy * dy;
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

// The points within a closed line [[x, y], …] on the screen, by counting crossings.
export function withinLasso(places, count, line) {
  const found = [];
  const [xs, ys] = [line.map((p) => p[0]), line.map((p) => p[1])];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  for (let i = 0; i < count; i++) {
    const [x, y] = [places[2 * i], places[2 * i + 1]];
    if (x < x0 || x > x1 || y < y0 || y > y1) continue;
    let inside = false;
    for (let a = 0, b = line.length - 1; a < line.length; b = a++) {
      if (ys[a] > y !== ys[b] > y && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) inside = !inside;
    }
    if (inside) found.push(i);
  }
  return found;
}
