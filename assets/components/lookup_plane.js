// A table of width 2 as points in the plane: the id, its vector, its point. One row can be moved by hand.
// Tensors: table (V × 2). Facts: ids, unset (the value that means "not moved"). State: row, x, y (in hundredths).

import { element } from "./dom.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

const mount = picture(build);

export default function (given) {
  return mount(given);
}

const REACH = 3; // the plane runs from -3 to 3

function build(scene) {
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => (isPhone(width) ? 400 : 384), paint });
  scene.root.append(element("div", { class: "under" }, reading));
  drawn.canvas.setAttribute("role", "application");
  let geo = null;
  let hover = -1;

  const moved = () => scene.state.x > scene.facts.unset;
  const vector = (r) => (moved() && r === scene.state.row ? [scene.state.x / 100, scene.state.y / 100] : [scene.arrays.table.numbers[2 * r], scene.arrays.table.numbers[2 * r + 1]]);

  function paint(g, width, height) {
    const { table } = scene.arrays;
    if (!table) return;
    const { theme, facts, state } = scene;
    const phone = isPhone(width);
    scene.root.classList.toggle("phone", phone);
    const list = phone ? 150 : 300;
    const side = Math.min(height - 24, width - list - 20);
    geo = { phone, side, x: list + 20 + (width - list - 20 - side) / 2, y: 8, pitch: Math.min(30, (height - 30) / (table.rows + 1)), list };
    const at = ([a, b]) => [geo.x + ((a + REACH) / (2 * REACH)) * side, geo.y + ((REACH - b) / (2 * REACH)) * side];
    // the plane
    for (let k = -REACH; k <= REACH; k++) {
      g.strokeStyle = theme.word.muted;
      g.globalAlpha = k ? 0.18 : 0.6;
      g.lineWidth = 1;
      for (const [from, to] of [[[k, -REACH], [k, REACH]], [[-REACH, k], [REACH, k]]]) {
        g.beginPath();
        g.moveTo(...at(from));
        g.lineTo(...at(to));
        g.stroke();
      }
      g.globalAlpha = 1;
      if (k && !phone) {
        write(g, theme, number(k, 0), at([k, 0])[0], at([k, 0])[1] + 13, { size: 14, align: "center" });
        write(g, theme, number(k, 0), at([0, k])[0] - 6, at([0, k])[1], { size: 14, align: "right" });
      }
    }
    // the table
    const name = (text, x) => write(g, theme, text, x, geo.pitch / 2, { size: 16, weight: 600, colour: theme.word.token });
    name("id", 4);
    name(phone ? "W[id]" : "row of W", phone ? 36 : 60);
    for (let r = 0; r < table.rows; r++) {
      const y = (r + 1.5) * geo.pitch;
      const [a, b] = vector(r);
      const times = facts.ids.filter((id) => id === r).length;
      const lit = r === state.row || r === hover;
      const size = Math.min(17, geo.pitch * 0.75);
      write(g, theme, String(r), 4, y, { size, weight: lit ? 700 : 400, colour: lit ? theme.word.highlight : theme.ink });
      write(g, theme, `(${number(a, 2)}, ${number(b, 2)})`, phone ? 36 : 60, y, { size: phone ? Math.min(14, size) : size, weight: lit ? 650 : 400, colour: theme.ink });
      if (times && !phone) write(g, theme, times > 1 ? `picked ${times} times` : "picked", 190, y, { size: Math.min(15, size), colour: theme.word.token });
      if (lit) {
        g.strokeStyle = theme.word.highlight;
        g.lineWidth = 2.5;
        g.beginPath();
        g.roundRect(0, y - geo.pitch / 2, list - 10, geo.pitch, 5);
        g.stroke();
      }
    }
    // the points
    for (let r = 0; r < table.rows; r++) {
      const [x, y] = at(vector(r));
      const picked = facts.ids.includes(r);
      g.strokeStyle = theme.mark.token;
      g.globalAlpha = r === state.row ? 1 : 0.4;
      g.lineWidth = r === state.row ? 3 : 1.5;
      g.beginPath();
      g.moveTo(...at([0, 0]));
      g.lineTo(x, y);
      g.stroke();
      g.globalAlpha = 1;
      g.beginPath();
      g.arc(x, y, r === state.row ? 9 : 7, 0, 2 * Math.PI);
      g.fillStyle = picked ? theme.mark.token : theme.page;
      g.fill();
      g.strokeStyle = r === state.row || r === hover ? theme.word.highlight : theme.mark.token;
      g.lineWidth = 2.5;
      g.stroke();
      write(g, theme, String(r), x + 12, y - 10, { size: 17, weight: 650, colour: r === state.row ? theme.word.highlight : theme.ink, halo: true });
    }
    const [a, b] = vector(state.row);
    reading.replaceChildren(
      element("span", { class: "equation" }, `id ${state.row} → `, element("i", { class: "token" }, "W"), `[${state.row}] = (${number(a, 2)}, ${number(b, 2)})`),
      element("small", {}, facts.ids.includes(state.row) ? "a lookup of this id now gives this point" : "this id is not in the batch: filled points are"),
    );
  }

  const valueAt = ({ x, y }) => [-REACH + ((x - geo.x) / geo.side) * 2 * REACH, REACH - ((y - geo.y) / geo.side) * 2 * REACH];
  function rowAt({ x, y }) {
    const { table } = scene.arrays;
    if (x < geo.list) {
      const r = Math.floor(y / geo.pitch - 1);
      return r >= 0 && r < table.rows ? r : -1;
    }
    let best = -1;
    let least = 24 ** 2;
    for (let r = 0; r < table.rows; r++) {
      const [a, b] = vector(r);
      const px = geo.x + ((a + REACH) / (2 * REACH)) * geo.side;
      const py = geo.y + ((REACH - b) / (2 * REACH)) * geo.side;
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) [best, least] = [r, far];
    }
    return best;
  }
  const put = (row, [a, b], settled) => scene.move({ row, x: Math.round(Math.max(-REACH, Math.min(REACH, a)) * 100), y: Math.round(Math.max(-REACH, Math.min(REACH, b)) * 100) }, { settled });
  let held = -1;
  let far = false;
  pointers(drawn, {
    grab(point) {
      held = rowAt(point);
      far = false;
      return held >= 0;
    },
    move(point) {
      if (point.x < geo.list) return;
      if (held !== scene.state.row || !far) {
        far = true;
        if (held !== scene.state.row) return put(held, vector(held), false);
      }
      put(held, valueAt(point), false);
    },
    drop(point) {
      if (point.x < geo.list) put(held, vector(held), true);
      else put(held, far ? valueAt(point) : vector(held), true);
      held = -1;
    },
    over(point) {
      const next = point && scene.arrays.table ? rowAt(point) : -1;
      if (next === hover) return;
      hover = next;
      drawn.canvas.style.cursor = next >= 0 ? "grab" : "default";
      drawn.draw();
    },
  });
  drawn.canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!by) return;
    const [a, b] = vector(scene.state.row);
    if (event.shiftKey) {
      const row = Math.min(scene.arrays.table.rows - 1, Math.max(0, scene.state.row + Math.sign(by[0] - by[1])));
      put(row, vector(row), "later");
    } else put(scene.state.row, [a + by[0], b + by[1]], "later");
    event.preventDefault();
    event.stopPropagation();
  });

  return partOf(scene, drawn, () => (hover = -1));
}
