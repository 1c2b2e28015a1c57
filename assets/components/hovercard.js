// A card beside what the pointer is on: two lines, never in the way of the pointer.

import { element } from "./dom.js";

export function hoverCard() {
  const node = element("div", { class: "card", hidden: true });
  return {
    node,
    hide: () => (node.hidden = true),
    // Below and to the right of {x, y, h}, above where `flip` says there is no room below.
    show(lines, { x, y, h }, width, flip) {
      node.replaceChildren(...lines);
      node.hidden = false;
      node.style.left = `${Math.max(0, Math.min(width - node.offsetWidth, x + 9))}px`;
      node.style.top = `${flip ? y - node.offsetHeight - 9 : y + h + 9}px`;
    },
  };
}
