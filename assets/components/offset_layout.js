// Where the parts of one token at two places stand.

import { visible } from "./dom.js";
import { isPhone } from "./surface.js";

const CHIP = 17; // text size

// The tokens as chips, in as many lines as they need; on a phone a chip is as high as a thumb is wide.
export function layoutChips(ruler, tokens, width, sans) {
  const phone = isPhone(width);
  const left = phone ? 0 : 84;
  const [h, pitch] = phone ? [34, 40] : [25, 48];
  ruler.font = `650 ${CHIP}px ${sans}`;
  let [x, y] = [left, 3];
  const chips = tokens.map((token) => {
    const text = visible(token);
    const w = Math.min(width - left, Math.max(phone ? 36 : 26, ruler.measureText(text).width + 14));
    if (x + w > width) [x, y] = [left, y + pitch];
    const chip = { x, y, w, h, text };
    x += w + 4;
    return chip;
  });
  return { chips, lines: 1 + (y - 3) / pitch, bottom: y + pitch - (phone ? 6 : 0) };
}

// The three panels of two rows each, `count` dimensions wide, and the chart below them.
export function layoutOffset(width, d, { chips, lines, bottom }) {
  const phone = isPhone(width);
  const left = phone ? 0 : 84;
  const gap = phone ? 12 : 36;
  const w = (width - left - 2 * gap) / 3;
  const panels = [0, 1, 2].map((k) => ({ x: left + k * (w + gap), w }));
  const head = bottom + 30;
  const h = phone ? 26 : 36;
  const rows = phone ? [head + 29, head + 29 + h + 27] : [head + 9, head + 9 + h + 8];
  const count = Math.min(d, phone ? 8 : 48);
  const top = rows[1] + h + (phone ? 56 : 62);
  const chart = phone ? { x: 30, y: top, w: width - 42, h: 70 } : { x: left, y: top, w: width - left - 76, h: Math.max(76, 124 - 48 * (lines - 1)) };
  return { phone, chips, lines, panels, gap, head, rows, h, count, chart, height: chart.y + chart.h + 28 };
}
