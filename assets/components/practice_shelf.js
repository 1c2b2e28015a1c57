// What a person did in exercises, {id: {tries, right, first}}: how many checks, how many of them right, and whether the
// very first was. It stands in this browser's localStorage and goes nowhere else but into a file that the person asks for.

import { openStore } from "./store.js";

const PLACE = "embviz.practice";
const MADE_BY = "embviz practice";
const ID = /^[a-z0-9_]{1,40}\.[a-z0-9_]{1,40}$/;
export const MOST_BYTES = 100_000;
const MOST_IDS = 500;
const MOST_CHECKS = 1_000_000;

const shelf = () => openStore("embviz.practice"); // tells every part of the page of a change

export function progress() {
  try {
    const { found } = read(localStorage.getItem(PLACE) ?? "");
    return found ?? {};
  } catch {
    return shelf().state.unkept ?? {}; // a browser that keeps nothing: until the page is closed
  }
}

export function keep(found) {
  let kept = true;
  try {
    if (Object.keys(found).length) localStorage.setItem(PLACE, write(found));
    else localStorage.removeItem(PLACE);
  } catch {
    kept = false;
  }
  shelf().set({ kept, unkept: kept ? null : found });
}

export const isKept = () => shelf().state.kept !== false;

// Count a check once: Python may tell of the same one again, which has the same token.
export function record({ id, right, token }) {
  const counted = (shelf().state.counted ??= new Set());
  if (counted.has(token)) return;
  counted.add(token);
  const all = progress();
  const before = all[id] ?? { tries: 0, right: 0, first: right };
  keep({ ...all, [id]: { tries: before.tries + 1, right: before.right + (right ? 1 : 0), first: before.first } });
}

export const standing = (entry) => (!entry ? "new" : !entry.right ? "tried" : entry.first ? "first" : "done");

// Call `hear` when anything changed, here or in another window; returns how to stop.
export function onProgress(hear) {
  const stop = shelf().listen(hear);
  const elsewhere = (event) => (event.key === PLACE || event.key === null) && hear();
  addEventListener("storage", elsewhere);
  return () => {
    stop();
    removeEventListener("storage", elsewhere);
  };
}

export const write = (found) => JSON.stringify({ made_by: MADE_BY, version: 1, progress: found }, null, 1);

// What such a text holds: `found`, or `why` not: "large", "json", "shape".
export function read(text) {
  if (text.length > MOST_BYTES) return { why: "large" };
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    return { why: "json" };
  }
  const found = given?.progress;
  if (given?.made_by !== MADE_BY || given.version !== 1 || !isPlain(found)) return { why: "shape" };
  const entries = Object.entries(found);
  if (entries.length > MOST_IDS || !entries.every(([id, entry]) => ID.test(id) && isEntry(entry))) return { why: "shape" };
  return { found: Object.fromEntries(entries.map(([id, { tries, right, first }]) => [id, { tries, right, first }])) };
}

const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isInteger(value) && value >= 0 && value <= MOST_CHECKS;

function isEntry(entry) {
  return isPlain(entry) && isCount(entry.tries) && isCount(entry.right) && typeof entry.first === "boolean"
    && entry.tries > 0 && entry.right <= entry.tries && (entry.right > 0 || !entry.first);
}
