// The cosine of each two of some words as cells: darker is more alike. A cell is chosen by hand or by arrow keys.
// Tensors: cosines (n × n). Facts: words (n), high (where 95 % of random directions are), said. State: i, j, row and column.

import { element, filled, visible } from "./dom.js";
import { outline } from "./heatmap.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { similarityFill, slateGradient } from "./scale.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(build);

const LOWEST_ROW = 16; // pixels, so that every row has its name
const SLANTED = 22; // pixels a column needs for slanted names
const UPRIGHT = 14; // pixels a column needs for upright ones
const NUMBER_ROOM = [38, 17]; // pixels that a number needs
const USUAL_HEIGHT = { wide: 384, phone: 330 };

const shortened = (word, most) => (word.length > most ? `${visible(word).slice(0, most - 1)}…` : visible(word));

function build(scene) {
  const bar = element("span", { class: "bar" });
  const legend = element("div", { class: "legend" }, "\u22121", bar, "1");
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => layout(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  scene.root.classList.add("cosines");
  const pen = document.createElement("canvas").getContext("2d");
  let hovered = null;
  let grid = null;

  // Where the cells are, how the names of the columns stand, and how tall that is.
  function layout(width) {
    const { facts, theme } = scene;
    if (!facts.words) return { height: USUAL_HEIGHT.wide };
    const phone = isPhone(width);
    const names = facts.words.map((word) => shortened(word, phone ? 10 : 14));
    pen.font = `400 15px ${theme.sans}`;
    const widest = Math.max(...names.map((name) => pen.measureText(name).width));
    const n = names.length;
    const left = widest + 12;
    const flat = (width - left - 6) / n >= widest + 8;
    const right = flat ? 6 : 0.72 * widest;
    const slanted = !flat && (width - left - right) / n >= SLANTED;
    const across = (width - left - (slanted || flat ? right : 6)) / n;
    const top = flat ? 26 : slanted ? 0.72 * widest + 16 : widest + 12;
    const usual = phone ? USUAL_HEIGHT.phone : USUAL_HEIGHT.wide;
    const down = Math.max(LOWEST_ROW, (usual - top - 4) / n);
    return { names, n, left, top, across, down, flat, slanted, height: Math.max(usual, Math.ceil(top + down * n + 4)) };
  }

  function paint(g, width) {
    const { cosines } = scene.arrays;
    if (!cosines) return;
    grid = layout(width);
    const { theme, facts } = scene;
    const { names, n, left, top, across, down, flat, slanted } = grid;
    const at = hovered ?? scene.state;
    const gap = across > 12 ? 1 : 0;
    const prints = across >= NUMBER_ROOM[0] && down >= NUMBER_ROOM[1];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = cosines.numbers[i * n + j];
        g.globalAlpha = prints ? 0.75 : 1;
        g.fillStyle = similarityFill(value);
        g.fillRect(left + j * across + gap / 2, top + i * down + gap / 2, across - gap, down - gap);
        g.globalAlpha = 1;
        if (!prints) continue;
        const outside = Math.abs(value) > facts.high;
        const words = value === 1 ? "1" : number(value, 2);
        write(g, theme, words, left + (j + 0.5) * across, top + (i + 0.5) * down + 0.5, { size: 15, weight: outside ? 700 : 400, colour: theme.ink, align: "center" });
      }
    }
    names.forEach((name, i) => {
      const chosen = i === at.i;
      write(g, theme, name, left - 8, top + (i + 0.5) * down, { size: 15, weight: chosen ? 650 : 400, colour: chosen ? theme.word.highlight : theme.word.muted, align: "right" });
    });
    const each = flat || slanted ? 1 : Math.ceil(UPRIGHT / across);
    names.forEach((name, j) => {
      const chosen = j === at.j;
      if (j % each && !chosen) return;
      if (!chosen && Math.abs(j - at.j) < each && each > 1) return; // the chosen one's name takes the room
      g.save();
      g.translate(left + (j + 0.5) * across, top - (flat ? 12 : 6));
      if (!flat) g.rotate(slanted ? -Math.PI / 4 : -Math.PI / 2);
      write(g, theme, name, 0, 0, { size: 15, weight: chosen ? 650 : 400, colour: chosen ? theme.word.highlight : theme.word.muted, align: flat ? "center" : "left" });
      g.restore();
    });
    outline(g, theme, left + at.j * across, top + at.i * down, across, down);
  }

  const cellAt = ({ x, y }) => {
    if (!grid) return null;
    const [i, j] = [Math.floor((y - grid.top) / grid.down), Math.floor((x - grid.left) / grid.across)];
    return i >= 0 && i < grid.n && j >= 0 && j < grid.n ? { i, j } : null;
  };
  const draw = () => {
    drawn.draw();
    say();
  };
  pointers(drawn, {
    grab: (point) => cellAt(point) !== null,
    move: (point) => cellAt(point) && scene.move(cellAt(point), { settled: false }),
    drop: () => scene.move({}, { settled: true }),
    over(point) {
      hovered = point && cellAt(point);
      draw();
    },
  });

  function say() {
    const { cosines } = scene.arrays;
    if (!cosines) return;
    const { facts, state } = scene;
    const at = hovered ?? state;
    const value = cosines.numbers[at.i * facts.words.length + at.j];
    const [a, b] = [at.i, at.j].map((place) => shortened(facts.words[place], 16));
    const place = Math.abs(value) > facts.high ? facts.said.outside_here : facts.said.inside_here;
    reading.replaceChildren(
      element("span", { class: "equation" }, `cos(${a}, ${b}) = `, element("b", { class: "value" }, number(value, 3))),
      element("small", {}, filled(place, { high: number(facts.high, 3) })),
    );
    bar.style.background = slateGradient(similarityFill, -1, 1);
  }

  return {
    draw() {
      scene.root.classList.toggle("phone", isPhone(scene.root.clientWidth));
      drawn.describe(scene.facts.alt ?? "");
      draw();
    },
    destroy: drawn.destroy,
  };
}
