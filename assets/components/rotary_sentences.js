// One sentence twice, the second time behind other words: the same query and key, at other places.
// Tensors: query, key (d) before rotation, queries, keys (2 × d), scores (2), frequencies (d/2). Facts: tokens, query_at,
// key_at, words. State: pair.

import { angleOf, between, degrees, drawPair, drawPlane, lengthOf, pairAt, roomFor } from "./arrows.js";
import { chosenPairs } from "./clocks.js";
import { element, filled } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";
import { clockGrid, drawPairClock, pairClockAt, shortOf } from "./rotary_parts.js";

export default picture(build);

function build(scene) {
  const panels = [0, 1].map((index) => createPanel(scene, index));
  scene.root.classList.add("rotary");
  scene.root.append(element("div", { class: "panels" }, ...panels.map((panel) => panel.node)));
  return {
    draw: () => scene.arrays.queries && panels.forEach((panel) => panel.draw()),
    destroy: () => panels.forEach((panel) => panel.destroy()),
  };
}

function createPanel(scene, index) {
  const chips = element("div", { class: "chips" });
  const table = element("dl", { class: "readings" });
  const [plane, clocks] = ["plane", "clocks"].map((name) => element("div", { class: name }));
  const node = element("section", { class: "panel" }, chips, element("div", { class: "beside" }, plane, table), clocks);
  const narrow = () => scene.root.clientWidth < 560;
  const pairs = () => chosenPairs(scene.arrays.frequencies?.rows ?? 1, 16, scene.state.pair ?? 0);
  const grid = (width) => clockGrid(pairs(), width, narrow() ? 48 : 82, { columns: 8 });
  const rows = (name, pair) => pairAt(scene.arrays[name].numbers, (name === "query" || name === "key" ? 0 : index * scene.arrays[name].width) + 2 * pair);

  const discs = surface(plane, {
    height: () => (narrow() ? 180 : 262),
    paint(g, width, height) {
      const { theme, arrays, facts, state: { pair } } = scene;
      if (!arrays.queries) return;
      const [q, k, turnedQ, turnedK] = ["query", "key", "queries", "keys"].map((name) => rows(name, pair));
      const r = Math.min(width, height) / 2 - 8;
      const outer = roomFor(Math.max(lengthOf(q), lengthOf(k)));
      const disc = { x: width / 2, y: height / 2, r, unit: r / outer };
      drawPlane(g, theme, disc);
      write(g, theme, shortOf(outer), disc.x + r, disc.y + 13, { size: 14, halo: true, align: "right" });
      drawPair(g, theme, disc, {
        q: turnedQ, k: turnedK, ghosts: { q, k }, wedge: r * 0.34,
        names: { q: String(facts.query_at[index]), k: String(facts.key_at[index]) },
      });
    },
  });

  let cells = null;
  const small = surface(clocks, {
    height: (width) => grid(width).height,
    paint(g, width) {
      const { theme, arrays, state: { pair } } = scene;
      if (!arrays.queries) return;
      cells = grid(width);
      for (const cell of cells.cells) {
        const [q, k, turnedQ, turnedK] = ["query", "key", "queries", "keys"].map((name) => rows(name, cell.pair));
        const label = shortOf(arrays.frequencies.numbers[cell.pair]);
        drawPairClock(g, theme, cell, { starts: { q, k }, turned: { q: turnedQ, k: turnedK }, chosen: cell.pair === pair, label });
      }
    },
  });
  pointers(small, {
    grab: (point) => pairClockAt(cells, point) !== null,
    move: () => {},
    drop(point) {
      const pair = pairClockAt(cells, point);
      if (pair !== null) scene.move({ pair });
    },
    over: (point) => (small.canvas.style.cursor = point && pairClockAt(cells, point) !== null ? "pointer" : "default"),
  });

  // the tokens with their places; where they do not fit, the middle of what stands in front is left out
  const sized = new ResizeObserver(() => again());
  sized.observe(chips);
  const again = () => scene.facts.tokens && sayTokens();
  document.fonts.addEventListener("loadingdone", again);
  function sayTokens() {
    const all = scene.facts.tokens[index].map((token, at) => ({ token, at }));
    const kept = [...all];
    do showTokens(kept, all.length);
    while (chips.scrollWidth > chips.clientWidth && kept.length > 6 && kept.splice(1, 1));
  }
  function showTokens(kept, count) {
    const { facts } = scene;
    chips.replaceChildren(...kept.flatMap(({ token, at }, k) => {
      const role = at === facts.query_at[index] ? "query" : at === facts.key_at[index] ? "key" : "";
      const name = role ? [element("i", { class: role }, role[0] === "q" ? "q" : "k"), " "] : [];
      const chip = element("span", { class: `chip ${role}` }, element("small", { class: role || "position" }, ...name, String(at)), element("span", {}, token));
      return k === 0 && kept.length < count ? [chip, element("span", { class: "gap" }, "…")] : [chip];
    }));
  }

  function say() {
    const { arrays, facts, state: { pair } } = scene;
    const { words } = facts;
    const [turnedQ, turnedK] = [rows("queries", pair), rows("keys", pair)];
    const turn = (v) => `${number(degrees(angleOf(v)), 1)}°`;
    const line = (role, label, value) => [element("dt", { class: role }, label), element("dd", { class: role }, value)];
    table.replaceChildren(
      ...line("query", filled(words.arrow_of, { word: words.query_word, at: facts.query_at[index] }), turn(turnedQ)),
      ...line("key", filled(words.arrow_of, { word: words.key_word, at: facts.key_at[index] }), turn(turnedK)),
      ...line("value", words.angle_between, `${degrees(Math.abs(between(turnedQ, turnedK))).toFixed(1)}°`),
      ...line("value strong", filled(words.score_all, { count: arrays.frequencies.rows }), number(arrays.scores.numbers[index], 3)),
    );
    discs.describe(filled(words.alt_panel, { sentence: facts.tokens[index].join(" ") }));
    small.describe(facts.alt);
  }

  return {
    node,
    draw() {
      discs.draw();
      small.draw();
      sayTokens();
      say();
    },
    destroy() {
      sized.disconnect();
      document.fonts.removeEventListener("loadingdone", again);
      discs.destroy();
      small.destroy();
    },
  };
}
