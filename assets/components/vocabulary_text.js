// A text in vocabularies of one kind, row under row, the smallest first: the same text in fewer and longer pieces.
// Tensors: counts (8). Facts: rows [{size, tokens [{id, text, start, end, bytes}]}], text, kind, say. State: at.

import { element, filled } from "./dom.js";
import { amount } from "./numbers.js";
import { picture } from "./picture.js";
import { nodesOf, plainOf, seen } from "./tokenizers_pieces.js";

export default picture(buildText);

function buildText(scene) {
  const list = element("div", { class: "sizes" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  scene.root.classList.add("through");
  scene.root.append(list, reading);
  let chips = []; // each: its node, token and row
  let madeOf = null;
  let hover = null;

  const covers = (token, start, end) => token.start < end && token.end > start;

  function make() {
    const { rows, say } = scene.facts;
    chips = [];
    list.replaceChildren(...rows.map((row, i) => {
      const pieces = row.tokens.map((token, j) => {
        const node = element("button", {
          type: "button",
          class: `bit ${j % 2 ? "odd" : "even"} ${token.bytes ? "raw" : ""}`,
          "aria-label": plainOf(token),
          tabindex: "-1",
          onclick: () => scene.move({ at: token.start }),
          onpointerenter: (event) => event.pointerType !== "touch" && look({ token, row }),
          onpointerleave: () => look(null),
        }, ...nodesOf(token));
        chips.push({ node, token, row });
        return node;
      });
      const count = scene.arrays.counts.numbers[i];
      return element("section", { class: "size" },
        element("div", { class: "whose" }, element("b", {}, filled(say.entries, { size: amount(row.size) })), element("span", {}, String(count))),
        element("div", { class: "bits" }, ...pieces));
    }));
  }

  function look(next) {
    hover = next;
    mark();
  }

  function mark() {
    const { say, text, rows } = scene.facts;
    const at = scene.state.at;
    const characters = [...text];
    const span = hover ? [hover.token.start, hover.token.end] : [at, at + 1];
    for (const { node, token } of chips) node.classList.toggle("here", covers(token, ...span));
    if (!characters.length) return reading.replaceChildren(element("span", { class: "muted" }, say.empty));
    if (hover) {
      const { token, row } = hover;
      const part = seen(characters.slice(token.start, token.end).join(""));
      const words = { size: amount(row.size), id: token.id, piece: plainOf(token), part };
      return reading.replaceChildren(element("span", { class: "equation" }, filled(token.bytes ? say.raw : say.token, words)));
    }
    const first = rows.findIndex((row) => row.tokens.some((token) => !token.bytes && covers(token, at, at + 1)));
    const longest = rows.at(-1).tokens.find((token) => covers(token, at, at + 1));
    const whole = rows.find((row) => row.tokens.some((token) => longest && token.text === longest.text && token.start === longest.start));
    reading.replaceChildren(
      element("span", { class: "equation" }, filled(say.at, { at, part: seen(characters[at] ?? "") })),
      element("small", {}, first < 0 || !longest ? "" : filled(say.here, { piece: plainOf(longest), size: amount(whole.size) })),
    );
  }

  return {
    draw() {
      const { facts } = scene;
      if (!facts.rows) return;
      if (madeOf !== facts.rows) {
        madeOf = facts.rows;
        hover = null;
        make();
      }
      list.setAttribute("role", "img");
      list.setAttribute("aria-label", facts.alt);
      mark();
    },
  };
}
