// What a larger vocabulary saves and costs: tokens of one text over the entries there are, below it the multiplications
// for them, and beside both the numbers of the vocabulary that is chosen.
// Tensors: tokens (21), costs (21 × 3: layers, attention, head). Facts: rows, floor, cheapest, ticks, characters, chosen
// (names in the order of `of`), type, say. State: k (entries 2^k), of (BPE, Unigram, or a tokenizer in use).

import { element, filled } from "./dom.js";
import { amount, number } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, pointers, surface, write } from "./surface.js";

export default picture(buildTrade);

const OWN_KINDS = [["BPE", "token", []], ["Unigram", "query", [7, 5]]];
const FIRST_SIZE = 8; // the smallest vocabulary has 2^8 entries
const OWN_SIZES = 8;
const NAME_AT = { // from its mark, and how it is aligned there
  minilm: [12, 19, "right"], wordllama: [-4, -17, "left"], gpt2: [12, 0, "left"], cl100k: [0, 19, "center"], o200k: [14, -17, "right"],
};
const WORDS_OF = [[1e18, "quintillion"], [1e15, "quadrillion"], [1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];
const unitOf = (value) => WORDS_OF.find(([unit]) => value >= unit) ?? [1, ""];

// Large numbers with a word: three digits.
function large(value) {
  const [unit, name] = unitOf(value);
  return unit === 1 ? amount(Math.round(value)) : `${digits(value / unit)} ${name}`;
}
const digits = (value) => (value < 999.5 ? value.toPrecision(3) : value.toFixed(0));

// Terms and their sum in the unit of the sum: with as many decimals as make what is shown true, else ≈.
function sumOf(parts) {
  const total = parts.reduce((a, b) => a + b);
  const [unit, name] = unitOf(total);
  const at = Math.max(0, 2 - Math.floor(Math.log10(total / unit)));
  const holds = (d) => Math.abs(parts.reduce((a, b) => a + Number((b / unit).toFixed(d)), 0) - Number((total / unit).toFixed(d))) < 0.1 ** (d + 1);
  const none = (d) => parts.some((part) => part && Number((part / unit).toFixed(d)) === 0);
  const tried = [at, at + 1, at + 2];
  const d = unit === 1 ? 0 : (tried.find((d) => holds(d) && !none(d)) ?? tried.find(holds) ?? at);
  const shown = parts.map((part) => Number((part / unit).toFixed(d)).toLocaleString("en-US", { minimumFractionDigits: d }));
  return `${shown.join(" + ")} ${holds(d) ? "=" : "≈"} ${number(total / unit, d)} ${name}`.trim();
}

function bytesOf(value) {
  const [unit, name] = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]].find(([unit]) => value >= unit) ?? [1, "bytes"];
  return unit === 1 ? `${value} bytes` : `${digits(value / unit)} ${name}`;
}

function tradeGeometry(width) {
  const phone = isPhone(width);
  const left = phone ? 54 : 66;
  const w = width - left - (phone ? 10 : 30);
  const top = { x: left, y: 28, w, h: phone ? 116 : 132 };
  const low = { x: left, y: top.y + top.h + 44, w, h: phone ? 96 : 144 };
  return { phone, top, low, height: low.y + low.h + 48 };
}

function buildTrade(scene) {
  const place = element("div", { class: "plots" });
  const panel = element("div", { class: "panel", "aria-live": "polite" });
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading" });
  scene.root.classList.add("trade");
  scene.root.append(element("div", { class: "both" }, place, panel), element("div", { class: "under" }, legend, reading));
  let geo = null;
  let hover = null;
  let facts = null; // those that were drawn last
  let lastK = null;
  let lastOwn = 0; // the kind whose costs are drawn, when a tokenizer in use is chosen

  const drawn = surface(place, { height: (width) => tradeGeometry(width).height, paint });
  const rows = () => scene.facts.rows;
  const placeOf = ({ k, of }) => (of < OWN_KINDS.length ? of * OWN_SIZES + k - FIRST_SIZE : OWN_KINDS.length * OWN_SIZES + of - OWN_KINDS.length);
  const stateOf = (at) => {
    const own = OWN_KINDS.length * OWN_SIZES;
    return at < own ? { of: Math.floor(at / OWN_SIZES), k: FIRST_SIZE + (at % OWN_SIZES) } : { of: OWN_KINDS.length + at - own };
  };
  const ownPlaces = (kind) => Array.from({ length: OWN_SIZES }, (_, i) => kind * OWN_SIZES + i);
  const x = (size) => geo.top.x + (geo.top.w * (Math.log2(size) - 7.75)) / (17.95 - 7.75);

  function scales() {
    const { tokens, costs } = scene.arrays;
    const most = Math.log(Math.max(...tokens.numbers)) + 0.06;
    const least = Math.log(Math.min(scene.facts.floor, ...tokens.numbers)) - 0.16;
    const top = 1.06 * Math.max(...rows().map((_, at) => costs.numbers[3 * at] + costs.numbers[3 * at + 1] + costs.numbers[3 * at + 2]));
    return {
      tall: (count) => geo.top.y + geo.top.h - (geo.top.h * (Math.log(count) - least)) / (most - least),
      deep: (cost) => geo.low.y + geo.low.h * (1 - cost / top),
      least, most, end: top,
    };
  }
  const costsOf = (at) => Array.from(scene.arrays.costs.numbers.slice(3 * at, 3 * at + 3));
  const totalOf = (at) => costsOf(at).reduce((a, b) => a + b);

  function paint(g, width) {
    if (!scene.arrays.tokens) return;
    const { theme } = scene;
    geo = tradeGeometry(width);
    scene.root.classList.toggle("phone", geo.phone);
    if (scene.state.of < OWN_KINDS.length) lastOwn = scene.state.of;
    const at = hover ?? placeOf(scene.state);
    const { tall, deep, least, most, end } = scales();
    axes(g, tall, deep, least, most, end);
    areas(g, ownPlaces(lastOwn), deep);
    const here = x(rows()[at].size);
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1;
    g.setLineDash([3, 4]);
    g.beginPath();
    g.moveTo(here, tall(rows()[at].tokens));
    g.lineTo(here, geo.low.y + geo.low.h);
    g.stroke();
    g.setLineDash([]);
    if (at >= OWN_KINDS.length * OWN_SIZES) bar(g, at, here, deep);
    curvesOf(g, tall);
    marks(g, tall, deep, at);
    for (const [cx, cy] of [[here, tall(rows()[at].tokens)], [here, deep(totalOf(at))]]) {
      g.strokeStyle = theme.page;
      g.lineWidth = 5;
      circle(g, cx, cy, 9);
      g.stroke();
      g.strokeStyle = theme.word.highlight;
      g.lineWidth = 2.5;
      circle(g, cx, cy, 9);
      g.stroke();
    }
    least_(g, deep);
    tell(at);
  }

  function axes(g, tall, deep, least, most, end) {
    const { theme, facts: { say, floor, characters, ticks } } = scene;
    const { top, low, phone } = geo;
    const size = phone ? 14 : 15;
    write(g, theme, filled(say.tokens, { characters: amount(characters) }), 4, 11, { size: size + 1, colour: theme.ink });
    if (!phone) write(g, theme, say.hand, top.x + top.w + 26, 11, { size, align: "right" });
    const [unit, name] = unitOf(end);
    write(g, theme, filled(name ? say.costs : say.costs_plain, { unit: name }), 4, low.y - 17, { size: size + 1, colour: theme.ink });
    const span = Math.exp(most);
    const first = 10 ** Math.floor(Math.log10(Math.exp(least)));
    const steps = [1, 2, 4, 10, 20, 40, 100].map((step) => step * first).filter((step) => Math.log(step) > least && step <= span);
    for (const step of steps) write(g, theme, step < 1e6 ? amount(step) : large(step), top.x - 10, tall(step), { size, align: "right" });
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.2;
    g.setLineDash([2, 4]);
    g.beginPath();
    g.moveTo(top.x, tall(floor));
    g.lineTo(top.x + top.w, tall(floor));
    g.stroke();
    g.setLineDash([]);
    write(g, theme, filled(say.floor, { floor: amount(floor) }), top.x + 2, tall(floor) + 11, { size });
    g.strokeStyle = theme.line;
    g.beginPath();
    g.moveTo(low.x, low.y + low.h + 0.5);
    g.lineTo(low.x + low.w, low.y + low.h + 0.5);
    g.stroke();
    const each = roundStep(end / 3);
    for (let cost = 0; cost <= end; cost += each) write(g, theme, amount(Math.round((100 * cost) / unit) / 100), low.x - 10, deep(cost), { size, align: "right" });
    ticks.forEach(([entries, bytes], i) => {
      if (phone && i % 2) return;
      write(g, theme, amount(entries), x(entries), low.y + low.h + 15, { size, align: "center" });
      write(g, theme, bytesOf(bytes), x(entries), low.y + low.h + 34, { size, align: "center", colour: theme.word.token });
    });
    const right = low.x + low.w + (phone ? 6 : 26);
    write(g, theme, phone ? "V" : say.entries, right, low.y + low.h + 15, { size, align: "right" });
    write(g, theme, phone ? "" : say.table, right, low.y + low.h + 34, { size, align: "right", colour: theme.word.token });
  }

  // Three layers of one sum: plain, hatched, dotted.
  function areas(g, places, deep) {
    const fills = areaFills(g);
    const from = places.map(() => 0);
    for (let part = 0; part < 3; part++) {
      const to = places.map((at, i) => from[i] + costsOf(at)[part]);
      g.fillStyle = fills[part];
      g.beginPath();
      places.forEach((at, i) => g[i ? "lineTo" : "moveTo"](x(rows()[at].size), deep(to[i])));
      [...places.keys()].reverse().forEach((i) => g.lineTo(x(rows()[places[i]].size), deep(from[i])));
      g.fill();
      to.forEach((value, i) => (from[i] = value));
    }
    const [, role, dash] = OWN_KINDS[lastOwn];
    g.strokeStyle = scene.theme.mark[role];
    g.lineWidth = 2.5;
    g.setLineDash(dash);
    g.beginPath();
    places.forEach((at, i) => g[i ? "lineTo" : "moveTo"](x(rows()[at].size), deep(from[i])));
    g.stroke();
    g.setLineDash([]);
  }

  function bar(g, at, here, deep) {
    const fills = areaFills(g);
    let from = 0;
    costsOf(at).forEach((cost, part) => {
      g.fillStyle = fills[part];
      g.fillRect(here - 9, deep(from + cost), 18, deep(from) - deep(from + cost));
      from += cost;
    });
  }

  function curvesOf(g, tall) {
    const { theme } = scene;
    OWN_KINDS.forEach(([name, role, dash], kind) => {
      const points = ownPlaces(kind).map((at) => [x(rows()[at].size), tall(rows()[at].tokens)]);
      g.strokeStyle = g.fillStyle = theme.mark[role];
      g.lineWidth = 2.5;
      g.setLineDash(dash);
      g.beginPath();
      points.forEach(([cx, cy], i) => g[i ? "lineTo" : "moveTo"](cx, cy));
      g.stroke();
      g.setLineDash([]);
      for (const [cx, cy] of points) {
        g.beginPath();
        if (kind) g.rect(cx - 4.5, cy - 4.5, 9, 9);
        else g.arc(cx, cy, 5, 0, 2 * Math.PI);
        g.fill();
      }
      const [cx, cy] = points[kind ? 2 : 1];
      write(g, theme, name, kind ? cx + 6 : cx - 8, kind ? cy - 15 : cy + 16, { size: geo.phone ? 14 : 16, weight: 600, colour: theme.word[role], align: kind ? "left" : "right", halo: true });
    });
  }

  function marks(g, tall, deep, chosen) {
    const { theme } = scene;
    rows().forEach((row, at) => {
      if (at < OWN_KINDS.length * OWN_SIZES) return;
      const cx = x(row.size);
      for (const [cy, strong] of [[tall(row.tokens), true], [deep(totalOf(at)), at === chosen]]) {
        g.fillStyle = theme.page;
        g.strokeStyle = strong ? theme.ink : theme.word.muted;
        g.lineWidth = 2;
        g.beginPath();
        for (const [i, [dx, dy]] of [[0, -6], [6, 0], [0, 6], [-6, 0]].entries()) g[i ? "lineTo" : "moveTo"](cx + dx, cy + dy);
        g.closePath();
        g.fill();
        g.stroke();
      }
      if (geo.phone && at !== chosen) return;
      const [dx, dy, align] = geo.phone ? [14, -21, "right"] : (NAME_AT[row.name] ?? [0, 19, "center"]);
      write(g, theme, row.name, cx + dx, tall(row.tokens) + dy, { size: 15, colour: at === chosen ? theme.word.highlight : theme.ink, weight: at === chosen ? 600 : 400, align, halo: true });
    });
  }

  function least_(g, deep) {
    const { theme, facts: { cheapest, say } } = scene;
    const at = cheapest[OWN_KINDS[lastOwn][0]];
    const [cx, cy] = [x(rows()[at].size), deep(totalOf(at))];
    g.fillStyle = theme.ink;
    g.beginPath();
    g.moveTo(cx, cy - 5);
    g.lineTo(cx - 6, cy - 14);
    g.lineTo(cx + 6, cy - 14);
    g.fill();
    write(g, theme, say.least, cx, cy - 25, { size: geo.phone ? 14 : 15, colour: theme.ink, align: "center", halo: true });
  }

  function areaFills(g) {
    const { mark } = scene.theme;
    return [`${mark.muted}55`, hatch(g, mark.value, "line"), hatch(g, mark.sum, "dot")];
  }

  function tell(at) {
    const { say, cheapest, type, characters } = scene.facts;
    const row = rows()[at];
    const own = OWN_KINDS.some(([name]) => name === row.kind);
    const kind = own ? row.kind : OWN_KINDS[lastOwn][0];
    const best = rows()[cheapest[kind]];
    const against = (ratio, words) => {
      const over = (ratio - 1) * 100;
      if (ratio >= 2) return filled(say.times, { times: number(ratio, ratio < 10 ? 1 : 0), ...words });
      return filled(say.more, { over: (over < 0 ? "" : "+") + number(over, Math.abs(over) < 0.95 ? 1 : 0), ...words });
    };
    const asked = row.asked !== row.size ? filled(say.asked, { asked: amount(row.asked) }) : "";
    const width = row.parameters / row.size;
    const lines = [
      [say.bytes, bytesOf(row.bytes), filled(say.numbers, { size: amount(row.size), width: amount(width), parameters: amount(row.parameters), type })],
      [say.sequence, amount(row.tokens), filled(say.rate, { per: number(characters / row.tokens, 2), trained: amount(row.trained) })],
      [say.work, large(row.total), row === best ? filled(say.cheapest, { kind }) : against(row.total / best.total, { kind, best: amount(best.size) })],
    ];
    panel.replaceChildren(
      element("h2", {}, own ? `${row.kind}, ${filled(say.sum, { size: amount(row.size) })}` : `${row.name}, ${filled(say.sum, { size: amount(row.size) })}`),
      element("small", { class: "asked" }, asked),
      ...lines.map(([name, value, more]) => element("div", { class: "fact" }, element("span", {}, name), element("b", {}, value), element("small", {}, more))),
    );
    legend.replaceChildren(...["layers", "attention", "head"].flatMap((part) => [element("i", { class: `swatch ${part}` }), say[part]]));
    reading.replaceChildren(
      element("span", { class: "equation" }, sumOf(row.costs)),
      element("small", {}, filled(say.formula, { tokens: amount(row.tokens) })),
    );
  }

  // --- the hand: near a curve or a mark in the upper picture, by the entries alone in the lower one
  const nearest = (point) => {
    const { tall } = scales();
    const upper = point.y < geo.low.y - 20;
    const among = rows().map((row, at) => [at, x(row.size), tall(row.tokens)]).filter(([at]) => upper || Math.floor(at / OWN_SIZES) === lastOwn);
    return among.map(([at, cx, cy]) => [at, upper ? Math.hypot(cx - point.x, 1.5 * (cy - point.y)) : Math.abs(cx - point.x)]).reduce((a, b) => (b[1] < a[1] ? b : a));
  };
  const choose = (point, settled) => {
    lastK = null;
    scene.move(stateOf(nearest(point)[0]), { settled });
  };
  pointers(drawn, {
    grab: (point) => point.x >= geo.top.x - 24,
    move: (point) => choose(point, false),
    drop: (point) => choose(point, true),
    over: (point) => {
      const found = point && geo ? nearest(point) : null;
      const next = found && found[1] < 26 ? found[0] : null;
      if (next === hover) return;
      hover = next;
      drawn.draw();
    },
  });

  return {
    draw() {
      hover = null;
      drawn.describe(scene.facts.alt ?? "");
      const { k, of } = scene.state;
      const moved = facts === scene.facts && lastK !== null && k !== lastK;
      facts = scene.facts;
      lastK = k;
      if (moved && of >= OWN_KINDS.length) scene.move({ of: lastOwn }, { settled: false }); // back to the curve
      else drawn.draw();
    },
    destroy: drawn.destroy,
  };
}

function circle(g, x, y, r) {
  g.beginPath();
  g.arc(x, y, r, 0, 2 * Math.PI);
}

// A fill that does not rely on its colour.
function hatch(g, colour, kind) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d");
  t.fillStyle = `${colour}66`;
  t.fillRect(0, 0, 8, 8);
  t.strokeStyle = t.fillStyle = colour;
  t.lineWidth = 1.6;
  if (kind === "line") {
    t.beginPath();
    for (const shift of [-8, 0, 8]) {
      t.moveTo(shift, 8);
      t.lineTo(shift + 8, 0);
    }
    t.stroke();
  } else t.fillRect(2, 2, 3, 3);
  return g.createPattern(tile, "repeat");
}

function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((step) => step * power >= rough) ?? 10);
}
