// A text in every tokenizer, row under row: pieces over their ids. Or, with `middle`, the ids around one.
// Facts: text, rows [{name, size, tokens [{id, text, start, end, bytes, unknown, special}], back, exact, middle}], say.
// Tensors: counts, per_token. State: at (a character of the text), or id.

import { element, filled, visible } from "./dom.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { kindOf, nodesOf, plainOf, seen } from "./tokenizers_pieces.js";

export default picture(build);

function build(scene) {
  const rows = element("div", { class: "rows" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  scene.root.classList.add("tokenizers");
  scene.root.append(rows, reading);
  let made = []; // of every chip: its node, token and row
  let madeOf = null;
  let hover = null;
  let characters = [];

  const byId = () => scene.facts.rows[0].middle !== undefined;
  const covers = (token, start, end) => token.start < end && token.end > start;

  function begins(row, token, i) {
    return i === 0 || /^[ ▁\n]/.test(token.text) || (row.name === "minilm" && !token.text.startsWith("##"));
  }

  function makeRows() {
    const { facts } = scene;
    const { say } = facts;
    made = [];
    characters = [...(facts.text ?? "")];
    rows.replaceChildren(...facts.rows.map((row, at) => {
      const often = new Map();
      for (const { id } of row.tokens) often.set(id, (often.get(id) ?? 0) + 1);
      let tone = 1;
      const chips = row.tokens.map((token, i) => {
        tone = 1 - tone;
        const node = element("button", {
          type: "button",
          class: `piece ${begins(row, token, i) && !byId() ? "begins" : ""} ${kindOf(token)} ${tone ? "odd" : "even"} ${often.get(token.id) > 1 ? "again" : ""}`,
          onclick: () => choose(token),
          onpointerenter: (event) => event.pointerType !== "touch" && look({ token, row }),
          onpointerleave: () => look(null),
          onfocus: () => look({ token, row }),
          onblur: () => look(null),
        }, element("span", {}, ...nodesOf(token)), " ", element("small", {}, String(token.id)));
        made.push({ node, token, row, at, middle: i === row.middle });
        return node;
      });
      const count = byId() ? null : scene.arrays.counts.numbers[at];
      const stats = byId() ? "" : filled(say.stats, { count, per: number(scene.arrays.per_token.numbers[at], 2) });
      const back = byId() || !row.tokens.length || row.exact ? "" : filled(say.back, { back: visible(row.back) });
      const missing = byId() && row.middle === null ? element("span", { class: "muted" }, filled(say.no_id, { id: facts.id, last: row.size - 1 })) : "";
      return element("section", { class: "row" },
        element("div", { class: "who" }, element("b", {}, row.name), element("small", {}, filled(say.entries, { size: amount(row.size) })), element("span", { class: "stats" }, stats)),
        element("div", { class: "what" }, element("div", { class: "line" }, ...(missing ? [missing] : chips)), back ? element("p", { class: "muted" }, back) : ""));
    }));
  }

  function choose(token) {
    if (byId()) scene.move({ id: String(token.id) });
    else if (token.end > token.start) scene.move({ at: token.start });
  }

  function look(next) {
    hover = next;
    mark();
  }

  function mark() {
    const { facts, state } = scene;
    const span = hover && !byId() ? [hover.token.start, hover.token.end] : [state.at, state.at + 1];
    for (const { node, token, middle } of made) {
      node.classList.toggle("here", byId() ? middle : covers(token, ...span));
      node.classList.toggle("under", hover?.token === token);
    }
    if (hover) reading.replaceChildren(...tellToken(hover));
    else reading.replaceChildren(...(byId() ? tellMiddle() : tellCharacter(state.at)));
  }

  const part = (token) => characters.slice(token.start, token.end).join("");
  const hex = (text) => [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

  function tellToken({ token, row }) {
    const { say } = scene.facts;
    const more = [];
    if (token.bytes) more.push(filled(say.bytes, { bytes: token.bytes }));
    if (token.special) more.push(say.special);
    if (!byId()) {
      if (token.unknown) more.push(filled(say.unknown, { part: seen(part(token)) }));
      else if (token.start === token.end) more.push(say.nothing);
      else more.push(filled(say.chars, { part: seen(part(token)), start: token.start, end: token.end - 1, bytes: token.bytes ? ` (${hex(part(token))})` : "" }));
    }
    return [
      element("span", { class: "equation" }, filled(say.token, { name: row.name, id: token.id, piece: plainOf(token) })),
      element("small", {}, more.join("; ")),
    ];
  }

  function tellCharacter(at) {
    const { say } = scene.facts;
    if (!characters.length) return [element("span", { class: "muted" }, say.empty)];
    const ids = scene.facts.rows.map((row) => [row.name, row.tokens.filter((token) => covers(token, at, at + 1)).map((token) => token.id)]);
    return [
      element("span", { class: "equation" }, filled(say.at, { at, part: seen(characters[at] ?? "") })),
      element("small", {}, ids.filter(([, found]) => found.length).map(([name, found]) => `${name} ${found.join(" ")}`).join(" · ")),
    ];
  }

  function tellMiddle() {
    const chosen = made.find((each) => each.middle);
    return chosen ? tellToken(chosen) : [];
  }

  return {
    draw() {
      const { facts } = scene;
      if (!facts.rows) return;
      if (madeOf !== facts.rows) {
        madeOf = facts.rows;
        hover = null;
        makeRows();
      }
      rows.setAttribute("aria-label", facts.alt);
      mark();
    },
  };
}
