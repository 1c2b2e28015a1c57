// The list of claims with their verdicts' marks, and what filters it: verdict, topic, words. It shares the state of the
// picture claims.js. Data: {store, claims [{id, statement, taught, topic, verdict}], topics, verdicts, say}.

import { matching, verdictMark } from "./claims_marks.js";
import { element } from "./dom.js";
import { mounting } from "./mount.js";
import { openStore } from "./store.js";
import { readTheme } from "./theme.js";

export default mounting(createList);

function createList(parent, first) {
  const store = openStore(first.store);
  let data = first;
  let shown = ""; // what the list was last drawn for
  let state = { open: "", verdict: "all", topic: "all", search: "" };
  const want = (patch, settled = true) => store.set({ wanted: { patch, settled } });

  const kinds = ["all", ...first.verdicts].map((verdict) => {
    const count = element("b", {});
    const face = verdict === "all" ? element("span", {}, first.say.all) : verdictMark(verdict);
    const node = element("button", { type: "button", class: "kind", "aria-label": "", onclick: () => want({ verdict }) }, face, " ", count);
    return { verdict, node, count };
  });
  const topic = element("select", { "aria-label": first.say.topic, onchange: () => want({ topic: topic.value }) },
    ...["all", ...first.topics].map((name) => element("option", { value: name }, name === "all" ? first.say.topics : name)));
  const search = element("input", {
    type: "search", placeholder: first.say.search, "aria-label": first.say.search, maxlength: 40,
    oninput: () => want({ search: search.value.slice(0, 40) }, "later"),
    onkeydown: (event) => event.key === "Escape" && want({ search: "" }),
  });
  const list = element("ul", { role: "listbox", tabindex: "0", "aria-label": first.say.list, onkeydown: walk });
  const none = element("p", { class: "none muted", hidden: true }, `${first.say.none} `,
    element("button", { type: "button", onclick: () => want({ verdict: "all", topic: "all", search: "" }) }, first.say.clear));
  const root = element("div", { class: "list" },
    element("div", { class: "kinds", role: "group", "aria-label": first.say.verdict }, ...kinds.map((kind) => kind.node)),
    element("div", { class: "narrow" }, topic, search), list, none);
  parent.append(root);

  // On a phone the open claim stands above the list, out of sight.
  function choose(id) {
    want({ open: id });
    if (innerWidth <= 860) document.querySelector(`.st-key-${data.store}`)?.scrollIntoView();
  }

  // Up and down, Home and End: the open claim follows.
  function walk(event) {
    const left = matching(data.claims, state);
    const at = left.findIndex((claim) => claim.id === state.open);
    const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: Math.min(left.length - 1, at + 1), Home: 0, End: left.length - 1 }[event.key];
    if (to === undefined || !left.length) return;
    event.preventDefault();
    want({ open: left[to].id }, "later");
  }

  function row(claim) {
    const { say } = data;
    const word = claim.verdict === null ? say.waiting : claim.verdict === "failed" ? say.failed : say[`is ${claim.verdict}`];
    const open = claim.id === state.open;
    return element("li", {
      role: "option", id: `claim-${claim.id}`, class: open ? "open" : "", "aria-selected": String(open),
      onclick: () => choose(claim.id),
    }, verdictMark(claim.verdict, word), element("span", {}, claim.statement), element("small", {}, word));
  }

  function show({ values }) {
    if (values) state = values;
    const left = matching(data.claims, state);
    for (const { verdict, node, count } of kinds) {
      const many = matching(data.claims, { ...state, verdict }).length;
      count.textContent = many;
      node.setAttribute("aria-pressed", String(state.verdict === verdict));
      const word = verdict === "all" ? data.say.all : data.say[`is ${verdict}`];
      node.setAttribute("aria-label", `${word} ${many}`);
      node.title = word;
    }
    topic.value = state.topic;
    if (search.value !== state.search && parent.getRootNode().activeElement !== search) search.value = state.search;
    if (state.search === "" && search.value.trim() === "") search.value = "";
    none.hidden = left.length > 0;
    const now = JSON.stringify([left, state.open]);
    if (now === shown) return;
    const before = list.querySelector(".open")?.id;
    shown = now;
    list.replaceChildren(...left.map(row));
    const open = list.querySelector(".open");
    if (open) list.setAttribute("aria-activedescendant", open.id);
    else list.removeAttribute("aria-activedescendant");
    if (open && open.id !== before) requestAnimationFrame(() => into(open)); // once the rows have their heights
  }
  // The open row into the list's own window, without moving the page.
  function into(node) {
    const [top, bottom] = [node.offsetTop, node.offsetTop + node.offsetHeight];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  const stop = store.listen(show);
  return {
    root,
    update(given) {
      data = given;
      readTheme(root);
      show(store.state);
    },
    destroy: stop,
  };
}
