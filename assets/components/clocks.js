// A clock for each frequency: the hand points to (cos, sin) of its angle, counter-clockwise from the right.

// Which of `count` pairs get a clock where there is room for `most`: all, or evenly chosen with both ends and `mine`.
export function chosenPairs(count, most, mine = 0) {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const pairs = Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
  const nearest = pairs.reduce((best, pair, k) => (Math.abs(pair - mine) < Math.abs(pairs[best] - mine) ? k : best), 0);
  return pairs.with(nearest, mine);
}

export function drawClock(g, theme, { x, y, r }, hands, { chosen = false, face = true } = {}) {
  if (face) {
    g.strokeStyle = chosen ? theme.word.highlight : theme.word.muted;
    g.lineWidth = chosen ? 2.5 : 1;
    g.globalAlpha = chosen ? 1 : 0.7;
    g.beginPath();
    g.arc(x, y, r, 0, 2 * Math.PI);
    g.stroke();
    g.globalAlpha = 1;
  }
  for (const { cos, sin, colour = theme.ink, width = 2.5, dash = [], length = 0.86 } of hands) {
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.setLineDash(dash);
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x + r * length * cos, y - r * length * sin);
    g.stroke();
    g.setLineDash([]);
  }
  g.fillStyle = theme.ink;
  g.beginPath();
  g.arc(x, y, Math.min(2.5, r / 5), 0, 2 * Math.PI);
  g.fill();
}
