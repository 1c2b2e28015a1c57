// Words and tokenizers as a matrix: how many pieces each word is, and which. One piece is a filled cell.
// Tensors: counts (words × tokenizers). Facts: words, pieces, unknown, names, sizes, one (how many words are one piece).

import { element, filled } from "./dom.js";
import { amount } from "./numbers.js";
import { picture } from "./picture.js";
import { nodesOf, plainOf } from "./tokenizers_pieces.js";

export default picture(build);

const BYTES = /^<((?:0x[0-9A-F]{2} ?)+)>$/;
const tokenOf = (text) => ({ text, bytes: BYTES.exec(text)?.[1].replaceAll("0x", "") ?? null });

function build(scene) {
  const table = element("table", {});
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  scene.root.classList.add("matrix");
  scene.root.append(table, reading);
  let madeOf = null;

  function tell(row, column) {
    const { words, pieces, unknown, names, say } = scene.facts;
    const found = pieces[row][column].map(tokenOf);
    const sentence = unknown[row][column] ? say.cell_unknown : found.length === 1 ? say.cell_one : say.cell;
    const values = { word: plainOf({ text: words[row] }), name: names[column], count: found.length, pieces: found.map(plainOf).join(" + ") };
    reading.replaceChildren(element("span", {}, filled(sentence, values)));
  }

  function cell(row, column) {
    const { pieces, unknown } = scene.facts;
    const count = scene.arrays.counts.numbers[row * scene.facts.names.length + column];
    const kind = unknown[row][column] ? "unknown" : count === 1 ? "one" : "";
    const parts = pieces[row][column].map(tokenOf).flatMap((token, i) => [
      ...(i ? [element("span", { class: "dot" }, "·")] : []),
      element("span", { class: token.bytes ? "raw" : "" }, ...nodesOf(token)),
    ]);
    return element("td", {
      class: kind, tabindex: "0",
      onpointerenter: () => tell(row, column), onfocus: () => tell(row, column),
    }, element("b", {}, String(count)), element("small", {}, ...parts));
  }

  return {
    draw() {
      const { facts } = scene;
      if (!facts.words || madeOf === facts.words) return;
      madeOf = facts.words;
      const { words, names, sizes, one, say } = facts;
      table.setAttribute("aria-label", facts.alt);
      table.replaceChildren(
        element("thead", {}, element("tr", {}, element("td", {}), ...names.map((name, i) => element("th", { scope: "col", "aria-label": name }, name.replace("llama", "\u00adllama"), element("small", {}, amount(sizes[i])))))),
        element("tbody", {},
          ...words.map((word, row) => element("tr", {}, element("th", { scope: "row" }, ...nodesOf({ text: word })), ...names.map((_, column) => cell(row, column)))),
          element("tr", { class: "total" }, element("th", { scope: "row" }, say.total), ...one.map((count) => element("td", {}, element("b", {}, `${count} / ${words.length}`))))),
      );
      tell(0, names.length - 1);
    },
  };
}
