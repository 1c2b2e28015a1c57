// Byte pair encoding, merge after merge: the pairs by count, the words as they stand, the vocabulary, the text's length.
// Tensors: tokens, vocabulary (m + 1). Facts: base, merges, alphabet, alphabet_size, steps, words, different, complete,
// typed (states of the typed word), say (sentences with {places}). State: n, the merges made.

import { element, filled, visible } from "./dom.js";
import { amount } from "./numbers.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";

export default picture(build);

const BYTES = /^<((?:0x[0-9A-F]{2} ?)+)>$/;
// The state of a word at step n: states are [from which step, …], the first from 0.
function stateAt(states, n) {
  let found = states[0];
  for (const state of states) if (state[0] <= n) found = state;
  return found;
}

function build(scene) {
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const pairs = element("ol", { class: "pairs" });
  const words = element("div", { class: "words", tabindex: "0", role: "group" });
  const vocabulary = element("div", { class: "vocabulary", tabindex: "0", role: "group" });
  const curve = element("div", { class: "curve" });
  const typed = element("div", { class: "typed", "aria-live": "polite" });
  const heads = [0, 1, 2].map(() => element("h3", {}, ""));
  scene.root.classList.add("bpe");
  scene.root.append(
    sentence,
    element("div", { class: "columns" },
      element("section", { class: "by-count" }, heads[0], pairs),
      element("section", { class: "rewritten" }, heads[1], words),
      element("section", { class: "known" }, heads[2], vocabulary, curve)),
    typed,
  );

  // --- chips
  const naked = (token) => {
    const bytes = scene.facts.base === "bytes" && BYTES.exec(token);
    return bytes ? bytes[1].replaceAll("0x", "") : visible(token);
  };
  const chip = (token, more = "") => {
    const bytes = scene.facts.base === "bytes" && BYTES.test(token);
    return element("span", { class: `chip ${bytes ? "raw" : ""} ${more}` }, naked(token));
  };
  const pairOf = ([first, second]) => `${naked(first)} + ${naked(second)}`;

  // The chips of one word; `marks` are the places where the next merge begins, `fresh` the token that the last one made.
  function chips(tokens, { marks = [], fresh = null, strange = [] } = {}) {
    const nodes = [];
    for (let i = 0; i < tokens.length; i += 1) {
      const tone = (at) => (at % 2 ? "odd" : "even");
      const kind = (at) => `${tone(at)} ${tokens[at] === fresh ? "fresh" : ""} ${strange[at] ? "strange" : ""}`;
      if (marks.includes(i) && i + 1 < tokens.length) {
        nodes.push(element("span", { class: "join" }, chip(tokens[i], kind(i)), chip(tokens[i + 1], kind(i + 1))));
        i += 1;
      } else nodes.push(chip(tokens[i], kind(i)));
    }
    return nodes;
  }

  // --- the parts
  function sayStep(n) {
    const { steps, merges, words: all, complete, say } = scene.facts;
    if (!all.length) return say.empty;
    if (n === merges.length) return filled(complete ? say.done : say.limit, { n });
    const { ranked, tied, tie } = steps[n];
    const values = { n: n + 1, pair: pairOf(ranked[0]), count: amount(ranked[0][2]) };
    if (!tie) return filled(ranked[0][2] === 1 ? say.once : say.next, values);
    const rivals = tied === 2 ? filled(say.rival, { rival: pairOf(ranked[1]) }) : filled(say.rivals, { more: tied - 1 });
    const why = tie.words
      ? filled(say[`tie_${tie.by}`], { word: tie.words[0] })
      : filled(say[`tie_${tie.by}`], { token: naked(tie.tokens[0]), other: naked(tie.tokens[1]), id: tie.ids[0], other_id: tie.ids[1] });
    return `${filled(say.tie, { ...values, rivals })} ${why}`;
  }

  function drawPairs(n) {
    const { steps, say } = scene.facts;
    const step = steps[n] ?? { ranked: [], pairs: 0, tied: 0 };
    const most = steps[0]?.ranked[0]?.[2] ?? 1;
    heads[0].replaceChildren(say.pairs, element("small", {}, step.pairs > step.ranked.length ? filled(say.of, { shown: step.ranked.length, all: amount(step.pairs) }) : amount(step.pairs)));
    pairs.replaceChildren(...step.ranked.map(([first, second, count], at) => element("li", { class: `${at ? "" : "wins"} ${step.tied > 1 && at < step.tied ? "tied" : ""}` },
      element("span", { class: "join" }, chip(first, "even"), chip(second, "odd")),
      element("span", { class: "rail", "aria-hidden": "true" }, element("b", { style: `width:${((100 * count) / most).toFixed(1)}%` })),
      element("span", { class: "count" }, amount(count)),
      element("small", {}, at ? (step.tied > 1 && at < step.tied ? say.tied : "") : say.wins))));
  }

  let rows = []; // one a word: its node and the state that it shows
  let rowsOf = null;
  function drawWords(n) {
    const { words: all, merges, different, say } = scene.facts;
    if (rowsOf !== all) {
      rowsOf = all;
      rows = all.map(({ word, count }) => {
        const tokens = element("span", { class: "tokens" });
        return { tokens, shown: "", node: element("div", { class: "word", "aria-label": word }, element("span", { class: "times" }, `${amount(count)} ×`), tokens) };
      });
      words.replaceChildren(...rows.map((row) => row.node));
      words.classList.toggle("few", all.length <= 8);
      heads[1].replaceChildren(say.words, element("small", {}, all.length < different ? filled(say.frequent, { shown: all.length, all: amount(different) }) : amount(different)));
    }
    const fresh = n ? merges[n - 1].token : null;
    all.forEach(({ states }, i) => {
      const state = stateAt(states, n);
      const shown = `${n === state[0]} ${state[0]} ${n && fresh}`;
      if (rows[i].shown === shown) return;
      rows[i].shown = shown;
      const left = state[3] ? [element("span", { class: "muted" }, `… ${filled(say.more, { more: amount(state[3]) })}`)] : [];
      rows[i].tokens.replaceChildren(...chips(state[1], { marks: state[2], fresh }), ...left);
    });
  }

  let entries = [];
  let entriesOf = null;
  function drawVocabulary(n) {
    const { alphabet, alphabet_size: first, merges, base, say } = scene.facts;
    const size = scene.arrays.vocabulary.numbers[n];
    if (entriesOf !== merges) {
      entriesOf = merges;
      const listed = base === "bytes" ? [element("span", { class: "muted" }, filled(say.bytes, { all: first }))] : alphabet.map((token) => chip(token, "base"));
      if (base !== "bytes" && first > alphabet.length) listed.push(element("span", { class: "muted" }, filled(say.more, { more: first - alphabet.length })));
      entries = merges.map(({ token }) => chip(token, "odd"));
      vocabulary.replaceChildren(...listed, element("span", { class: "break" }), ...entries);
    }
    entries.forEach((node, i) => {
      node.hidden = i >= n;
      node.classList.toggle("newest", i === n - 1);
    });
    heads[2].replaceChildren(say.vocabulary, element("small", {}, filled(say.size, { first: amount(first), merged: amount(size - first), all: amount(size) })));
  }

  function scrollVocabulary(n) { // last, since it asks for the layout
    if (n) {
      vocabulary.scrollTop = Math.max(0, entries[n - 1].offsetTop - vocabulary.clientHeight + 40);
      vocabulary.scrollLeft = Math.max(0, entries[n - 1].offsetLeft - vocabulary.clientWidth / 2);
    }
  }

  const drawn = surface(curve, {
    height: () => 104,
    paint(g, width, height) {
      const { arrays, theme, state: { n }, facts: { say } } = scene;
      if (!arrays.tokens) return;
      const { numbers } = arrays.tokens;
      const last = numbers.length - 1;
      const box = { x: 6, y: 38, w: width - 12, h: height - 46 };
      const x = (k) => box.x + (last ? (k / last) * box.w : 0);
      const y = (value) => box.y + box.h - (value / Math.max(1, numbers[0])) * box.h;
      g.strokeStyle = theme.word.muted;
      g.globalAlpha = 0.5;
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(box.x, y(0));
      g.lineTo(box.x + box.w, y(0));
      g.stroke();
      g.globalAlpha = 1;
      g.strokeStyle = theme.mark.token;
      g.lineWidth = 2.5;
      g.beginPath();
      numbers.forEach((value, k) => g[k ? "lineTo" : "moveTo"](x(k), y(value)));
      g.stroke();
      g.fillStyle = theme.page;
      g.strokeStyle = theme.word.highlight;
      g.beginPath();
      g.arc(x(n), y(numbers[n]), 5, 0, 2 * Math.PI);
      g.fill();
      g.stroke();
      write(g, theme, filled(say.tokens, { tokens: amount(numbers[n]) }), 0, 14, { size: 16, weight: 600, colour: theme.word.token });
      if (n && width > 240) write(g, theme, filled(say.before, { tokens: amount(numbers[0]) }), width, 14, { size: 15, align: "right" });
    },
  });
  const to = ({ x }) => {
    const { width } = drawn.canvas.getBoundingClientRect();
    return { n: Math.round(((x - 6) / Math.max(1, width - 12)) * scene.facts.merges.length) };
  };
  pointers(drawn, { move: (point) => scene.move(to(point), { settled: false }), drop: (point) => scene.move(to(point)) });

  function drawTyped(n) {
    const { typed: { states, counts, characters, word }, say, merges } = scene.facts;
    const [, tokens, strange] = stateAt(states, n);
    const fresh = n ? merges[n - 1].token : null;
    const count = counts[n];
    if (!tokens.length) return typed.replaceChildren(element("span", { class: "muted" }, say.no_word));
    const never = [...new Set(tokens.flatMap((part, i) => part.filter((_, k) => strange[i][k])))];
    typed.replaceChildren(
      element("span", { class: "typed-word" }, visible(word)),
      element("span", { class: "muted" }, "→"),
      ...tokens.map((part, i) => element("span", { class: "tokens" }, ...chips(part, { fresh, strange: strange[i] }))),
      element("span", { class: "total" }, filled(say.encoded, { tokens: count, characters })),
      element("small", {}, never.length ? filled(say.never, { tokens: never.map(naked).join(" ") }) : ""),
    );
  }

  return {
    draw() {
      const { facts, state } = scene;
      if (!facts.steps) return;
      const n = Math.min(state.n, facts.merges.length);
      const spoken = sayStep(n);
      if (sentence.textContent !== spoken) sentence.textContent = spoken;
      drawPairs(n);
      drawWords(n);
      drawVocabulary(n);
      drawTyped(n);
      words.setAttribute("aria-label", facts.say.words);
      vocabulary.setAttribute("aria-label", facts.say.vocabulary);
      drawn.describe(facts.alt);
      drawn.draw();
      scrollVocabulary(n);
    },
    destroy: drawn.destroy,
  };
}
