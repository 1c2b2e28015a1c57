// The controls beside the picture: the transport, the pages of dimensions and tokens, and what is followed.

import { element } from "./dom.js";
import { amount } from "./numbers.js";
import { quoted } from "./pipeline_words.js";
import { openStore } from "./store.js";
import { readTheme } from "./theme.js";

export function createControls(parent, name) {
  const store = openStore(name);
  const root = element("div", { class: "controls" });
  parent.append(root);
  const followed = element("output", { class: "field" });
  const pager = (label, turn) => {
    const range = element("span", { class: "muted" });
    const back = element("button", { type: "button", "aria-label": `Earlier ${label}`, onclick: () => turn(-1) }, "‹");
    const on = element("button", { type: "button", "aria-label": `Later ${label}`, onclick: () => turn(1) }, "›");
    const node = element("div", { class: "row", role: "group", "aria-label": label }, back, range, on);
    return {
      node,
      show(first, count, all) {
        node.hidden = all <= count;
        range.textContent = all ? `${label} ${first}–${Math.min(all, first + count) - 1} of ${amount(all)}` : "";
        back.disabled = first === 0;
        on.disabled = first + count >= all;
      },
    };
  };
  const dims = pager("dims", (by) => {
    const { picture, geo } = store.state;
    store.set({ wanted: { dim: picture.facts.chosen.dim + by * geo.columns } });
  });
  const tokens = pager("tokens", (by) => {
    const { picture, geo } = store.state;
    store.set({ wanted: { token: picture.facts.chosen.token + by * geo.rows } });
  });
  const transport = element("div", { class: "control transport-slot" });
  const follow = element("div", { class: "control" }, element("div", { class: "name" }, "Follow"), followed);
  root.append(transport, dims.node, tokens.node, follow);
  let attached = null;
  const show = ({ picture, geo, firstRow, firstDim, chosen, transport: make }) => {
    if (make && make !== attached) {
      attached = make;
      transport.replaceChildren(element("div", { class: "name" }, "Step"), make());
    }
    if (!picture || !geo) return;
    dims.show(firstDim, geo.columns, picture.facts.width);
    tokens.show(firstRow, geo.rows, picture.facts.pieces.length);
    const piece = chosen && picture.facts.pieces[chosen.row];
    followed.replaceChildren(...(piece ? [quoted(piece), element("span", { class: "muted" }, ` token ${chosen.row}, dim ${chosen.dim}`)] : ["—"]));
  };
  const stop = store.listen(show);
  return {
    root,
    update() {
      readTheme(root);
      show(store.state);
    },
    destroy: stop,
  };
}
