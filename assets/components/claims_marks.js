// What the list of claims and the open claim share: the mark of a verdict, told by its shape, which claims a filter leaves,
// and where a number stands on the axis of its cases.
// A claim is {id, statement, taught, topic, verdict}; verdict is null while its check runs.

import { element } from "./dom.js";

const SHAPES = { holds: "yes", "holds with a condition": "half", "does not hold": "no" };

export function verdictMark(verdict, word = "") {
  const kind = verdict === null ? "wait" : (SHAPES[verdict] ?? "failed");
  return element("span", { class: `mark ${kind}`, role: "img", "aria-label": word || verdict || "" });
}

const plainly = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");

export function matching(claims, { verdict, topic, search }) {
  const words = plainly(search).split(" ").filter(Boolean);
  const asked = search.trim() !== "";
  return claims.filter((claim) => {
    const text = plainly(`${claim.statement} ${claim.taught} ${claim.topic} ${claim.id}`);
    const found = words.length ? words.every((word) => text.includes(word)) : !asked;
    return (verdict === "all" || claim.verdict === verdict) && (topic === "all" || claim.topic === topic) && found;
  });
}

// The claim so many places on in what the filter leaves; from a claim that it hides, the first or the last of them.
export function stepped(claims, state, by) {
  const left = matching(claims, state);
  const at = left.findIndex((claim) => claim.id === state.open);
  if (!left.length) return state.open;
  if (at < 0) return left.at(by > 0 ? 0 : -1).id;
  return left[(at + by + left.length) % left.length].id;
}

// Where on the axis a value stands, from 0 to 1.
export function axis(values, limit, scale) {
  const known = limit === null ? values : [...values, limit];
  if (scale === "log") {
    const positive = known.filter((v) => v > 0);
    const floor = Math.log10(Math.min(...positive)) - (positive.length < known.length ? 1 : 0);
    const top = Math.log10(Math.max(...positive));
    const span = top > floor ? top - floor : 1;
    return (v) => 0.04 + (0.92 * ((v > 0 ? Math.log10(v) : floor) - floor)) / span;
  }
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (low > 0 && low < 0.6 * high) low = 0;
  const span = high > low ? high - low : 1;
  return (v) => 0.04 + (0.92 * (v - low)) / span;
}
