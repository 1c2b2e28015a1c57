// What this browser keeps of the exercises, lesson by lesson, with a file of it to take away, to bring back, and none.
// Data: {lessons [{title, items [{id, prompt}]}], say (words)}. Nothing of it goes to the server.

import { element, filled } from "./dom.js";
import { mounting } from "./mount.js";
import { standingMark } from "./practice_marks.js";
import { isKept, keep, MOST_BYTES, onProgress, progress, read, standing, write } from "./practice_shelf.js";
import { readTheme } from "./theme.js";

export default mounting(createKept);

function createKept(parent) {
  let data = null;
  const sum = element("p", { class: "sum-up" });
  const table = element("div", { class: "table" });
  const legend = element("p", { class: "shapes" });
  const status = element("p", { class: "status", role: "status" });
  const exportButton = element("button", { type: "button", onclick: takeAway });
  const importButton = element("button", { type: "button", onclick: () => file.click() });
  const clearButton = element("button", { type: "button", onclick: clear });
  const file = element("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: bringBack });
  const root = element("div", { class: "kept" }, sum, table, legend, element("div", { class: "buttons" }, exportButton, importButton, clearButton, file), status);
  parent.append(root);
  const stop = onProgress(() => draw());
  let sure = 0; // a timer while a second press would clear all

  function takeAway() {
    const link = element("a", { href: URL.createObjectURL(new Blob([write(progress())], { type: "application/json" })), download: "embviz-practice.json" });
    root.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    status.textContent = data.say.exported;
  }

  async function bringBack() {
    const [given] = file.files;
    file.value = "";
    if (!given) return;
    const { found, why } = given.size > MOST_BYTES ? { why: "large" } : read(await given.text());
    if (found) keep(found);
    status.textContent = found ? filled(data.say.imported, { count: Object.keys(found).length }) : data.say[`bad_${why}`];
  }

  function clear() {
    if (sure) {
      keep({});
      status.textContent = data.say.cleared;
    }
    clearTimeout(sure);
    sure = sure ? 0 : setTimeout(() => ((sure = 0), draw()), 5000);
    draw();
  }

  function row({ title, items }, found) {
    const done = items.filter(({ id }) => found[id]?.right).length;
    return element("div", { class: "line" }, element("span", { class: "title" }, title),
      element("span", { class: "marks" }, ...items.map(({ id, prompt }) => {
        const stands = standing(found[id]);
        const mark = standingMark(stands, `${prompt} ${data.say[stands]}`);
        mark.title = `${prompt} (${data.say[stands]})`;
        return mark;
      })), element("span", { class: "done muted" }, filled(data.say.of, { done, count: items.length })));
  }

  function draw() {
    if (!data) return;
    const { say, lessons } = data;
    const found = progress();
    const all = lessons.flatMap(({ items }) => items.map(({ id }) => standing(found[id])));
    const many = (...kinds) => all.filter((stands) => kinds.includes(stands)).length;
    const told = { count: all.length, done: many("done", "first"), first: many("first"), tried: many("tried") };
    sum.textContent = filled(isKept() ? say.sum : say.unkept, told);
    table.replaceChildren(...lessons.map((lesson) => row(lesson, found)));
    legend.replaceChildren(...["new", "tried", "done", "first"].map((stands) => element("span", {}, standingMark(stands), say[stands])));
    exportButton.textContent = say.export;
    importButton.textContent = say.import;
    clearButton.textContent = sure ? say.sure : say.clear;
    exportButton.disabled = clearButton.disabled = !Object.keys(found).length;
  }

  return {
    root,
    update(given) {
      data = given;
      readTheme(root);
      draw();
    },
    destroy() {
      clearTimeout(sure);
      stop();
    },
  };
}
