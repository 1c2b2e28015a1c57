// The list of exercises with the marks of progress; one of them is open. Up and down in the list go to the next.
// Facts: items [{id, lesson, prompt, level}], opened (the id of the open one), ordered (a set, in its order), say (words).
// State: open (an id, or nothing for the first), seed (the variant), set (ids, which the list does not change).

import { element, filled, prose } from "./dom.js";
import { picture } from "./picture.js";
import { standingMark } from "./practice_marks.js";
import { onProgress, progress, standing } from "./practice_shelf.js";

export default picture(build);

function build(scene) {
  const count = element("p", { class: "count muted" });
  const list = element("ul", { role: "listbox", tabindex: "0", onkeydown: walk });
  scene.root.classList.add("exercises");
  scene.root.append(count, list);
  const stop = onProgress(() => draw());
  let drawnFor = "";

  const openId = () => (scene.facts.items.some((item) => item.id === scene.state.open) ? scene.state.open : scene.facts.opened);
  const open = (id, settled = true) => scene.move({ open: id, seed: scene.facts.ordered ? scene.state.seed : 0 }, { settled });

  function walk(event) {
    const { items } = scene.facts;
    const at = items.findIndex((item) => item.id === openId());
    const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: Math.min(items.length - 1, at + 1), Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || !items.length) return;
    event.preventDefault();
    open(items[to].id, "later");
  }

  function row(item, place, found) {
    const { say, ordered } = scene.facts;
    const stands = standing(found[item.id]);
    const chosen = item.id === openId();
    const words = ordered ? `${place + 1}. ${item.lesson}` : item.level;
    return element("li", { role: "option", id: `exercise-${item.id.replace(".", "-")}`, class: chosen ? "open" : "", "aria-selected": String(chosen), onclick: () => open(item.id) },
      standingMark(stands), element("span", { class: "prompt" }, ...prose(item.prompt)),
      element("small", {}, element("b", { class: stands }, say[stands]), ` · ${words}`));
  }

  function draw() {
    const { items, say, ordered, label } = scene.facts;
    if (!items) return;
    const found = progress();
    const now = JSON.stringify([items, openId(), ordered, items.map((item) => standing(found[item.id]))]);
    if (now === drawnFor) return;
    drawnFor = now;
    const done = items.filter((item) => found[item.id]?.right).length;
    count.textContent = items.length ? filled(say.count, { done, count: items.length }) : say.none;
    list.hidden = !items.length;
    list.setAttribute("aria-label", label);
    const before = list.querySelector(".open")?.id;
    list.replaceChildren(...items.flatMap((item, place) => {
      const heads = !ordered && item.lesson !== items[place - 1]?.lesson;
      return [...(heads ? [element("li", { class: "lesson muted", role: "presentation" }, item.lesson)] : []), row(item, place, found)];
    }));
    const chosen = list.querySelector(".open");
    if (chosen) list.setAttribute("aria-activedescendant", chosen.id);
    else list.removeAttribute("aria-activedescendant");
    if (chosen && chosen.id !== before) requestAnimationFrame(() => intoView(chosen));
  }

  function intoView(node) {
    const top = node.offsetTop; // the list is the box it is measured from
    if (top < list.scrollTop) list.scrollTop = Math.max(0, top - 30);
    else if (top + node.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + node.offsetHeight - list.clientHeight;
  }

  return { draw, destroy: stop };
}
