// A set of exercises in an order, and the link that opens it. Left what there is, right what is chosen.
// Facts: items [{id, lesson, prompt, level}] to choose from, all {id: {lesson, prompt}}, most, say (words).
// State: set (ids with commas between), seed (the variant of all of them).

import { element, filled, prose } from "./dom.js";
import { picture } from "./picture.js";

export default picture(build);

function build(scene) {
  const { root } = scene;
  root.classList.add("set");
  const offered = element("ul", { class: "offered" });
  const chosen = element("ol", { class: "chosen" });
  const empty = element("p", { class: "empty muted" });
  const title = element("h3", {});
  const field = element("input", { class: "link", readonly: true, onfocus: () => field.select() });
  const copyButton = element("button", { type: "button", onclick: copy });
  const openLink = element("a", { target: "_blank", class: "open" });
  const clear = element("button", { type: "button", onclick: () => change([]) });
  const status = element("span", { class: "status muted", role: "status" });
  const less = element("button", { type: "button", onclick: () => scene.move({ seed: scene.state.seed - 1 }) }, "−");
  const more = element("button", { type: "button", onclick: () => scene.move({ seed: scene.state.seed + 1 }) }, "+");
  const variant = element("span", { class: "variant" });
  const foot = element("div", { class: "foot" },
    element("div", { class: "row" }, less, variant, more, clear),
    element("div", { class: "row" }, field), element("div", { class: "row" }, copyButton, openLink, status));
  root.append(element("div", { class: "side" }, offered), element("div", { class: "side" }, title, empty, chosen, foot));
  let timer = 0;

  const ids = () => scene.state.set.split(",").filter((id) => scene.facts.all[id]);
  const change = (now) => scene.move({ set: now.join(",") });
  const moved = (from, by) => {
    const now = ids();
    now.splice(from + by, 0, ...now.splice(from, 1));
    return now;
  };

  function address() {
    const link = new URL(location.href);
    link.search = "";
    link.hash = "";
    link.searchParams.set("pr_set", ids().join(","));
    if (scene.state.seed) link.searchParams.set("pr_seed", scene.state.seed);
    return link.href.replaceAll("%2C", ",");
  }

  async function copy() {
    clearTimeout(timer);
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.focus(); // no clipboard on pages that are not served securely
      done = document.execCommand("copy");
    }
    status.textContent = done ? scene.facts.say.copied : scene.facts.say.failed;
    timer = setTimeout(() => (status.textContent = ""), 4000);
  }

  function offer(item, now) {
    const { say, most } = scene.facts;
    const there = now.includes(item.id);
    const button = element("button", { type: "button", "data-does": `add ${item.id}`, disabled: there || now.length >= most, "aria-label": filled(say.add_this, { name: item.id }), onclick: () => change([...now, item.id]) }, there ? "✓" : "+");
    return element("li", {}, button, element("span", { class: "prompt" }, ...prose(item.prompt)), element("small", {}, `${item.lesson} · ${item.level}`));
  }

  function place(id, at, now) {
    const { say, all } = scene.facts;
    const does = (what, sign, label, disabled, onclick) =>
      element("button", { type: "button", "data-does": `${what} ${id}`, "aria-label": filled(label, { name: id }), disabled, onclick }, sign);
    return element("li", {},
      element("span", { class: "text" }, element("span", { class: "prompt" }, `${at + 1}. `, ...prose(all[id].prompt)), element("small", {}, all[id].lesson)),
      does("up", "↑", say.up, at === 0, () => change(moved(at, -1))),
      does("down", "↓", say.down, at === now.length - 1, () => change(moved(at, 1))),
      does("out", "×", say.out, false, () => change(now.filter((other) => other !== id))));
  }

  function draw() {
    const { items, say, label, most } = scene.facts;
    if (!items) return;
    const now = ids();
    const held = root.getRootNode().activeElement?.dataset?.does;
    const scrolled = [offered.scrollTop, chosen.scrollTop];
    offered.setAttribute("aria-label", label);
    offered.replaceChildren(...items.map((item) => offer(item, now)));
    chosen.replaceChildren(...now.map((id, at) => place(id, at, now)));
    [offered.scrollTop, chosen.scrollTop] = scrolled;
    title.textContent = filled(say.chosen, { count: now.length, most });
    empty.textContent = say.empty;
    empty.hidden = now.length > 0;
    foot.hidden = !now.length;
    field.value = address();
    field.setAttribute("aria-label", say.link);
    openLink.href = field.value;
    openLink.textContent = say.open;
    copyButton.textContent = say.copy;
    clear.textContent = say.clear;
    variant.textContent = filled(say.variant, { seed: scene.state.seed });
    less.setAttribute("aria-label", say.less);
    more.setAttribute("aria-label", say.more);
    less.disabled = scene.state.seed <= 0;
    if (held) hold(held);
  }

  // The focus stays with what it did, also where a button was drawn anew or can do no more.
  function hold(does) {
    const find = (name) => root.querySelector(`[data-does="${name}"]:enabled`);
    const id = does.split(" ")[1];
    (find(does) ?? find(`up ${id}`) ?? find(`down ${id}`) ?? find(`add ${id}`) ?? root.querySelector(".chosen button:enabled") ?? root.querySelector(".offered button:enabled"))?.focus();
  }

  return { draw, destroy: () => clearTimeout(timer) };
}
