// Arrows from an origin: the query solid with a full head, the key dashed with an open one, the wedge between them.
// Angles are counter-clockwise from the right. A vector is {x, y}; a plane {x, y, r, unit} has its middle at (x, y) and
// `unit` pixels to 1.

import { write } from "./surface.js";

export const ROLE_OF = { q: "query", k: "key" };
const DASHED = [11, 6];

export const angleOf = ({ x, y }) => Math.atan2(y, x);
export const lengthOf = ({ x, y }) => Math.hypot(x, y);
export const dotOf = (a, b) => a.x * b.x + a.y * b.y;
export const sumOf = (a, b) => ({ x: a.x + b.x, y: a.y + b.y });

// The vector turned by the angle whose cosine and sine `by` holds.
export const turnedBy = (v, by) => ({ x: v.x * by.x - v.y * by.y, y: v.x * by.y + v.y * by.x });

// An angle as the same one from -π to π.
export const wrapped = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

// How far to turn from b to a.
export const between = (a, b) => wrapped(angleOf(a) - angleOf(b));
export const degrees = (angle) => (angle * 180) / Math.PI;

// The pair of two numbers that stand side by side at `at`.
export const pairAt = (numbers, at) => ({ x: numbers[at], y: numbers[at + 1] });

export const tipOf = (plane, v) => ({ x: plane.x + v.x * plane.unit, y: plane.y - v.y * plane.unit });

// A round length that is longer than `most` by a little.
export function roomFor(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-6)));
  return [1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12.5].map((step) => step * power).find((length) => length >= 1.08 * most);
}

// Two axes and rings, the outermost of radius `plane.r`; the number of the middle ring stands on it.
export function drawPlane(g, theme, plane, { rings = 3 } = {}) {
  const { x, y, r } = plane;
  g.strokeStyle = theme.word.muted;
  g.lineWidth = 1;
  g.globalAlpha = 0.5;
  for (let k = 1; k <= rings; k++) {
    g.beginPath();
    g.arc(x, y, (r * k) / rings, 0, 2 * Math.PI);
    g.stroke();
  }
  g.globalAlpha = 1;
  g.strokeStyle = theme.line;
  g.lineWidth = 1.5;
  g.beginPath();
  g.moveTo(x - r - 8, y);
  g.lineTo(x + r + 8, y);
  g.moveTo(x, y - r - 8);
  g.lineTo(x, y + r + 8);
  g.stroke();
}

// An arrow from `from` to `to`, in pixels. `open`: dashed with an open head, the key's shape.
export function drawArrow(g, theme, from, to, { colour, open = false, width = 5, head = 15 } = {}) {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const long = Math.hypot(dx, dy);
  if (long < 1) return;
  const [ux, uy] = [dx / long, dy / long];
  const size = Math.min(head, long);
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = width;
  g.setLineDash(open ? DASHED.map((part) => (part * width) / 5) : []);
  g.beginPath();
  g.moveTo(from.x, from.y);
  g.lineTo(to.x - ux * size * 0.87, to.y - uy * size * 0.87);
  g.stroke();
  g.setLineDash([]);
  g.lineJoin = "round";
  g.lineWidth = open ? width * 0.65 : 2;
  const wing = (side) => [to.x - ux * size * 0.91 - side * uy * size * 0.41, to.y - uy * size * 0.91 + side * ux * size * 0.41];
  g.beginPath();
  g.moveTo(to.x, to.y);
  g.lineTo(...wing(1));
  g.lineTo(...wing(-1));
  g.closePath();
  if (open) g.fillStyle = theme.page;
  g.fill();
  g.stroke();
}

// Where an arrow would be without its turn: a dotted line to a small ring.
export function drawGhost(g, theme, from, to, colour) {
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.globalAlpha = 0.8;
  g.setLineDash([2, 5]);
  g.lineCap = "round";
  g.beginPath();
  g.moveTo(from.x, from.y);
  g.lineTo(to.x, to.y);
  g.stroke();
  g.setLineDash([]);
  g.lineCap = "butt";
  g.globalAlpha = 1;
  g.fillStyle = theme.page;
  g.beginPath();
  g.arc(to.x, to.y, 4, 0, 2 * Math.PI);
  g.fill();
  g.stroke();
}

// The wedge from angle `start` on by `turn`, in the colour of the score.
export function drawWedge(g, theme, { x, y }, radius, start, turn, line = 3.5) {
  g.beginPath();
  g.arc(x, y, radius, -start, -start - turn, turn > 0);
  g.strokeStyle = g.fillStyle = theme.mark.value;
  g.lineWidth = line;
  g.stroke();
  g.lineTo(x, y);
  g.closePath();
  g.globalAlpha = 0.28;
  g.fill();
  g.globalAlpha = 1;
}

// A name with a number below its line, such as q with 23, centred on a point.
export function writeName(g, theme, name, below, { x, y }, colour, size = 23) {
  const small = Math.max(14, Math.round(size * 0.65));
  g.font = `italic 600 ${size}px ${theme.serif}`;
  const wide = g.measureText(name).width;
  g.font = `650 ${small}px ${theme.sans}`;
  const left = x - (wide + g.measureText(below).width) / 2;
  write(g, theme, name, left, y, { size, weight: 600, colour, serif: true, halo: true });
  write(g, theme, below, left + wide, y + size * 0.26, { size: small, weight: 650, colour, halo: true });
}

// Whether a name centred there is whole; the plane stands in the middle of its canvas.
const inside = (plane, { x, y }) => Math.abs(x - plane.x) < plane.x - 24 && Math.abs(y - plane.y) < plane.y - 15;

// Where the names of arrows with these tips stand: beyond each tip, or beside it where something else is in the way.
// `others` are points to stay clear of.
export function placesOfNames(plane, tips, others = [], away = 25) {
  const shafts = tips.flatMap((tip) => [0.3, 0.6, 0.85, 1].map((share) => ({ x: plane.x + (tip.x - plane.x) * share, y: plane.y + (tip.y - plane.y) * share })));
  const taken = [...shafts, ...others];
  return tips.map((tip) => {
    const outward = Math.atan2(tip.y - plane.y, tip.x - plane.x);
    let best = null;
    for (const turn of [0, 0.6, -0.6, 1.2, -1.2, 1.8, -1.8]) {
      const place = { x: tip.x + away * Math.cos(outward + turn), y: tip.y + away * Math.sin(outward + turn) };
      const free = Math.min(30, ...taken.map(({ x, y }) => Math.hypot((x - place.x) * 0.8, y - place.y))) - 4 * Math.abs(turn) - (inside(plane, place) ? 0 : 60);
      if (!best || free > best.free) best = { ...place, free };
    }
    taken.push(best);
    return best;
  });
}

// Two arrows, the wedge between them and their names. `names` are the numbers below q and k.
export function drawPair(g, theme, plane, { q, k, names, wedge = 46, size = 23, ghosts = null, others = [] }) {
  const middle = { x: plane.x, y: plane.y };
  const tips = { q: tipOf(plane, q), k: tipOf(plane, k) };
  if (ghosts) for (const name of ["k", "q"]) drawGhost(g, theme, middle, tipOf(plane, ghosts[name]), theme.mark[ROLE_OF[name]]);
  const turn = between(q, k);
  drawWedge(g, theme, plane, wedge, angleOf(k), turn);
  drawArrow(g, theme, middle, tips.k, { colour: theme.mark.key, open: true });
  drawArrow(g, theme, middle, tips.q, { colour: theme.mark.query });
  // the angle stands in a wide wedge, beside a narrow one
  const wide = Math.abs(turn) > 0.75;
  const at = wide ? angleOf(k) + turn / 2 : angleOf(k) - Math.sign(turn || 1) * 0.42;
  const rings = ghosts ? [tipOf(plane, ghosts.q), tipOf(plane, ghosts.k)] : [];
  const clear = ({ x, y }) => Math.min(26, ...[...rings, ...Object.values(tips)].map((point) => Math.hypot(point.x - x, point.y - y)));
  const labels = [24, 40, wide ? -18 : 56].map((more) => ({ x: plane.x + (wedge + more) * Math.cos(at), y: plane.y - (wedge + more) * Math.sin(at) }));
  const label = labels.reduce((best, each) => (clear(each) > clear(best) ? each : best));
  write(g, theme, `${degrees(Math.abs(turn)).toFixed(0)}°`, label.x, label.y, { size: 19, weight: 650, colour: theme.word.value, align: "center", halo: true });
  const [atQ, atK] = placesOfNames(plane, [tips.q, tips.k], [label, ...rings, ...others]);
  writeName(g, theme, "k", names.k, atK, theme.word.key, size);
  writeName(g, theme, "q", names.q, atQ, theme.word.query, size);
  return tips;
}
