// A word where it stands, line under line, and its nearest neighbours before and after training.
// Facts: word, lines [{before, after}], before and after [{word, score, label}], senses, closeness [{label, score}], heads, close, empty. State: word.

import { element, visible } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";

export default picture(build);

function build(scene) {
  const lines = element("div", { class: "lines" });
  const near = element("div", { class: "near" });
  const close = element("div", { class: "close" });
  scene.root.append(element("div", { class: "places" }, element("div", {}, lines, close), near));

  const go = (word) => element("button", { type: "button", class: "go", onclick: () => scene.move({ word }) }, visible(word));
  function list(title, found) {
    const senses = { [scene.facts.senses[0]]: "first", [scene.facts.senses[1]]: "second" };
    return element("section", {},
      element("h3", {}, title),
      found.length
        ? element("ol", {}, ...found.map(({ word, score, label }) => element("li", { class: senses[label] ?? "" },
            element("div", {}, go(word), element("small", {}, label ?? "")),
            element("span", { class: "rail", "aria-hidden": "true" }, element("b", { style: `width:${Math.max(0, 100 * score).toFixed(1)}%` })),
            element("span", { class: "score" }, number(score, 2)))))
        : element("p", { class: "muted" }, scene.facts.empty));
  }

  return {
    draw() {
      const { facts } = scene;
      if (!facts.word) return;
      lines.replaceChildren(...facts.lines.slice(0, facts.closeness.length ? 8 : 12).map(({ before, after }) => element("div", { class: "line" },
        element("span", { class: "before" }, element("bdi", {}, before.map(visible).join(" "))),
        element("b", {}, visible(facts.word)),
        element("span", { class: "after" }, after.map(visible).join(" ")))));
      const marks = facts.senses;
      const shown = [...facts.closeness.filter(({ label }) => marks.includes(label)), ...facts.closeness.filter(({ label }) => !marks.includes(label))].slice(0, 4);
      close.hidden = !shown.length;
      close.replaceChildren(element("h3", {}, facts.close), ...shown.sort((a, b) => b.score - a.score).map(({ label, score }) => element("div", { class: `class ${["", "first", "second"][marks.indexOf(label) + 1]}` },
        element("span", {}, label),
        element("span", { class: "rail", "aria-hidden": "true" }, element("b", { style: `width:${Math.max(0, 100 * score).toFixed(1)}%` })),
        element("span", { class: "score" }, number(score, 2)))));
      near.replaceChildren(list(facts.heads[0], facts.before), list(facts.heads[1], facts.after));
    },
  };
}
