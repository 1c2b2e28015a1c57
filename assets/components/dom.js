// Building elements without strings of HTML.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const ROLES = { W: "token", P: "position", T: "muted", s: "sum", x: "sum" };

// Words with roles, from prose: `*W*` is the matrix W in the colour of its role.
export function prose(text) {
  return text.split(/(\*[^*]+\*)/).filter(Boolean).map((part) => {
    if (!part.startsWith("*")) return document.createTextNode(part);
    const name = part.slice(1, -1);
    return element("i", { class: ROLES[name] ?? "muted" }, name);
  });
}

// A sentence of the prose with its {places} filled. {name|one|many} has a form for 1 and a form for all else, in which #
// stands for the value: {count|once|# times}.
export const filled = (sentence, values) => sentence.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
  const value = String(values[name] ?? "");
  return one === undefined ? value : (value === "1" ? one : many).replace("#", value);
});

// Control characters and spaces that a person could not see, as their pictures.
export function visible(text) {
  return text.replace(/[\u0000-\u001f]/g, (c) => String.fromCodePoint(0x2400 + c.codePointAt(0))).replace(/\u007f/g, "\u2421");
}

export const isTyping = (event) => {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, [contenteditable=true], [role=slider], [role=combobox], [role=listbox], [role=menu], [role=tablist], [role=radiogroup]")) {
    return !target.closest("[data-stepper]");
  }
  return false;
};
