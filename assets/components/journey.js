// Rows of a table on their way through training: points in one plane that stays, played back snapshot by snapshot, and
// beside them curves with a marker on the same snapshot.
// Tensors: points (S·n × 2), row s·n + i is word i at snapshot s; neighbours and cosines (S·n × k), places of words and
// their cosines, or none; a tensor for each chart (any rows × 1 + lines), whose column 0 says at which snapshot it stands.
// Facts: words, groups [{name, rows}], senses (places that are always named), unit, snapshots, at (a name for each
// snapshot), ends (names for both ends of the charts), charts [{array, title, lines: [{name, role, dash}], range, digits}], first (how many snapshots came before
// those of points), fit, words_of {near, refit, back, measure}, replay (a number; a new one plays from the start).
// State: s (snapshot), pick (a word or -1), fit (the snapshot whose plane it is, or -1 for the last).
//
// Two trainings of the same words side by side: sides [{prefix, name, at, said}], which share the state. The arrays of a
// side are prefix + points, neighbours and cosines; at and said [a sentence for each snapshot] are what is read below it.
// A chart that is `roomy` is left out on a phone.

import { drawShape, nearestPoint, placeLabels } from "./cloud.js";
import { element, visible } from "./dom.js";
import { hoverCard } from "./hovercard.js";
import { animator, lessMotion, mix } from "./motion.js";
import { number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(build);

const GROUP_ROLES = ["token", "query", "key", "sum", "position", "value", "gradient", "sin"];
const KINDS = 8; // shapes
const MOVE_MS = 260;
const REPLAY_MS = 5200;
const LINE_DASHES = { solid: [], dashed: [7, 5], dotted: [2, 4], dashdot: [9, 4, 2, 4] };
const roleOf = (k) => GROUP_ROLES[k % GROUP_ROLES.length];
const kindOf = (k) => (k + 3 * Math.floor(k / GROUP_ROLES.length)) % KINDS;

const ALONE = [{ prefix: "" }];

const chartsOf = ({ charts = [] }, width) => (isPhone(width) ? charts.filter(({ roomy }) => !roomy) : charts);

function layout(width, facts) {
  const phone = isPhone(width);
  const charts = chartsOf(facts, width);
  if (facts.sides?.length > 1) return layoutOfTwo(width, charts, phone);
  if (phone) { // two beside each other, a third below over the whole width
    const top = 226;
    const boxes = phoneCharts(width, top, charts, 54);
    return { phone, clouds: [{ x: 0, y: 0, w: width, h: top }], boxes, height: top + 32 + Math.ceil((charts.length + 1) / 2 - 0.5) * 90 - 10 };
  }
  const height = 372;
  const side = charts.length ? Math.round(Math.min(340, width * 0.36)) : 0;
  const pitch = (height - 22) / Math.max(1, charts.length);
  const boxes = charts.map((_, k) => ({ x: width - side + 42, y: k * pitch + 26, w: side - 42 - 122, h: pitch - 40, room: 330 }));
  return { phone, clouds: [{ x: 0, y: 0, w: width - side - 24, h: height }], boxes, height };
}

// Two clouds side by side over a row of charts; on a phone one below the other.
function layoutOfTwo(width, charts, phone) {
  if (phone) {
    const [name, tall] = [22, 142];
    const clouds = [0, 1].map((k) => ({ x: 0, y: name + k * (name + tall), w: width, h: tall }));
    const top = 2 * (name + tall) - 8;
    const boxes = phoneCharts(width, top, charts, 40);
    return { phone, clouds, boxes, height: boxes.length ? Math.max(...boxes.map(({ y, h }) => y + h)) + 26 : top };
  }
  const [name, gap, height] = [24, 28, 380];
  const tall = charts.length ? 254 : height - name;
  const clouds = [0, 1].map((k) => ({ x: (k * (width + gap)) / 2, y: name, w: (width - gap) / 2, h: tall }));
  const pitch = width / Math.max(1, charts.length);
  const top = name + tall + 34;
  const boxes = charts.map((_, k) => ({ x: k * pitch + 42, y: top, w: pitch - 42 - 124, h: height - top - 22, room: pitch - 12 }));
  return { phone, clouds, boxes, height };
}

function phoneCharts(width, top, charts, tall) {
  const half = (width - 16) / 2;
  const boxes = charts.map((_, k) => (k < 2 && charts.length > 1 ? { x: k * (half + 16) + 40, y: top + 32, w: half - 78, h: tall } : { x: 40, y: top + 32 + (k ? k - 1 : 0) * (tall + 36), w: width - 40 - 114, h: tall }));
  return boxes.map((area) => ({ ...area, room: area.w + 74 }));
}

function build(scene) {
  const card = hoverCard();
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const refit = element("button", { type: "button", class: "refit", onclick: () => scene.move({ fit: refitted() ? -1 : scene.state.s }) });
  const stage = element("div", { class: "journey-stage" });
  scene.root.append(stage, element("div", { class: "under" }, reading, refit));
  const drawn = surface(stage, { height: (width) => layout(width, scene.facts).height, paint });
  stage.append(card.node);

  const moving = animator();
  let geo = null;
  let parts = []; // of each side: shown, where its points stand in the table's units; places, on its cloud in pixels; box; classBoxes
  let glide = null; // between two snapshots, while it plays
  let drawnFor = "";
  let hover = -1;
  let groupOf = [];
  let replayed = null;
  let live = false; // whether a training was on when this was drawn last
  let playing = 0;

  const move = scene.move;
  scene.move = (patch, options = {}) => {
    if (!options.own) endReplay();
    glide = options.exact ?? null;
    move(patch, options);
  };
  const count = () => scene.facts.words?.length ?? 0;
  const refitted = () => scene.state.fit >= 0 && scene.state.fit === scene.state.s;

  const sides = () => scene.facts.sides ?? ALONE;
  const of = (k, name) => scene.arrays[sides()[k].prefix + name];

  // Where the points of a side are at a snapshot, or between two.
  function target(k, at) {
    const { numbers } = of(k, "points");
    const n = 2 * count();
    const low = Math.min(scene.facts.snapshots - 1, Math.floor(at));
    const high = Math.min(scene.facts.snapshots - 1, low + 1);
    const part = at - low;
    return Float32Array.from({ length: n }, (_, i) => (part ? mix(numbers[n * low + i], numbers[n * high + i], part) : numbers[n * low + i]));
  }

  // The box of the plane that the picture shows: the points of all snapshots, of words with a class where there are some.
  function bounds(k) {
    const { numbers } = of(k, "points");
    const known = groupOf.filter((group) => group !== undefined).length > 2;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < numbers.length; i += 2) {
      if (known && groupOf[(i / 2) % count()] === undefined) continue;
      x0 = Math.min(x0, numbers[i]);
      x1 = Math.max(x1, numbers[i]);
      y0 = Math.min(y0, numbers[i + 1]);
      y1 = Math.max(y1, numbers[i + 1]);
    }
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: Math.max(x1 - x0, 1e-9), h: Math.max(y1 - y0, 1e-9) };
  }

  const view = ({ box }, { w, h }) => {
    const scale = Math.min((w - (geo.phone ? 40 : 90)) / box.w, (h - (parts.length > 1 ? 30 : 44)) / box.h);
    return { scale, x: w / 2 - scale * box.x, y: h / 2 + scale * box.y };
  };

  function follow() {
    const goals = parts.map((_, k) => target(k, glide ?? scene.state.s));
    if (parts.some(({ shown }, k) => shown?.length !== goals[k].length) || glide !== null || lessMotion()) {
      moving.stop();
      parts.forEach((part, k) => (part.shown = goals[k]));
      return;
    }
    const from = parts.map(({ shown }) => shown.slice());
    moving.run((share) => {
      parts.forEach(({ shown }, k) => shown.forEach((_, i) => (shown[i] = mix(from[k][i], goals[k][i], share))));
      drawn.draw();
    }, { ms: MOVE_MS });
  }

  function paint(g, width) {
    if (!scene.arrays.points || !count() || !parts.length) return;
    const { facts, theme, state } = scene;
    geo = layout(width, facts);
    scene.root.classList.toggle("phone", geo.phone);
    const n = count();
    const focus = state.pick >= 0 ? state.pick : hover;
    parts.forEach((part, k) => {
      const area = geo.clouds[k];
      if (!part.shown) part.shown = target(k, state.s);
      if (part.places?.length !== 2 * n) part.places = new Float32Array(2 * n);
      const at = view(part, area);
      for (let i = 0; i < n; i++) {
        part.places[2 * i] = at.x + at.scale * part.shown[2 * i];
        part.places[2 * i + 1] = at.y - at.scale * part.shown[2 * i + 1];
      }
      g.save();
      g.translate(area.x, area.y);
      if (parts.length > 1) write(g, theme, sides()[k].name, 0, -12, { size: geo.phone ? 16 : 17, weight: 650, colour: theme.ink });
      g.beginPath();
      g.rect(0, 0, area.w, area.h);
      g.clip();
      trails(g, k, at, focus);
      cloud(g, theme, k, focus);
      g.restore();
    });
    const row = parts.length > 1 && !geo.phone;
    const charts = chartsOf(facts, width);
    charts.forEach((chart, k) => drawChart(g, theme, chart, geo.boxes[k], row || k === charts.length - 1));
    say();
  }

  const colourOf = (i) => (groupOf[i] === undefined ? scene.theme.mark.muted : scene.theme.mark[roleOf(groupOf[i])]);
  const mates = (i) => (groupOf[i] === undefined ? [i] : scene.facts.groups[groupOf[i]].rows);

  // The way that points have come: the last steps of all, the whole way of what is looked at.
  function trails(g, side, at, focus) {
    const { numbers } = of(side, "points");
    const { places } = parts[side];
    const n = count();
    const { s } = scene.state;
    const line = (i, from) => {
      g.beginPath();
      for (let k = from; k <= s; k++) g[k > from ? "lineTo" : "moveTo"](at.x + at.scale * numbers[2 * (k * n + i)], at.y - at.scale * numbers[2 * (k * n + i) + 1]);
      g.lineTo(places[2 * i], places[2 * i + 1]);
      g.stroke();
    };
    g.lineJoin = g.lineCap = "round";
    g.globalAlpha = 0.3;
    g.lineWidth = 1.2;
    const from = Math.max(0, s - 3);
    if (focus < 0) {
      for (let i = 0; i < n; i++) {
        if (groupOf[i] === undefined) continue;
        g.strokeStyle = colourOf(i);
        line(i, from);
      }
    } else {
      for (const i of mates(focus)) {
        g.strokeStyle = colourOf(i);
        g.globalAlpha = i === focus ? 0.9 : 0.45;
        g.lineWidth = i === focus ? 2.5 : 1.2;
        line(i, 0);
      }
    }
    g.globalAlpha = 1;
  }

  function cloud(g, theme, side, focus) {
    const { facts, state } = scene;
    const { places } = parts[side];
    const { w: wide, h: high } = geo.clouds[side];
    const n = count();
    const chosen = new Set(focus >= 0 ? mates(focus) : []);
    const near = new Set(state.pick >= 0 ? nearTo(state.pick, side).map(({ word }) => word) : []);
    const wanted = [];
    const dot = (i) => {
      const faint = focus >= 0 && !chosen.has(i) && !near.has(i);
      g.globalAlpha = faint ? 0.3 : 1;
      if (groupOf[i] === undefined) {
        g.fillStyle = theme.mark.muted;
        g.globalAlpha = faint ? 0.2 : 0.6;
        g.beginPath();
        g.arc(places[2 * i], places[2 * i + 1], 2.2, 0, 2 * Math.PI);
        g.fill();
      } else drawShape(g, kindOf(groupOf[i]), places[2 * i], places[2 * i + 1], 4.6, colourOf(i), theme.page);
      g.globalAlpha = 1;
    };
    for (let i = 0; i < n; i++) if (groupOf[i] === undefined) dot(i);
    for (let i = 0; i < n; i++) if (groupOf[i] !== undefined) dot(i);
    for (const i of facts.senses) drawShape(g, 6, places[2 * i], places[2 * i + 1], 5, theme.ink, theme.page);
    for (const i of [hover, state.pick]) {
      if (i < 0 || i >= n) continue;
      for (const [colour, wide] of [[theme.page, 5], [theme.word.highlight, 2.5]]) {
        g.beginPath();
        g.arc(places[2 * i], places[2 * i + 1], 9, 0, 2 * Math.PI);
        g.strokeStyle = colour;
        g.lineWidth = wide;
        g.stroke();
      }
      wanted.push({ i, text: visible(facts.words[i]), size: 18, weight: 650, colour: theme.ink });
    }
    for (const i of near) wanted.push({ i, text: visible(facts.words[i]), size: 15, weight: 600, colour: theme.ink });
    for (const i of facts.senses) wanted.push({ i, text: visible(facts.words[i]), size: 15, weight: 600, colour: theme.ink });
    for (const i of chosen) wanted.push({ i, text: visible(facts.words[i]), size: 15, colour: theme.ink });
    if (focus < 0) for (let i = 0; i < n; i++) if (groupOf[i] !== undefined) wanted.push({ i, text: visible(facts.words[i]), size: 14, colour: theme.ink });
    if (focus < 0 && 3 * groupOf.filter((k) => k !== undefined).length < n) for (let i = 0; i < n; i++) if (groupOf[i] === undefined) wanted.push({ i, text: visible(facts.words[i]), size: 14, colour: theme.word.muted });
    const seen = new Set();
    const fresh = wanted.filter(({ i }) => !seen.has(i) && seen.add(i));
    const taken = nameClasses(g, theme, side, chosen);
    const most = Math.round((geo.phone ? 14 : 44) * (parts.length > 1 ? 0.6 : 1));
    for (const label of placeLabels(g, fresh, places, wide, high, { most, font: theme.sans, taken })) {
      write(g, theme, label.text, label.x, label.y, { size: label.size, weight: label.weight, colour: label.colour, halo: true });
    }
  }

  // The name of each class beside its points, where it finds room; it has none while they lie all over the picture.
  function nameClasses(g, theme, side, chosen) {
    const { facts, state } = scene;
    const { places } = parts[side];
    const { w: wide, h: high } = geo.clouds[side];
    const size = geo.phone ? 15 : parts.length > 1 ? 16 : 17;
    const taken = [];
    const classBoxes = (parts[side].classBoxes = []);
    g.font = `650 ${size}px ${theme.sans}`;
    const extents = facts.groups.map(({ rows }) => {
      const [xs, ys] = [0, 1].map((side) => rows.map((i) => places[2 * i + side]).sort((a, b) => a - b));
      const from = Math.floor(rows.length * 0.15);
      return { x0: xs[from], x1: xs.at(-1 - from), y0: ys[from], y1: ys.at(-1 - from) };
    });
    const middle = (side, share) => facts.groups.flatMap(({ rows }) => rows.map((i) => places[2 * i + side])).sort((a, b) => a - b).at(Math.floor(share * (facts.groups.reduce((sum, { rows }) => sum + rows.length, 0) - 1)));
    const whole = facts.groups.length ? (middle(0, 0.85) - middle(0, 0.15)) * (middle(1, 0.85) - middle(1, 0.15)) : 0;
    const free = (area) => area[0] >= 0 && area[2] <= wide && area[1] >= 0 && area[3] <= high
      && taken.every((other) => area[0] >= other[2] || area[2] <= other[0] || area[1] >= other[3] || area[3] <= other[1]);
    const order = facts.groups.map((_, k) => k).sort((a, b) => chosen.has(facts.groups[b].rows[0]) - chosen.has(facts.groups[a].rows[0]));
    for (const k of order) {
      if (state.pick >= 0 && !chosen.has(facts.groups[k].rows[0])) continue;
      const { x0, x1, y0, y1 } = extents[k];
      if ((x1 - x0) * (y1 - y0) > 0.2 * whole) continue;
      const w = g.measureText(facts.groups[k].name).width;
      const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
      const h = size + 4;
      const spots = [0, 12, 24].flatMap((far) => [
        [cx - w / 2, y0 - 8 - h / 2 - far], [cx - w / 2, y1 + 9 + h / 2 + far], [x1 + 10 + far, cy], [x0 - 10 - w - far, cy],
        [x1 + 4 + far, y0 - h / 2 - far], [x0 - w - 4 - far, y0 - h / 2 - far], [x1 + 4 + far, y1 + h / 2 + far], [x0 - w - 4 - far, y1 + h / 2 + far],
      ]);
      const spot = spots.find(([x, y]) => free([x - 3, y - h / 2, x + w + 3, y + h / 2]));
      if (!spot) continue;
      const [x, y] = spot;
      taken.push([x - 3, y - h / 2, x + w + 3, y + h / 2]);
      classBoxes.push({ group: k, x: x - 4, y: y - 14, w: w + 8, h: 28 });
      write(g, theme, facts.groups[k].name, x, y, { size, weight: 650, colour: theme.word[roleOf(k)], halo: true });
    }
    return taken;
  }

  // --- curves
  const ends = () => [0, Math.max(1, (scene.facts.first ?? 0) + scene.facts.snapshots - 1)];
  function drawChart(g, theme, { array, title, lines, range, digits }, area, last) {
    const values = scene.arrays[array];
    const size = geo.phone ? 14 : 15;
    g.font = `600 ${size}px ${theme.sans}`;
    write(g, theme, shortened(g, title, area.room), area.x - 40, area.y - 15, { size, weight: 600, colour: theme.ink });
    if (!values) return;
    const { numbers, rows, width: k } = values;
    const [x0, x1] = ends();
    let [low, high] = range ?? [Infinity, -Infinity];
    if (!range) {
      for (let r = 0; r < rows; r++) for (let c = 1; c < k; c++) {
        low = Math.min(low, numbers[r * k + c]);
        high = Math.max(high, numbers[r * k + c]);
      }
      if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
    }
    const x = (at) => area.x + (area.w * (at - x0)) / (x1 - x0);
    const y = (v) => area.y + area.h - (area.h * (v - low)) / (high - low);
    const here = (glide ?? scene.state.s) + (scene.facts.first ?? 0);
    for (const at of [low, high]) write(g, theme, number(at, digits), area.x - 6, y(at), { size: 14, align: "right" });
    g.strokeStyle = theme.word.muted;
    g.globalAlpha = 0.45;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(area.x, y(low < 0 && high > 0 ? 0 : low));
    g.lineTo(area.x + area.w, y(low < 0 && high > 0 ? 0 : low));
    g.stroke();
    g.globalAlpha = 1;
    const marks = lines.map((line, c) => {
      g.strokeStyle = theme.mark[line.role];
      g.lineWidth = 2.5;
      g.setLineDash(LINE_DASHES[line.dash ?? "solid"]);
      g.beginPath();
      let value = NaN;
      for (let r = 0; r < rows; r++) {
        const [at, v] = [numbers[r * k], numbers[r * k + c + 1]];
        g[r ? "lineTo" : "moveTo"](x(at), y(v));
        if (at <= here + 1e-6) value = v;
      }
      g.stroke();
      g.setLineDash([]);
      return { ...line, value, y: y(Number.isNaN(value) ? low : value) };
    });
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(x(here), area.y - 4);
    g.lineTo(x(here), area.y + area.h + 4);
    g.stroke();
    const ordered = [...marks].sort((a, b) => a.y - b.y);
    const gap = 17;
    ordered.forEach((mark, i) => (mark.at = Math.max(mark.y, i ? ordered[i - 1].at + gap : -Infinity)));
    const over = ordered.length ? ordered.at(-1).at - (area.y + area.h + 6) : 0;
    if (over > 0) ordered.reverse().forEach((mark, i) => (mark.at = Math.min(mark.at - (i ? 0 : over), i ? ordered[i - 1].at - gap : Infinity)));
    for (const mark of ordered) {
      if (Number.isNaN(mark.value)) continue;
      g.fillStyle = theme.mark[mark.role];
      g.beginPath();
      g.arc(x(here), mark.y, 4.5, 0, 2 * Math.PI);
      g.fill();
      g.font = `600 14px ${theme.sans}`;
      const value = number(mark.value, digits);
      const narrow = geo.phone && area.w < 150; // half of a phone: room for the value alone
      const named = mark.name && !narrow ? `${shortened(g, mark.name, (geo.phone ? 104 : 112) - g.measureText(` ${value}`).width)} ${value}` : value;
      write(g, theme, named, area.x + area.w + (geo.phone ? 7 : 10), mark.at, { size: 14, weight: 600, colour: theme.word[mark.role] });
    }
    if (last) {
      const [start, end] = scene.facts.ends;
      write(g, theme, start, area.x, area.y + area.h + 16, { size: 14, align: "center" });
      write(g, theme, end, area.x + area.w, area.y + area.h + 16, { size: 14, align: "center" });
    }
  }
  // A text within so many pixels.
  function shortened(g, text, most) {
    let cut = text;
    while (cut && g.measureText(cut === text ? cut : `${cut}…`).width > most) cut = cut.slice(0, -1);
    return cut === text ? text : `${cut}…`;
  }

  // --- in words
  function nearTo(i, side = 0) {
    const [neighbours, cosines] = [of(side, "neighbours"), of(side, "cosines")];
    if (!neighbours) return [];
    const { s } = scene.state;
    const k = neighbours.width;
    const from = (s * count() + i) * k;
    return Array.from({ length: k }, (_, c) => ({ word: neighbours.numbers[from + c], cosine: cosines.numbers[from + c] }));
  }
  const named = (near) => near.map(({ word, cosine }) => `${visible(scene.facts.words[word])} ${number(cosine, 2)}`).join(", ");
  function say() {
    const { facts, state } = scene;
    const picked = state.pick >= 0 && state.pick < count() ? visible(facts.words[state.pick]) : "";
    const two = parts.length > 1;
    reading.classList.toggle("two", two);
    const lines = sides().map(({ at, said }, k) => {
      const here = (at ?? facts.at)[state.s];
      const near = picked && `${facts.words_of.near} ${named(nearTo(state.pick, k))}`;
      if (picked) return [element("span", { class: "equation" }, picked), element("small", {}, two ? near : `${here}. ${near}`)];
      return [element("span", { class: "equation" }, here), element("small", {}, two ? said[state.s] : measured())];
    });
    reading.replaceChildren(...(two ? lines.map((line) => element("div", { class: "side" }, ...line)) : lines[0]));
    refit.textContent = refitted() ? facts.words_of.back : facts.words_of.refit;
    refit.hidden = !facts.words_of.refit || (!refitted() && state.fit < 0 && state.s === facts.snapshots - 1);
  }
  function measured() {
    const { facts, arrays, state } = scene;
    const row = arrays.purity && (facts.first ?? 0) + state.s;
    if (!facts.words_of.measure || row === undefined || row >= arrays.purity.rows) return "";
    return facts.words_of.measure.replace("#", `${number(100 * arrays.purity.numbers[2 * row + 1], 1)}%`);
  }

  // --- the hand
  const inside = (point, { x, y, w, h }, room = 0) => point.x >= x - room && point.x <= x + w + room && point.y >= y - room && point.y <= y + h + room;
  const chartAt = (point) => geo?.boxes.findIndex((area) => inside(point, area, 14)) ?? -1;
  const stepAt = (point) => {
    const area = geo.boxes[dragged];
    const { x } = point;
    const [x0, x1] = ends();
    return Math.round(x0 + ((x1 - x0) * (x - area.x)) / area.w) - (scene.facts.first ?? 0);
  };
  const sideAt = (point) => geo?.clouds.findIndex((area) => inside(point, area)) ?? -1;
  const within = ({ x, y }, { x: left, y: top }) => ({ x: x - left, y: y - top });
  let held = "";
  let dragged = 0;
  pointers(drawn, {
    grab: (point) => {
      dragged = chartAt(point);
      held = dragged >= 0 ? "chart" : sideAt(point) >= 0 ? "cloud" : "";
      return held !== "";
    },
    move: (point) => held === "chart" && scene.move({ s: stepAt(point) }, { settled: false }),
    drop: (point) => {
      if (held === "chart") return scene.move({ s: stepAt(point) }, { settled: true });
      const side = Math.max(0, sideAt(point));
      const { places, classBoxes } = parts[side];
      const here = within(point, geo.clouds[side]);
      const found = nearestPoint(places, count(), here.x, here.y, geo.phone ? 22 : 14);
      const name = classBoxes.find((area) => inside(here, area));
      const pick = found >= 0 ? found : name ? scene.facts.groups[name.group].rows[0] : -1;
      scene.move({ pick: pick === scene.state.pick ? -1 : pick });
    },
    over: (point) => {
      const side = point ? sideAt(point) : -1;
      const here = side >= 0 && within(point, geo.clouds[side]);
      const next = here ? nearestPoint(parts[side].places, count(), here.x, here.y, 14) : -1;
      if (next === hover) return;
      hover = next;
      drawn.draw();
      if (hover < 0) return card.hide();
      const { words, groups } = scene.facts;
      const group = groupOf[hover] === undefined ? "" : groups[groupOf[hover]].name;
      const { places } = parts[side];
      const area = geo.clouds[side];
      const lines = [element("div", { class: "equation" }, visible(words[hover]), element("small", { class: "beside" }, ` ${group}`)), element("small", {}, named(nearTo(hover, side).slice(0, 3)))];
      card.show(lines, { x: area.x + places[2 * hover], y: area.y + places[2 * hover + 1], h: 8 }, area.x + area.w, places[2 * hover + 1] > area.h - 100);
    },
  });
  drawn.canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    scene.move({ pick: -1 });
    event.preventDefault();
  });

  // --- a training that has just ended is played from its start, once
  function endReplay() {
    cancelAnimationFrame(playing);
    playing = 0;
  }
  function replay() {
    const last = scene.facts.snapshots - 1;
    if (lessMotion() || last < 1) return;
    const begin = performance.now();
    const tick = (now) => {
      const exact = Math.min(1, (now - begin) / REPLAY_MS) * last;
      if (exact < last) {
        scene.move({ s: Math.round(exact) }, { settled: false, exact, own: true });
        playing = requestAnimationFrame(tick);
      } else {
        playing = 0;
        scene.move({ s: last }, { settled: false, own: true });
      }
    };
    playing = requestAnimationFrame(tick);
  }

  return {
    draw() {
      const { facts, arrays, state } = scene;
      if (!arrays.points || !count()) return;
      const corners = sides().map((_, k) => of(k, "points").numbers).map((numbers) => `${numbers[0]}/${numbers.at(-1)}`);
      const given = `${facts.words.length}/${facts.snapshots}/${facts.fit}/${corners}`;
      const key = `${given}/${state.s}/${glide}`;
      if (key !== drawnFor) {
        if (!drawnFor.startsWith(`${given}/`)) {
          groupOf = [];
          facts.groups.forEach(({ rows }, k) => rows.forEach((i) => (groupOf[i] = k)));
          parts = sides().map((_, k) => ({ ...(parts[k] ?? { shown: null, places: null, classBoxes: [] }), box: bounds(k) }));
          hover = -1;
          card.hide();
        }
        drawnFor = key;
        follow();
      }
      drawn.describe(facts.alt ?? "");
      drawn.draw();
      if (facts.replay && facts.replay !== replayed) {
        const first = replayed === null && !live;
        replayed = facts.replay;
        if (!first) replay();
      }
      live = facts.snapshots === 1;
    },
    destroy() {
      moving.stop();
      endReplay();
      drawn.destroy();
    },
  };
}
