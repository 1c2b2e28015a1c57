// How far each row of a small table moves in each step of an optimiser: rows × steps, colour is the logarithm of the
// length, a diamond stands where the row had a gradient, and nothing where it did not move at all.
// Tensors: movement, gradients (rows × steps), path, counts (rows). Facts: padding (a row or null), batches ("same" or
// "first only"), smallest, largest. State: row, step (from 1).

import { element } from "./dom.js";
import { cellUnder, drawCell, drawRowName, printsNumbers } from "./gradients_tables.js";
import { outline } from "./heatmap.js";
import { picture } from "./picture.js";
import { shareFill, slateGradient, TRACK } from "./scale.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(build);

const TALL = 384;
const TOP = 52;

function arrange(width, rows, steps) {
  const phone = isPhone(width);
  const names = phone ? 62 : 84;
  const side = phone ? 2 : 96;
  return { phone, x: names, y: TOP, w: (width - names - side) / steps, h: phone ? 26 : (TALL - TOP) / rows, names, side, height: phone ? TOP + rows * 26 : TALL };
}

// A length as it stands in a cell: two digits, without a long tail.
const inWords = (v) => (v === 0 ? "0" : v < 1e-4 ? v.toExponential(0).replace("-", "\u2212") : v.toPrecision(2));

function build(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  let geo = null;
  let hover = null;
  const shape = () => [scene.arrays.movement?.rows ?? 12, scene.arrays.movement?.width ?? 12];
  const drawn = surface(scene.root, { height: (width) => arrange(width, ...shape()).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));
  const at = (name, row, step) => scene.arrays[name].numbers[row * shape()[1] + step];

  // Colour: from faint at a ten-thousandth of the longest move to full at the longest.
  const DECADES = 4;
  const shade = (share) => shareFill(Math.max(0.02, share ** 1.8), 1);
  const fill = (v) => (v === 0 ? null : shade(Math.max(0, 1 + Math.log10(v / scene.facts.largest) / DECADES)));

  function paint(g, width) {
    if (!scene.arrays.movement) return;
    const { theme, facts } = scene;
    const [rows, steps] = shape();
    geo = arrange(width, rows, steps);
    scene.root.classList.toggle("phone", geo.phone);
    const { row: chosen, step: now } = hover ?? scene.state;
    write(g, theme, "step", geo.phone ? 0 : 6, TOP - 20, { size: 15 });
    for (let step = 0; step < steps; step++) {
      const full = step === 0 || facts.batches === "same";
      const x = geo.x + (step + 0.5) * geo.w - 1;
      write(g, theme, String(step + 1), x, TOP - 20, { size: 15, align: "center", weight: full ? 650 : 400, colour: full ? theme.ink : theme.word.muted });
      g.fillStyle = full ? theme.mark.token : theme.word.muted;
      g.globalAlpha = full ? 1 : 0.35;
      g.fillRect(geo.x + step * geo.w, TOP - 8, geo.w - 2, full ? 3 : 1);
      g.globalAlpha = 1;
    }
    const same = facts.batches === "same";
    write(g, theme, same ? "the same batch in every step" : "batch", geo.x, 10, { size: 15, colour: theme.word.token });
    if (!same) write(g, theme, "empty batches", geo.x + Math.max(geo.w, 46), 10, { size: 15 });
    if (!geo.phone) write(g, theme, "in all", width - 6, TOP - 20, { size: 15, align: "right" });
    for (let row = 0; row < rows; row++) {
      const y = geo.y + row * geo.h;
      drawRowName(g, theme, { x: geo.phone ? 0 : 6, y, h: geo.h - 1 }, row, scene.arrays.counts.numbers[row], row === facts.padding, false);
      for (let step = 0; step < steps; step++) {
        const box = { x: geo.x + step * geo.w, y, w: geo.w, h: geo.h };
        const v = at("movement", row, step);
        drawCell(g, theme, box, fill(v), v === 0 ? "" : inWords(v), TRACK);
        if (at("gradients", row, step) > 0) drawDiamond(g, box);
      }
      if (!geo.phone) {
        const total = scene.arrays.path.numbers[row];
        write(g, theme, inWords(total), width - 6, y + geo.h / 2, { size: 15, align: "right", colour: total ? theme.ink : theme.word.muted, weight: total ? 600 : 400 });
      }
    }
    outline(g, theme, geo.x, geo.y + chosen * geo.h, steps * geo.w - 2, geo.h - 2);
    outline(g, theme, geo.x + (now - 1) * geo.w, geo.y + chosen * geo.h, geo.w - 2, geo.h - 2);
    say(chosen, now);
  }

  function drawDiamond(g, { x, y, w, h }) {
    const prints = printsNumbers(w, h);
    const cx = prints ? x + 8 : x + w / 2 - 0.5;
    const cy = y + h / 2 - 1;
    g.beginPath();
    [[0, -5], [5, 0], [0, 5], [-5, 0]].forEach(([dx, dy], k) => g[k ? "lineTo" : "moveTo"](cx + dx, cy + dy));
    g.closePath();
    g.strokeStyle = scene.theme.page;
    g.lineWidth = 2;
    g.stroke();
    g.fillStyle = scene.theme.word.gradient;
    g.fill();
  }

  let said = "";
  function say(row, step) {
    const { facts } = scene;
    const moved = at("movement", row, step - 1);
    const gradient = at("gradients", row, step - 1);
    const text = JSON.stringify([row, step, moved, gradient, facts.largest]);
    if (text === said) return;
    said = text;
    const full = facts.largest || 1;
    const bar = element("span", { class: "bar", style: `background:${slateGradient(shade, 0, 1)}` });
    legend.replaceChildren(inWords(full / 10 ** DECADES), bar, inWords(full));
    reading.replaceChildren(
      element("span", { class: "equation" }, `row ${row}, step ${step}: moved ${inWords(moved)}`),
      element("small", {}, ...(gradient > 0 ? [element("span", { class: "gradient" }, "◆"), ` its gradient has length ${inWords(gradient)}`] : ["its gradient is 0 in this step"])),
    );
  }

  // --- the hand
  const cellOf = (point) => {
    const found = geo && cellUnder(point, geo, ...shape());
    return found && { row: found.row, step: found.column === null ? scene.state.step : found.column + 1 };
  };
  pointers(drawn, {
    grab: (point) => cellOf(point) !== null,
    move: (point) => scene.move(cellOf(point) ?? {}, { settled: false }),
    drop: (point) => scene.move(cellOf(point) ?? {}, { settled: true }),
    over: (point) => {
      const next = point && cellOf(point);
      if (next?.row === hover?.row && next?.step === hover?.step) return;
      hover = next;
      drawn.draw();
    },
  });

  return {
    draw() {
      hover = null;
      drawn.describe(scene.facts.alt ?? "");
      drawn.draw();
    },
    destroy: drawn.destroy,
  };
}
