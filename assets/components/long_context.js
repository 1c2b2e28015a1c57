// Every pair's angle at a position of a long text, against the angles of training: how far each pair has turned, and a
// clock for some of them. Tensors: trained, read (turns of each pair in L positions, and in N). Facts: rates (turns a
// position), length (L), reach (N). State: p (position), i (pair).

import { chosenPairs } from "./clocks.js";
import { element } from "./dom.js";
import { amount } from "./numbers.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(buildLong);

const seen = (theme) => (theme.dark ? "rgba(105,130,196,.30)" : "rgba(86,105,156,.17)");
const TURN = 2 * Math.PI;

function longGeometry(width, count, mine = 0) {
  const phone = isPhone(width);
  const left = phone ? 48 : 60;
  const w = width - left - (phone ? 8 : 132);
  const plot = { x: left, y: 26, w, h: phone ? 176 : 236 };
  const pairs = chosenPairs(count, phone ? 7 : Math.max(8, Math.min(16, Math.floor(w / 46))), mine);
  const pitch = w / pairs.length;
  const r = Math.min(22, pitch / 2 - 3);
  const clocks = { x: left, y: plot.y + plot.h + 38 + r, r };
  return { phone, plot, pairs, pitch, clocks, column: w / count, height: clocks.y + r + 26 };
}

function buildLong(scene) {
  const legend = element("div", { class: "legend" });
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  let geo = null;
  let hover = null;

  const drawn = surface(scene.root, { height: (width) => longGeometry(width, scene.arrays.trained?.numbers.length ?? 2).height, paint });
  scene.root.append(element("div", { class: "under" }, legend, reading));

  const isBeyond = (turns, trained) => trained < 1 && turns > trained * (1 + 1e-6);

  function paint(g, width) {
    const { trained, read } = scene.arrays;
    if (!trained) return;
    const { theme, facts, state: { p } } = scene;
    const i = hover ?? scene.state.i;
    const [before, after] = [trained.numbers, read.numbers];
    const count = before.length;
    geo = longGeometry(width, count, i);
    scene.root.classList.toggle("phone", geo.phone);
    const { plot, column } = geo;
    const turns = facts.rates.map((rate) => rate * p);

    const low = Math.log10(Math.min(...before, ...after)) - 0.35;
    const high = Math.log10(Math.max(...before, ...after)) + 0.12;
    const x = (pair) => plot.x + (pair + 0.5) * column;
    const y = (value) => plot.y + plot.h - (plot.h * (Math.log10(value) - low)) / (high - low);
    const bottom = plot.y + plot.h;

    // what training saw: all angles of a pair that made a turn, those up to its last for the others
    g.fillStyle = seen(theme);
    g.beginPath();
    g.moveTo(plot.x, bottom);
    for (let pair = 0; pair < count; pair++) {
      const top = before[pair] < 1 ? y(before[pair]) : plot.y;
      g.lineTo(plot.x + pair * column, top);
      g.lineTo(plot.x + (pair + 1) * column, top);
    }
    g.lineTo(plot.x + plot.w, bottom);
    g.fill();
    axes(g, x, y, low, high, count);
    line(g, theme, before, x, y, []);
    line(g, theme, after, x, y, [2, 4]);
    ends(g, y(before[count - 1]), y(after[count - 1]));

    // the chosen pair: a thread from its point to its clock
    const k = geo.pairs.indexOf(i);
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 1;
    g.setLineDash([3, 4]);
    g.beginPath();
    g.moveTo(x(i), turns[i] ? Math.min(bottom, y(turns[i])) : bottom);
    g.lineTo(x(i), bottom + 6);
    g.lineTo(clockX(k), geo.clocks.y - geo.clocks.r);
    g.stroke();
    g.setLineDash([]);

    g.save();
    g.beginPath();
    g.rect(plot.x - 8, plot.y - 8, plot.w + 16, plot.h + 8);
    g.clip();
    let beyond = 0;
    const size = Math.min(5, Math.max(2.5, column * 0.4));
    for (let pair = 0; pair < count; pair++) {
      const at = { x: x(pair), y: turns[pair] ? y(turns[pair]) : bottom + 20 };
      if (isBeyond(turns[pair], before[pair])) {
        beyond += 1;
        g.strokeStyle = theme.ink;
        g.lineWidth = 1;
        g.beginPath();
        g.moveTo(at.x, Math.min(bottom, y(before[pair])));
        g.lineTo(at.x, at.y);
        g.stroke();
        diamond(g, theme, at, size + 1);
      } else {
        g.fillStyle = theme.mark.position;
        g.beginPath();
        g.arc(at.x, at.y, size, 0, TURN);
        g.fill();
      }
    }
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.arc(x(i), turns[i] ? y(turns[i]) : bottom + 20, size + 5, 0, TURN);
    g.stroke();
    g.restore();
    words(g, before, beyond);
    drawClocks(g, turns, before, i);
    say(p, i, turns[i], before[i], beyond, count);
  }

  function axes(g, x, y, low, high, count) {
    const { theme } = scene;
    const { plot, phone } = geo;
    const size = phone ? 14 : 15;
    const every = Math.ceil((high - low) / 6);
    for (let power = Math.ceil(low); power <= high; power++) {
      if (power % every) continue;
      const text = power < 0 ? (10 ** power).toFixed(-power) : amount(10 ** power);
      write(g, theme, text, plot.x - 8, y(10 ** power), { size, align: "right" });
    }
    write(g, theme, "turns", plot.x - 8, plot.y - 14, { size, align: "right" });
    if (low < 0 && high > 0) {
      g.strokeStyle = theme.word.muted;
      g.lineWidth = 1;
      g.setLineDash([1, 4]);
      g.beginPath();
      g.moveTo(plot.x, y(1));
      g.lineTo(plot.x + plot.w, y(1));
      g.stroke();
      g.setLineDash([]);
    }
    const step = count <= 16 ? 4 : count <= 32 ? 8 : 16;
    for (let pair = 0; pair < count; pair += step) write(g, theme, pair ? String(pair) : "pair 0", x(pair), plot.y + plot.h + 14, { size, align: pair ? "center" : "left" });
  }

  function line(g, theme, values, x, y, dash) {
    g.strokeStyle = theme.word.muted;
    g.lineWidth = 1.5;
    g.setLineDash(dash);
    g.beginPath();
    values.forEach((value, pair) => g[pair ? "lineTo" : "moveTo"](x(pair), y(value)));
    g.stroke();
    g.setLineDash([]);
  }

  function ends(g, trained, read) {
    const { theme, facts } = scene;
    const { plot, phone } = geo;
    if (phone) return;
    const apart = Math.max(0, 40 - Math.abs(trained - read)) / 2;
    const sides = read <= trained ? [apart, -apart] : [-apart, apart];
    const last = plot.y + plot.h - 10;
    const at = plot.x + plot.w + 10;
    const first = Math.min(last, trained + sides[0]);
    const second = Math.min(last - (read <= trained ? 40 : 0), read + sides[1]);
    for (const [y, text, number] of [[first, "training ends", `L = ${amount(facts.length)}`], [second, "reading ends", `N = ${amount(facts.reach)}`]]) {
      write(g, theme, text, at, y - 9, { size: 15, halo: true });
      write(g, theme, number, at, y + 9, { size: 15, colour: theme.ink, halo: true });
    }
  }

  function words(g, before, beyond) {
    const { theme } = scene;
    const { plot, column, phone } = geo;
    const first = before.findIndex((turns) => turns < 1);
    const size = phone ? 14 : 16;
    write(g, theme, "angles met in training", plot.x + 10, plot.y + plot.h - 14, { size, colour: theme.ink });
    if (first < 0) return;
    g.font = `400 ${size}px ${theme.sans}`;
    const room = plot.x + plot.w - (plot.x + first * column) - 12;
    const text = ["new angles", "new"].find((each) => g.measureText(each).width <= room);
    if (text) write(g, theme, text, plot.x + plot.w - 6, plot.y + 12, { size, colour: theme.ink, align: "right", weight: beyond ? 600 : 400 });
  }

  function diamond(g, theme, at, size) {
    g.fillStyle = theme.page;
    g.strokeStyle = theme.ink;
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(at.x, at.y - size);
    g.lineTo(at.x + size, at.y);
    g.lineTo(at.x, at.y + size);
    g.lineTo(at.x - size, at.y);
    g.closePath();
    g.fill();
    g.stroke();
  }

  const clockX = (k) => geo.clocks.x + (k + 0.5) * geo.pitch;

  // A clock: the sector that training met, the arc turned so far beyond it, and the hand.
  function drawClocks(g, turns, before, chosen) {
    const { theme } = scene;
    const { clocks: { y, r }, pairs, phone } = geo;
    pairs.forEach((pair, k) => {
      const x = clockX(k);
      const met = Math.min(1, before[pair]) * TURN;
      const beyond = isBeyond(turns[pair], before[pair]);
      g.fillStyle = seen(theme);
      g.beginPath();
      if (met < TURN) g.moveTo(x, y);
      g.arc(x, y, r, 0, -met, true);
      g.fill();
      g.strokeStyle = pair === chosen ? theme.word.highlight : theme.word.muted;
      g.lineWidth = pair === chosen ? 2.5 : 1;
      g.globalAlpha = pair === chosen ? 1 : 0.7;
      g.beginPath();
      g.arc(x, y, r, 0, TURN);
      g.stroke();
      g.globalAlpha = 1;
      const angle = (turns[pair] % 1) * TURN;
      const tip = { x: x + r * 0.8 * Math.cos(angle), y: y - r * 0.8 * Math.sin(angle) };
      if (beyond) {
        g.strokeStyle = theme.ink;
        g.lineWidth = 3;
        g.beginPath();
        g.arc(x, y, r - 3, -met, -Math.min(1, turns[pair]) * TURN, true);
        g.stroke();
      }
      g.strokeStyle = beyond ? theme.ink : theme.mark.position;
      g.lineWidth = beyond ? 2 : 3;
      g.setLineDash(beyond ? [4, 2.5] : []);
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(tip.x, tip.y);
      g.stroke();
      g.setLineDash([]);
      g.fillStyle = theme.ink;
      g.beginPath();
      g.arc(x, y, 2, 0, TURN);
      g.fill();
      write(g, theme, String(pair), x, y + r + 13, { size: phone ? 14 : 15, align: "center", weight: pair === chosen ? 600 : 400, colour: pair === chosen ? theme.word.highlight : theme.word.muted });
    });
  }

  function say(p, i, turns, trained, beyond, count) {
    const wave = 1 / scene.facts.rates[i];
    const shownWave = wave < 1000 ? wave.toPrecision(4) : amount(Math.round(wave));
    const sign = shown(p / Number(shownWave.replaceAll(",", ""))) === shown(turns) ? "=" : "≈";
    const plain = (count - beyond).toString();
    legend.replaceChildren(
      element("span", { class: "position" }, "●"), ` ${plain} met\u2003`,
      element("b", { class: "ink" }, "◇"), ` ${beyond} new`,
    );
    const verdict = trained >= 1 ? "training met every angle" : `training went to ${shown(trained)} turns${isBeyond(turns, trained) ? ": beyond that is new" : ""}`;
    reading.replaceChildren(
      element("span", { class: "equation" }, `pair ${i}: ${amount(p)} ÷ ${shownWave} ${sign} ${shown(turns)} ${turns === 1 ? "turn" : "turns"}`),
      element("small", {}, verdict),
    );
  }

  // --- the hand
  const pairAt = (point) => {
    const { plot, column, clocks, pairs, pitch } = geo;
    const count = scene.arrays.trained.numbers.length;
    if (point.y > plot.y + plot.h + 18) return pairs[Math.min(pairs.length - 1, Math.max(0, Math.floor((point.x - clocks.x) / pitch)))];
    return Math.min(count - 1, Math.max(0, Math.floor((point.x - plot.x) / column)));
  };
  const within = ({ x }) => x >= geo.plot.x && x < geo.plot.x + geo.plot.w;
  const choose = (point, settled) => scene.move({ i: pairAt(point) }, { settled });
  pointers(drawn, {
    grab: within,
    move: (point) => choose(point, false),
    drop: (point) => choose(point, true),
    over: (point) => {
      const next = point && within(point) ? pairAt(point) : null;
      if (next === hover) return;
      hover = next;
      drawn.draw();
    },
  });

  return partOf(scene, drawn, () => (hover = null));
}

// Turns, three digits.
function shown(turns) {
  if (turns >= 1000) return amount(Math.round(turns));
  return turns === 0 || turns >= 1e-6 ? String(turns && turns.toPrecision(3)) : "under 0.000001";
}
