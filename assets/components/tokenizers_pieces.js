// How a piece of a vocabulary is written: spaces and breaks seen, marks muted, bytes as hexadecimal.

import { element, visible } from "./dom.js";

export const seen = (text) => visible(text.replaceAll("\n", "↵").replaceAll("\t", "→")).replace(/[ ▁\u00a0]/g, "␣");

// A token as plain words, for a sentence or a reader of the screen.
export const plainOf = (token) => (token.bytes ? token.bytes : `“${seen(token.text)}”`);

export const kindOf = (token) => (token.unknown ? "unknown" : token.bytes ? "raw" : token.special ? "special" : "");

// A token as nodes: the marks of a word's beginning or continuation are muted.
export function nodesOf(token) {
  if (token.bytes) return [token.bytes];
  const [, mark, rest] = /^(##(?=.)|[ ▁]+)?([^]*)$/.exec(token.text);
  return mark ? [element("i", { class: "mark" }, seen(mark)), seen(rest)] : [seen(rest)];
}
