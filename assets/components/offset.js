// One token at two places: its row of W, a row of P and their sum, once for p and once for q, and how alike the two are.
// Tensors: rows (tokens × d), positions (places × d). Facts: tokens, ids, factor, limit. State: token, p, q, j.

import { element } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { number, settle, term } from "./numbers.js";
import { layoutChips, layoutOffset } from "./offset_layout.js";
import { picture } from "./picture.js";
import { signedGradient } from "./scale.js";
import { cellAt, drawRail, drawStrip, outlineCell } from "./strips.js";
import { partOf, pointers, stroke, surface, write } from "./surface.js";

export default picture(build);

const PANELS = [["W", "token"], ["P", "position"], ["x", "sum"]];

function build(scene) {
  const card = hoverCard();
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const stage = element("div", { class: "offset-stage" });
  const bar = element("span", { class: "bar", style: `background:${signedGradient()}` });
  const ruler = document.createElement("canvas").getContext("2d");
  scene.root.append(stage, element("div", { class: "under" }, legend, reading));
  const drawn = surface(stage, { height: (width) => (scene.arrays.rows ? arrange(width).height : 400), paint });
  stage.append(card.node);
  let geo = null;
  let hover = null;
  let alike = { key: "" };

  function arrange(width) {
    const chips = layoutChips(ruler, scene.facts.tokens, width, scene.theme.sans);
    return layoutOffset(width, scene.arrays.rows.width, chips);
  }

  const firstOf = (j, d) => Math.floor(j / geo.count) * geo.count;
  const shownOf = (first, d) => Math.min(geo.count, d - first);

  // Cosines of the sum at p, and of the row of P alone, with those at every place; and the two sums.
  function measure() {
    const { rows, positions } = scene.arrays;
    const { token, p, q } = scene.state;
    const d = rows.width;
    const P = positions.numbers;
    const w = rows.numbers.subarray(token * d, (token + 1) * d);
    const key = `${token}/${p}`;
    if (alike.key !== key || alike.of !== rows.numbers) {
      const [sum, position] = [new Float32Array(positions.rows), new Float32Array(positions.rows)];
      const own = dotted(w, 0, w, 0, d);
      const withP = dotted(w, 0, P, p * d, d);
      const lengthP = dotted(P, p * d, P, p * d, d);
      for (let place = 0; place < positions.rows; place++) {
        const both = dotted(P, p * d, P, place * d, d);
        const length = dotted(P, place * d, P, place * d, d);
        const withPlace = dotted(w, 0, P, place * d, d);
        const lengths = (own + 2 * withP + lengthP) * (own + 2 * withPlace + length); // (w + a) · (w + b), multiplied out
        sum[place] = (own + withP + withPlace + both) / (Math.sqrt(lengths) || 1);
        position[place] = both / (Math.sqrt(lengthP * length) || 1);
      }
      alike = { key, of: rows.numbers, sum, position, lowest: Math.min(0, ...sum, ...position) };
    }
    alike.sums = [p, q].map((place) => w.map((value, j) => value + P[place * d + j]));
  }

  function paint(g, width) {
    if (!scene.arrays.rows) return;
    geo = arrange(width);
    scene.root.classList.toggle("phone", geo.phone);
    measure();
    drawChips(g);
    drawRows(g);
    drawCosines(g);
    drawCurves(g);
    say();
  }

  function drawChips(g) {
    const { theme, facts, state } = scene;
    geo.chips.forEach(({ x, y, w, h, text }, i) => {
      const same = facts.ids[i] === facts.ids[state.token];
      g.fillStyle = theme.mark.token;
      g.globalAlpha = same ? 0.34 : 0.15;
      g.beginPath();
      g.roundRect(x, y, w, h, 5);
      g.fill();
      g.globalAlpha = 1;
      write(g, theme, text, x + w / 2, y + h / 2 + 1, { size: 17, align: "center", colour: theme.ink, weight: same ? 650 : 400 });
      if (i === state.token) {
        g.strokeStyle = theme.word.highlight;
        g.lineWidth = 2.5;
        g.beginPath();
        g.roundRect(x - 1, y - 1, w + 2, h + 2, 6);
        g.stroke();
      }
      if (!geo.phone) write(g, theme, String(i), x + w / 2, y + h + 11, { size: 15, align: "center", weight: same ? 650 : 400, colour: same ? theme.word.position : theme.word.muted });
    });
    if (!geo.phone) {
      write(g, theme, "token", 0, geo.chips[0].y + geo.chips[0].h / 2 + 1, { size: 16 });
      if (geo.lines === 1) write(g, theme, "place", 0, geo.chips[0].y + geo.chips[0].h + 11, { size: 16 });
    }
  }

  function drawRows(g) {
    const { theme, facts, state: { token, p, q } } = scene;
    const { rows, positions } = scene.arrays;
    const d = rows.width;
    const j = hover?.j ?? scene.state.j;
    const first = firstOf(j);
    const count = shownOf(first, d);
    const cell = geo.panels[0].w / geo.count;
    geo.panels.forEach((panel, k) => {
      const [name, role] = PANELS[k];
      const title = k === 0 && facts.factor !== 1 ? `${number(facts.factor, 0)} W` : k === 2 && !geo.phone ? `x = ${facts.factor === 1 ? "" : `${number(facts.factor, 0)} `}W + P` : name;
      write(g, theme, title, panel.x, geo.head - 13, { size: 20, serif: true, weight: 600, colour: theme.word[role] });
      drawRail(g, panel.x, geo.head, cell * count, count, theme.mark[role]);
      [p, q].forEach((place, r) => {
        const box = { x: panel.x, y: geo.rows[r], w: cell * count, h: geo.h };
        const [numbers, start] = [[rows.numbers, token * d], [positions.numbers, place * d], [alike.sums[r], 0]][k];
        drawStrip(g, box, numbers, start + first, count, facts.limit);
        outlineCell(g, box, count, j - first, theme);
      });
      const middle = geo.phone ? [] : [[k, ["", "+", "="][k]]];
      for (const [, sign] of middle) write(g, theme, sign, panel.x - geo.gap / 2, (geo.rows[0] + geo.rows[1] + geo.h) / 2, { size: 26, align: "center", colour: theme.ink });
    });
    [p, q].forEach((place, r) => {
      const y = geo.phone ? geo.rows[r] - 13 : geo.rows[r] + geo.h / 2;
      write(g, theme, "pq"[r], 0, y, { size: 20, serif: true, weight: 600, colour: theme.word.position });
      write(g, theme, `= ${place}`, 15, y, { size: 18, weight: 600, colour: theme.ink });
    });
    if (!geo.phone) write(g, theme, `${first}\u2013${first + count - 1} of ${d}`, geo.panels[0].x + cell * count, geo.head - 13, { size: 15, align: "right" });
  }

  // Under each pair of rows: how alike its two are.
  function drawCosines(g) {
    const { theme, state: { q } } = scene;
    const words = [geo.phone ? "same row" : "one row of W, the same twice", null, null];
    geo.panels.forEach((panel, k) => {
      const value = k === 1 ? alike.position[q] : alike.sum[q];
      const text = words[k] ?? `cosine ${number(value)}`;
      write(g, theme, text, panel.x, geo.rows[1] + geo.h + 19, { size: geo.phone ? 16 : k ? 21 : 17, weight: k ? 650 : 400, colour: theme.word[PANELS[k][1]] });
    });
  }

  function drawCurves(g) {
    const { theme, state: { p, q } } = scene;
    const { chart, phone } = geo;
    const n = alike.sum.length;
    const x = (place) => chart.x + (place / (n - 1)) * chart.w;
    const y = (value) => chart.y + ((1 - value) / (1 - alike.lowest)) * chart.h;
    stroke(g, [chart.x, y(0)], [chart.x + chart.w, y(0)], theme.line, 1.5);
    for (const value of [0, 0.5, 1]) write(g, theme, String(value), chart.x - 9, y(value), { size: phone ? 14 : 15, align: "right" });
    if (!phone) write(g, theme, "cosine", 0, y(0.5), { size: 16 });
    stroke(g, [x(0), y(1)], [x(n - 1), y(1)], theme.mark.token, 2, [2, 4]);
    const ends = [];
    for (const [values, role, name, dash, width] of [[alike.sum, "sum", "x", [], 3], [alike.position, "position", "P alone", [7, 5], 2]]) {
      g.strokeStyle = theme.mark[role];
      g.lineWidth = width;
      g.setLineDash(dash);
      g.beginPath();
      values.forEach((value, place) => g[place ? "lineTo" : "moveTo"](x(place), y(value)));
      g.stroke();
      g.setLineDash([]);
      ends.push({ name, role, y: y(values[n - 1]) });
    }
    if (!phone) {
      // names at the ends of the lines, a line of text apart
      const [sum, position] = ends;
      const apart = sum.y - position.y;
      if (Math.abs(apart) < 20) {
        const push = (20 - Math.abs(apart)) / 2;
        const up = apart < 0 ? sum : position;
        const down = up === sum ? position : sum;
        up.y -= push;
        down.y += push;
      }
      const top = Math.min(y(1), Math.min(...ends.map((end) => end.y)) - 20);
      for (const end of [{ name: "W alone", role: "token", y: top }, ...ends]) {
        const serif = end.name.length === 1;
        write(g, theme, end.name, chart.x + chart.w + 9, end.y, { size: serif ? 20 : 16, serif, weight: 600, colour: theme.word[end.role] });
      }
    }
    // p and q: a line each, the names above, pushed apart where they would touch
    for (const place of [p, q]) stroke(g, [x(place), y(1) - 4], [x(place), y(0)], theme.word.highlight, 1.5, [3, 4]);
    const near = Math.abs(x(p) - x(q)) < 18;
    const names = p === q ? [["p = q", p]] : near ? [[p < q ? "p  q" : "q  p", (p + q) / 2]] : [["p", p], ["q", q]];
    for (const [name, place] of names) write(g, theme, name, Math.max(x(place), chart.x + (name.length > 1 ? 9 : 0)), y(1) - 14, { size: 19, serif: true, weight: 600, align: "center", colour: theme.word.position, halo: true });
    for (const [values, role] of [[alike.position, "position"], [alike.sum, "sum"]]) {
      g.beginPath();
      g.arc(x(q), y(values[q]), 6, 0, 2 * Math.PI);
      g.fillStyle = theme.mark[role];
      g.fill();
      g.strokeStyle = theme.page;
      g.lineWidth = 2;
      g.stroke();
    }
    const below = y(alike.lowest) + 16;
    for (let place = 0; place < n; place += 128) write(g, theme, String(place), x(place), below, { size: phone ? 14 : 15, align: "center" });
    write(g, theme, phone ? "place q" : "511  place q", chart.x + chart.w + (phone ? 8 : 16), below, { size: phone ? 14 : 15, align: phone ? "right" : "center" });
  }

  function equation(r, j) {
    const { rows, positions } = scene.arrays;
    const { token, p, q } = scene.state;
    const d = rows.width;
    const place = r ? q : p;
    const terms = [rows.numbers[token * d + j], positions.numbers[place * d + j]];
    const { decimals, sign } = settle(terms, (a, b) => a + b, alike.sums[r][j]);
    return element(
      "span", { class: "equation" }, element("i", { class: "sum" }, "x"), `[${place}, ${j}] = `,
      element("span", { class: "token" }, number(terms[0], decimals)), " + ", element("span", { class: "position" }, term(terms[1], decimals)), ` ${sign} ${number(alike.sums[r][j], decimals)}`,
    );
  }
  const source = () => {
    const { ids, factor } = scene.facts;
    return `${factor === 1 ? "" : `${number(factor, 0)} × `}row ${ids[scene.state.token]} of W`;
  };

  function say() {
    const { limit } = scene.facts;
    const { p, q } = scene.state;
    const j = hover?.j ?? scene.state.j;
    const digits = limit >= 0.1 ? 2 : 3;
    legend.replaceChildren(`\u2212${limit.toFixed(digits)}`, bar, `+${limit.toFixed(digits)}`);
    reading.replaceChildren(equation(0, j), " ", equation(1, j), " ", element("small", {}, source()));
    if (!hover || geo.phone) return card.hide();
    const box = { x: hover.x, y: geo.rows[hover.r], h: geo.h };
    card.show([equation(hover.r, j), element("small", {}, `${source()} + row ${hover.r ? q : p} of P`)], box, drawn.canvas.clientWidth, false);
  }

  // --- the hand
  function cellOf({ x, y }) {
    const d = scene.arrays.rows.width;
    const first = firstOf(scene.state.j);
    const count = shownOf(first, d);
    const r = geo.rows.findIndex((top) => y >= top - 4 && y <= top + geo.h + 4);
    if (r < 0) return null;
    for (const { x: left, w } of geo.panels) {
      const at = cellAt({ x: left, w }, geo.count, x);
      if (at >= 0 && at < count) return { r, j: first + at, x };
    }
    return null;
  }
  const placeOf = ({ x }) => Math.round(((x - geo.chart.x) / geo.chart.w) * (alike.sum.length - 1));
  const onChart = ({ x, y }) => {
    const { chart } = geo;
    return y > chart.y - 24 && y < chart.y + chart.h + 26 && x > chart.x - 14 && x < chart.x + chart.w + 14;
  };
  const chipOf = ({ x, y }) => geo.chips.findIndex((chip) => x >= chip.x - 2 && x < chip.x + chip.w + 2 && y >= chip.y - 4 && y < chip.y + chip.h + (geo.phone ? 4 : 18));

  // A token takes p to where it stands, and q to where it stands next, if it does.
  function follow(token) {
    const { ids } = scene.facts;
    const stands = ids.flatMap((id, place) => (id === ids[token] ? [place] : []));
    const next = stands[(stands.indexOf(token) + 1) % stands.length];
    scene.move({ token, p: token, ...(next === token ? {} : { q: next }) });
  }
  let held = "";
  pointers(drawn, {
    grab(point) {
      held = chipOf(point) >= 0 ? "chip" : cellOf(point) ? "cell" : onChart(point) ? "place" : "";
      return held !== "";
    },
    move(point) {
      const cell = held === "cell" && cellOf(point);
      if (held === "place") scene.move({ q: placeOf(point) }, { settled: false });
      else if (cell) scene.move({ j: cell.j }, { settled: false });
    },
    drop(point) {
      const chip = held === "chip" ? chipOf(point) : -1;
      if (chip >= 0) follow(chip);
      else if (held !== "chip") scene.move({}, { settled: true });
      held = "";
    },
    over(point) {
      const next = point && scene.arrays.rows ? cellOf(point) : null;
      if (next?.j === hover?.j && next?.r === hover?.r) return;
      hover = next;
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = null));
}

function dotted(a, from, b, start, count) {
  let dot = 0;
  for (let j = 0; j < count; j++) dot += a[from + j] * b[start + j];
  return dot;
}
