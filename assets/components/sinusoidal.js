// The sinusoidal table with a cursor: the heatmap, the row under the cursor as a line, and a clock for each frequency.
// Tensors: table (n × d), frequencies (d/2 × 1). Facts: layout. State: p (position), j (dimension).

import { chosenPairs, drawClock } from "./clocks.js";
import { element } from "./dom.js";
import { drawHeatmap, heatmap, outline } from "./heatmap.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { signedGradient } from "./scale.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const pairOf = (j, width, layout) => (layout === "interleaved" ? j >> 1 : j % (width / 2));
const isSine = (j, width, layout) => (layout === "interleaved" ? j % 2 === 0 : j < width / 2);
const dimOf = (pair, sine, width, layout) => (layout === "interleaved" ? 2 * pair + (sine ? 0 : 1) : pair + (sine ? 0 : width / 2));

function geometry(width, d, mine = 0) {
  const phone = isPhone(width);
  const left = phone ? 44 : 58;
  const right = phone ? 8 : 44;
  const w = width - left - right;
  const heat = { x: left, y: 10, w, h: phone ? 176 : 214 };
  const line = { x: left, y: heat.y + heat.h + 32, w, h: phone ? 62 : 66 };
  const most = phone ? 8 : 32;
  const pairs = chosenPairs(d / 2, most, mine);
  const pitch = w / pairs.length;
  const r = Math.min(22, pitch / 2 - 2);
  return { phone, heat, line, pairs, pitch, clocks: { x: left, y: line.y + line.h + 36, r }, height: line.y + line.h + 62 };
}

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  let geo = null;
  let image = null;
  let imageOf = "";
  let hover = null;

  const drawn = surface(scene.root, { height: (width) => geometry(width, scene.arrays.table?.width ?? 2).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });

  function paint(g, width) {
    const { table, frequencies } = scene.arrays;
    if (!table) return;
    const { theme, facts: { layout } } = scene;
    const { rows: n, width: d, numbers } = table;
    const { p, j } = hover ?? scene.state;
    geo = geometry(width, d, pairOf(j, d, layout));
    scene.root.classList.toggle("phone", geo.phone);
    const { heat, line } = geo;
    const dense = Math.min(2, devicePixelRatio || 1);
    const wanted = `${heat.w}x${heat.h}@${dense}`;
    if (wanted !== imageOf || image?.of !== numbers) {
      image = { of: numbers, bitmap: heatmap(table, 1, heat.w * dense, heat.h * dense) };
      imageOf = wanted;
    }
    drawHeatmap(g, image.bitmap, heat);
    axes(g, n, d);

    // the cursor: the row, and the cell in it
    const cell = { w: heat.w / d, h: heat.h / n };
    outline(g, theme, heat.x, heat.y + p * cell.h, heat.w, Math.max(cell.h, 2));
    const x = line.x + (j + 0.5) * cell.w;
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1;
    g.setLineDash([3, 4]);
    g.beginPath();
    g.moveTo(x, heat.y + (p + 0.5) * cell.h);
    g.lineTo(x, line.y + line.h);
    g.stroke();
    g.setLineDash([]);
    outline(g, theme, heat.x + j * cell.w, heat.y + p * cell.h, Math.max(cell.w, 3), Math.max(cell.h, 3));

    drawLine(g, numbers, p, j, d, layout);
    drawClocks(g, numbers, frequencies.numbers, p, j, d, layout);
    say(p, j, d, numbers[p * d + j], frequencies.numbers, layout);
  }

  function axes(g, n, d) {
    const { theme } = scene;
    const { heat, phone } = geo;
    const size = phone ? 14 : 15;
    for (const at of ticks(n, phone ? 4 : 5)) write(g, theme, String(at), heat.x - 8, heat.y + ((at + 0.5) * heat.h) / n, { size, align: "right" });
    write(g, theme, "p", 2, heat.y + heat.h / 2, { size: 19, serif: true, colour: theme.word.position, weight: 600 });
    const y = heat.y + heat.h + 15;
    for (const at of ticks(d, phone ? 5 : 9)) write(g, theme, String(at), heat.x + ((at + 0.5) * heat.w) / d, y, { size, align: "center" });
    if (!phone) write(g, theme, "dim j", heat.x + heat.w + 6, y, { size });
  }

  function drawLine(g, numbers, p, j, d, layout) {
    const { theme } = scene;
    const { line, phone } = geo;
    const y = (value) => line.y + line.h / 2 - (value * line.h) / 2;
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1;
    g.globalAlpha = 0.6;
    g.beginPath();
    g.moveTo(line.x, y(0));
    g.lineTo(line.x + line.w, y(0));
    g.stroke();
    g.globalAlpha = 1;
    for (const [text, value] of [["1", 1], ["0", 0], ["\u22121", -1]]) write(g, theme, text, line.x - 8, y(value), { size: phone ? 14 : 15, align: "right" });
    const last = [];
    for (const sine of [true, false]) {
      const dims = Array.from({ length: d / 2 }, (_, i) => dimOf(i, sine, d, layout));
      g.strokeStyle = g.fillStyle = sine ? theme.mark.sin : theme.mark.cos;
      g.lineWidth = 2;
      g.setLineDash(sine ? [] : [6, 4]);
      g.beginPath();
      dims.forEach((at, i) => g[i ? "lineTo" : "moveTo"](line.x + ((at + 0.5) * line.w) / d, y(numbers[p * d + at])));
      g.stroke();
      g.setLineDash([]);
      if (line.w / d > 5) {
        for (const at of dims) {
          const cx = line.x + ((at + 0.5) * line.w) / d;
          const cy = y(numbers[p * d + at]);
          g.beginPath();
          if (sine) g.arc(cx, cy, 3, 0, 2 * Math.PI);
          else g.rect(cx - 2.7, cy - 2.7, 5.4, 5.4);
          g.fill();
        }
      }
      last.push({ text: sine ? "sin" : "cos", colour: sine ? theme.word.sin : theme.word.cos, y: y(numbers[p * d + dims.at(-1)]), x: line.x + ((dims.at(-1) + 0.5) * line.w) / d });
    }
    if (layout === "interleaved" && Math.abs(last[0].y - last[1].y) < 18) {
      const middle = (last[0].y + last[1].y) / 2;
      const lower = last[0].y >= last[1].y ? 0 : 1;
      last[lower].y = middle + 9;
      last[1 - lower].y = middle - 9;
    }
    for (const { text, colour, x, y: at } of last) {
      if (geo.phone) continue;
      if (layout === "interleaved" || text === "cos") write(g, theme, text, line.x + line.w + 6, at, { size: 16, weight: 600, colour });
      else write(g, theme, text, x - 4, at - 12, { size: 16, weight: 600, colour, align: "right", halo: true });
    }
    const here = isSine(j, d, layout);
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.arc(line.x + ((j + 0.5) * line.w) / d, y(numbers[p * d + j]), here ? 6 : 6.5, 0, 2 * Math.PI);
    g.stroke();
  }

  function drawClocks(g, numbers, frequencies, p, j, d, layout) {
    const { theme } = scene;
    const { clocks, pairs, pitch } = geo;
    const mine = pairOf(j, d, layout);
    pairs.forEach((pair, k) => {
      const at = { x: clocks.x + (k + 0.5) * pitch, y: clocks.y, r: clocks.r };
      const cos = numbers[p * d + dimOf(pair, false, d, layout)];
      const sin = numbers[p * d + dimOf(pair, true, d, layout)];
      drawClock(g, theme, at, [{ cos, sin, colour: theme.mark.position, width: 3 }], { chosen: pair === mine });
    });
    if (!geo.phone) write(g, theme, "ω", 2, clocks.y, { size: 19, serif: true, weight: 600, colour: theme.word.position });
  }

  function say(p, j, d, value, frequencies, layout) {
    const pair = pairOf(j, d, layout);
    const f = isSine(j, d, layout) ? Math.sin : Math.cos;
    const omega = frequencies[pair];
    const shown = [3, 4, 5, 6, 7, 8].map((digits) => omega.toPrecision(digits)).find((text) => number(f(p * Number(text))) === number(value));
    const text = String(Number(shown ?? omega.toPrecision(3)));
    const turn = (2 * Math.PI) / omega;
    legend.replaceChildren("\u22121", bar, "+1");
    reading.replaceChildren(
      element("span", { class: "equation" }, element("i", { class: "position" }, "PE"), `[${p}, ${j}] = ${f === Math.sin ? "sin" : "cos"}(${p} × ${text}) ${shown ? "=" : "≈"} ${number(value)}`),
      element("small", {}, `clock ${pair} of ${d / 2}: ω = ${text}, one turn in ${turn < 1000 ? turn.toPrecision(3) : Math.round(turn).toLocaleString("en-US")} positions`),
    );
  }

  // --- the hand
  const cellAt = ({ x, y }) => {
    const { rows: n, width: d } = scene.arrays.table;
    const inside = (a, box) => Math.min(1 - 1e-9, Math.max(0, (a - box[0]) / box[1]));
    return { p: Math.floor(inside(y, [geo.heat.y, geo.heat.h]) * n), j: Math.floor(inside(x, [geo.heat.x, geo.heat.w]) * d) };
  };
  const within = ({ x, y }, { heat } = geo) => x >= heat.x && x < heat.x + heat.w && y >= heat.y && y < heat.y + heat.h;
  const clockAt = ({ x, y }) => {
    const k = Math.floor((x - geo.clocks.x) / geo.pitch);
    return Math.abs(y - geo.clocks.y) <= Math.max(20, geo.clocks.r) && k >= 0 && k < geo.pairs.length ? geo.pairs[k] : null;
  };
  const choose = (point, settled) => {
    const pair = within(point) || dragging ? null : clockAt(point);
    if (pair !== null) scene.move({ j: dimOf(pair, true, scene.arrays.table.width, scene.facts.layout) }, { settled });
    else scene.move(cellAt(point), { settled });
  };
  let dragging = false;
  pointers(drawn, {
    grab: (point) => {
      dragging = within(point);
      return dragging || clockAt(point) !== null;
    },
    move: (point) => choose(point, false),
    drop: (point) => {
      choose(point, true);
      dragging = false;
    },
    over: (point) => {
      const next = point && within(point) ? cellAt(point) : null;
      if (JSON.stringify(next) === JSON.stringify(hover)) return;
      hover = next;
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = null));
}

// Round numbers from 0 to count - 1, about `most` of them.
function ticks(count, most) {
  const rough = (count - 1) / Math.max(1, most - 1);
  const power = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, rough))));
  return Array.from({ length: Math.ceil(count / power) }, (_, k) => k * power);
}
