// Models one below the other: what their tables hold, and the whole, on a log axis. A row can be chosen.
// Facts: rows (as Python lists them), notes (one a row), lines (two a row: what the chosen one says), words. State: row.

import { element } from "./dom.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

// What stands in a row: the number, the role, the sign, and what it rests on.
const SIGNS = [
  ["position_parameters", "position", "diamond", ["positions", "dim"]],
  ["head", "key", "triangle", ["tied", "vocab_size", "dim"]],
  ["tokens", "token", "circle", ["vocab_size", "dim"]],
  ["total", "muted", "square", ["total"]],
];
const LETTERS = ["", "k", "M", "B", "T"];

function build(scene) {
  const stage = element("div", { class: "plot" });
  const reading = element("div", { class: "chosen", "aria-live": "polite" });
  scene.root.append(stage, reading);
  const drawn = surface(stage, { height: (width) => layout(width).height, paint });
  let geo = null;
  let hover = null;

  function layout(width) {
    const phone = isPhone(width);
    const pitch = phone ? 34 : 24;
    const count = scene.facts.rows?.length ?? 0;
    const top = phone ? 50 : 26;
    const left = phone ? 6 : 120;
    const right = phone ? 6 : 138;
    const end = top + count * pitch + 4;
    return { phone, pitch, top, left, width: width - left - right, end, height: end + 22 };
  }

  const middle = (at) => geo.top + (at + 0.5) * geo.pitch + (at === scene.facts.rows.length - 1 ? 3 : 0);
  const line = (at) => middle(at) + (geo.phone ? 8 : 0); // of the signs: on a phone the name stands above them

  function paint(g, width) {
    const { theme, facts, state } = scene;
    if (!facts.rows) return;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const numbers = facts.rows.flatMap((row) => SIGNS.map(([name]) => row[name]).filter(Boolean));
    const [low, high] = [Math.log10(Math.min(...numbers)) - 0.15, Math.log10(Math.max(...numbers)) + 0.15];
    const x = (count) => geo.left + ((Math.log10(count) - low) / (high - low)) * geo.width;
    axis(g, low, high, x);
    for (const [at, row] of facts.rows.entries()) {
      const own = row.kind === "own";
      if (own) {
        g.fillStyle = theme.panel;
        g.fillRect(0, middle(at) - geo.pitch / 2, width, geo.pitch);
      }
      const y = line(at);
      const there = SIGNS.map(([name]) => row[name]).filter(Boolean);
      g.strokeStyle = theme.line;
      g.lineWidth = 2;
      g.beginPath();
      g.moveTo(x(Math.min(...there)), y);
      g.lineTo(x(Math.max(...there)), y);
      g.stroke();
      for (const [name, role, kind, rests] of SIGNS) {
        if (row[name]) sign(g, kind, x(row[name]), y, theme.mark[role], rests.some((part) => row.estimates.includes(part)));
      }
      const chosen = at === state.row || at === hover;
      const text = { size: geo.phone ? 14 : 16, weight: chosen || own ? 650 : 400, colour: chosen ? theme.word.highlight : theme.ink };
      if (geo.phone) {
        write(g, theme, row.name, 6, middle(at) - 8, text);
        write(g, theme, facts.notes[at], width - 6, middle(at) - 8, { ...text, align: "right" });
      } else {
        write(g, theme, row.name, geo.left - 12, y, { ...text, align: "right" });
        write(g, theme, facts.notes[at], width - 132, y, text);
      }
    }
    box(g, width, state.row, theme.word.highlight);
    legend(g, width);
    const [first, second] = facts.lines[state.row];
    reading.replaceChildren(element("span", { class: "equation" }, first), element("small", {}, second));
  }

  function box(g, width, at, colour) {
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.strokeRect(1, middle(at) - geo.pitch / 2, width - 2, geo.pitch);
  }

  function axis(g, low, high, x) {
    const { theme } = scene;
    const bottom = geo.end;
    const far = Math.ceil(low);
    g.strokeStyle = theme.line;
    g.lineWidth = 1;
    const each = (high - low) * 46 > geo.width ? 2 : 1; // decades from one number to the next
    for (let power = far; power <= high; power += each) {
      const at = x(10 ** power);
      g.globalAlpha = 0.6;
      g.beginPath();
      g.moveTo(at, geo.top);
      g.lineTo(at, bottom);
      g.stroke();
      g.globalAlpha = 1;
      write(g, theme, `${10 ** (power % 3)}${LETTERS[Math.floor(power / 3)]}`, at, bottom + 12, { size: geo.phone ? 14 : 15, align: "center" });
    }
    if (!geo.phone) write(g, theme, scene.facts.words.axis, geo.left - 12, bottom + 12, { size: 15, align: "right" });
  }

  function sign(g, kind, x, y, colour, hollow) {
    const size = kind === "triangle" ? 10 : 5.5;
    g.beginPath();
    if (kind === "circle") g.arc(x, y, 6, 0, 2 * Math.PI);
    else if (kind === "square") g.rect(x - size, y - size, 2 * size, 2 * size);
    else if (kind === "diamond") [[0, -7.5], [7.5, 0], [0, 7.5], [-7.5, 0]].forEach(([a, b], k) => g[k ? "lineTo" : "moveTo"](x + a, y + b));
    else [[-size, 10], [0, -6], [size, 10]].forEach(([a, b], k) => g[k ? "lineTo" : "moveTo"](x + a, y + b));
    g.closePath();
    g.fillStyle = hollow ? scene.theme.page : colour;
    g.fill();
    g.strokeStyle = hollow ? colour : scene.theme.page;
    g.lineWidth = hollow ? 2.5 : 1.5;
    g.stroke();
  }

  // The signs with their names: over the first row that has them, or in a line where there is no room.
  function legend(g, width) {
    const { theme } = scene;
    const { words } = scene.facts;
    const size = geo.phone ? 14 : 15;
    g.font = `${size}px ${theme.sans}`;
    let at = geo.phone ? 8 : geo.left;
    let y = 12;
    for (const [name, role, kind] of [...SIGNS, ["estimate", "muted", "square"]]) {
      const long = g.measureText(words[name]).width + 18;
      if (at + long > geo.left + geo.width + (geo.phone ? 6 : 130)) [at, y] = [8, y + 22];
      sign(g, kind, at + 4, y - (kind === "triangle" ? 1 : 0), theme.mark[role], name === "estimate");
      write(g, theme, words[name], at + 16, y, { size, colour: theme.ink });
      at += long + (geo.phone ? 14 : 26);
    }
    write(g, theme, words.share, geo.phone ? width - 6 : width - 132, y, { size, align: geo.phone ? "right" : "left" });
  }

  const rowAt = ({ y }) => {
    const at = geo ? Math.floor((y - geo.top) / geo.pitch) : -1;
    return at >= 0 && at < scene.facts.rows.length ? at : null;
  };
  pointers(drawn, {
    grab: (point) => rowAt(point) !== null,
    move: (point) => rowAt(point) !== null && scene.move({ row: rowAt(point) }, { settled: false }),
    drop: (point) => scene.move(rowAt(point) === null ? {} : { row: rowAt(point) }),
    over: (point) => {
      const next = point && rowAt(point);
      if (next === hover) return;
      hover = next;
      drawn.canvas.style.cursor = hover === null ? "default" : "pointer";
      drawn.draw();
    },
  });

  return partOf(scene, drawn);
}
