// Signed values: blue below zero, orange above, strength is opacity, zero is the page itself.

const NEGATIVE = "58,102,224";
const POSITIVE = "217,97,26";
const LEVELS = 255;

const opacity = (share) => Math.min(1, share) ** 0.7;
const fills = [NEGATIVE, POSITIVE].map((hue) =>
  Array.from({ length: LEVELS + 1 }, (_, level) => `rgba(${hue},${opacity(level / LEVELS).toFixed(3)})`));

export const TRACK = "rgba(128,134,146,.13)";

export function signedFill(value, limit) {
  const level = Math.min(LEVELS, Math.round((Math.abs(value) / limit) * LEVELS));
  return fills[value < 0 ? 0 : 1][level];
}

// The same scale as a CSS gradient, for the key.
export function signedGradient() {
  const stops = [1, 0.75, 0.5, 0.25, 0.1, 0];
  const side = (hue, sign) => stops.map((s) => [50 + sign * 50 * s, `rgba(${hue},${opacity(s).toFixed(2)})`]);
  const all = [...side(NEGATIVE, -1), ...side(POSITIVE, 1).reverse()];
  return `linear-gradient(to right, ${all.map(([at, colour]) => `${colour} ${at}%`).join(", ")})`;
}

// Similarities from -1 to 1, and shares from 0 to `limit`: slate, strength is opacity.
const SLATE = "86,105,156";
export const similarityFill = (value) => `rgba(${SLATE},${(0.04 + 0.96 * ((Math.min(1, Math.max(-1, value)) + 1) / 2) ** 1.8).toFixed(3)})`;
export const shareFill = (value, limit) => `rgba(${SLATE},${opacity(Math.max(0, value) / limit).toFixed(3)})`;

// Such a scale from `low` to `high` as a CSS gradient, for the key.
export function slateGradient(fill, low, high) {
  const stops = Array.from({ length: 11 }, (_, k) => fill(low + ((high - low) * k) / 10, high));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
