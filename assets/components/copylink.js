// A button that copies the address of the page, which holds its state.

import { element } from "./dom.js";
import { mounting } from "./mount.js";
import { readTheme } from "./theme.js";

export default mounting(createButton);

function createButton(parent, words) {
  const field = element("input", { class: "address", readonly: true, "aria-label": words.address, hidden: true });
  const status = element("span", { class: "status", role: "status" });
  const button = element("button", { type: "button", onclick: copy }, words.copy);
  const root = element("div", { class: "copylink" }, status, field, button);
  parent.append(root);
  let timer = 0;

  async function copy() {
    clearTimeout(timer);
    const done = (await write(location.href)) || byHand();
    status.textContent = done ? words.copied : words.failed;
    field.hidden = done;
    timer = setTimeout(() => {
      status.textContent = "";
      field.hidden = true;
    }, done ? 2500 : 20000);
  }
  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no clipboard on pages that are not served securely
    }
  }
  function byHand() {
    field.hidden = false;
    field.value = location.href;
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
  return { root, update: () => readTheme(root) };
}
