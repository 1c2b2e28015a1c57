// Positions as a path through principal components, one panel a table, coloured by index from 0 to the last.
// Tensors: learned, sinusoidal, random (n × components), explained and turns (3 × components). State: p, the position, and
// c, the first of the two components shown, counted from 1.

import { element } from "./dom.js";
import { panels, ring, shown, TABLES, title } from "./learned_panels.js";
import { picture } from "./picture.js";
import { pointers, surface, write } from "./surface.js";

const TRAIL = 12; // rows before the cursor that are drawn strong
const GRIP = 24; // how near to the path a finger must be, in px

// The index as a colour that both pages bear: every stop has 3:1 on white and on night.
const STOPS = [[104, 80, 220], [176, 60, 160], [214, 72, 96], [196, 128, 24]];
const LEVELS = 64;
const indexColours = Array.from({ length: LEVELS }, (_, k) => {
  const at = (k / (LEVELS - 1)) * (STOPS.length - 1);
  const [a, b] = [STOPS[Math.floor(at)], STOPS[Math.ceil(at)]];
  return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * (at % 1))).join(",")})`;
});

export default picture(build);

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const layout = (width) => panels(width, { tall: 330, first: 152, others: 124, between: 28 });
  const drawn = surface(scene.root, { height: (width) => layout(width).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  let geo = null;
  let places = [];
  let still = { key: "" }; // the whole paths as an image: only the trail moves

  function paint(g, width) {
    if (!scene.arrays.learned) return;
    const { theme, arrays } = scene;
    const { p, c } = scene.state;
    geo = layout(width);
    scene.root.classList.toggle("phone", geo.phone);
    const n = arrays.learned.rows;
    const marks = [0, 128, 256, 384, n - 1].filter((row) => row < n);
    places = TABLES.map((name, i) => {
      const { numbers, width: k } = arrays[name];
      const { main } = geo.boxes[i];
      let most = 0;
      for (let row = 0; row < n; row++) most = Math.max(most, Math.abs(numbers[row * k + c - 1]), Math.abs(numbers[row * k + c]));
      const scale = (Math.min(main.w, main.h) / 2 - 14) / most;
      const [x0, y0] = [main.x + main.w / 2, main.y + main.h / 2];
      return Array.from({ length: n }, (_, row) => [x0 + scale * numbers[row * k + c - 1], y0 - scale * numbers[row * k + c]]);
    });
    const dense = Math.min(2, devicePixelRatio || 1);
    const key = [width, geo.height, dense, c, theme.page].join();
    if (still.key !== key || still.of !== arrays.learned.numbers) {
      still = { key, of: arrays.learned.numbers, image: new OffscreenCanvas(Math.round(width * dense), Math.round(geo.height * dense)) };
      const on = still.image.getContext("2d");
      on.scale(dense, dense);
      for (const path of places) wholePath(on, path);
    }
    g.drawImage(still.image, 0, 0, width, geo.height);
    TABLES.forEach((name, i) => drawPath(g, theme, i, name, marks, p, c));
    say(p, c, n);
  }

  const level = (row, count) => Math.floor((row / count) * LEVELS);

  function wholePath(g, path) {
    g.lineJoin = g.lineCap = "round";
    g.lineWidth = 1.2;
    g.globalAlpha = 0.7;
    for (let row = 0; row + 1 < path.length; row++) {
      g.strokeStyle = indexColours[level(row, path.length)];
      g.beginPath();
      g.moveTo(...path[row]);
      g.lineTo(...path[row + 1]);
      g.stroke();
    }
  }

  function drawPath(g, theme, i, name, marks, p, c) {
    const { main } = geo.boxes[i];
    const path = places[i];
    const { explained } = scene.arrays;
    const part = (k) => `${shown(100 * explained.numbers[i * explained.width + k], 3)}%`;
    title(g, theme, main, name);
    g.strokeStyle = theme.word.muted;
    g.globalAlpha = 0.35;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(main.x, main.y + main.h / 2);
    g.lineTo(main.x + main.w, main.y + main.h / 2);
    g.moveTo(main.x + main.w / 2, main.y);
    g.lineTo(main.x + main.w / 2, main.y + main.h);
    g.stroke();
    g.globalAlpha = 1;
    g.lineJoin = g.lineCap = "round";
    const from = Math.max(0, p - TRAIL);
    for (const [colour, wide] of [[theme.page, 6], [theme.word.highlight, 3]]) {
      g.strokeStyle = colour;
      g.lineWidth = wide;
      g.beginPath();
      for (let row = from; row <= p; row++) g[row > from ? "lineTo" : "moveTo"](...path[row]);
      g.stroke();
    }
    for (const row of marks) marker(g, theme, path, row);
    const taken = [[path[p][0] - 8, path[p][1], 16]]; // what words keep clear of: left, middle and width
    for (const row of marks) label(g, theme, main, path[row], String(row), taken);
    ring(g, theme, ...path[p], 6);
    const size = geo.phone ? 14 : 15;
    const axis = (k) => `${geo.phone && i ? "c." : "component"} ${k}, ${part(k - 1)}${geo.phone ? "" : " of variance"}`;
    write(g, theme, axis(c), main.x + main.w, main.y + main.h + 14, { size, align: "right" });
    g.save();
    g.translate(main.x - 14, main.y);
    g.rotate(-Math.PI / 2);
    write(g, theme, axis(c + 1), 0, 0, { size, align: "right" });
    g.restore();
  }

  // The first row is a circle, the last a square, those between dots.
  function marker(g, theme, path, row) {
    const [x, y] = path[row];
    const end = row === 0 || row === path.length - 1;
    g.fillStyle = indexColours[level(row, path.length)];
    g.strokeStyle = theme.page;
    g.lineWidth = 2;
    g.beginPath();
    if (row === path.length - 1) g.rect(x - 6, y - 6, 12, 12);
    else g.arc(x, y, end ? 7 : 4.5, 0, 2 * Math.PI);
    g.stroke();
    g.fill();
  }

  // A number beside its point, on the side where no other number stands.
  function label(g, theme, main, [x, y], text, taken) {
    const wide = 9 * text.length;
    const spots = [[10, -10], [10, 12], [-10 - wide, -10], [-10 - wide, 12], [-wide / 2, -18], [-wide / 2, 20], [14, 26], [-14 - wide, 26], [14, -26], [-14 - wide, -26]];
    const free = ([dx, dy]) => x + dx >= main.x && x + dx + wide <= main.x + main.w && y + dy > main.y + 6 && y + dy < main.y + main.h - 6
      && taken.every(([a, b, w]) => x + dx > a + w + 3 || x + dx + wide + 3 < a || Math.abs(y + dy - b) > 16);
    const [dx, dy] = spots.find(free) ?? spots[0];
    taken.push([x + dx, y + dy, wide]);
    write(g, theme, text, x + dx, y + dy, { weight: 600, colour: theme.ink, halo: true });
  }

  function say(p, c, n) {
    const { turns } = scene.arrays;
    const bar = element("span", { class: "bar", style: `background:linear-gradient(to right, ${indexColours.join(",")})` });
    legend.replaceChildren("0", bar, String(n - 1));
    const times = TABLES.map((name, i) => `${turns.numbers[i * turns.width + c - 1]} ${name}`).join(", ");
    reading.replaceChildren(
      element("span", { class: "equation" }, `row ${p} `),
      element("small", {}, `turns of component ${c}’s strongest wave: ${times}`),
    );
  }

  // --- the hand takes the nearest row of the path
  const nearest = ({ x, y }, i, reach) => {
    let [best, least] = [null, reach ** 2];
    places[i].forEach(([a, b], row) => {
      const away = (a - x) ** 2 + (b - y) ** 2;
      if (away < least) [best, least] = [row, away];
    });
    return best;
  };
  const panelAt = ({ x, y }) => geo.boxes.findIndex(({ main }) => x >= main.x && x < main.x + main.w && y >= main.y && y < main.y + main.h);
  let held = -1;
  pointers(drawn, {
    grab: (point) => (held = panelAt(point)) >= 0 && nearest(point, held, GRIP) !== null,
    move: (point) => scene.move({ p: nearest(point, held, Infinity) }, { settled: false }),
    drop: (point) => scene.move({ p: nearest(point, held, Infinity) }, { settled: true }),
  });

  return {
    draw() {
      drawn.describe(scene.facts.alt ?? "");
      drawn.draw();
    },
    destroy: drawn.destroy,
  };
}
