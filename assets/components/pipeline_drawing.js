// Draws the pipeline between two of its stages: `from` and `to`, `k` of the way.

import { amount } from "./numbers.js";
import { mix, mixAll } from "./motion.js";
import { drawHatched, drawRail, drawStrip, outlineCell } from "./strips.js";
import { visible } from "./dom.js";
import { face, PANELS, panelsOf, tableBox } from "./pipeline_layout.js";

const LABELS = {
  tokens: { role: "token", symbol: "W", before: "rows of " },
  positions: { role: "position", symbol: "P", before: "rows of " },
  nothing: { role: "muted", symbol: "", before: "nothing added" },
  types: { role: "muted", symbol: "T", before: "" },
  total: { role: "sum", symbol: "s", before: "" },
  output: { role: "sum", symbol: "x", before: "" },
};

export function drawPipeline(g, view) {
  const { theme, geo, scenes, from, to, k, picture, chosen } = view;
  const [a, b] = [scenes.list[from], scenes.list[to]];
  const tokens = a.tokens.map((place, i) => {
    const { strip: stripA, ...restA } = place;
    const { strip: stripB, ...restB } = b.tokens[i];
    return { ...mixAll(restA, restB, k), strip: mixAll(stripA, stripB, k) };
  });
  const boxes = Object.fromEntries(PANELS.map((name) => [name, mixAll(a.boxes[name], b.boxes[name], k)]));
  const weight = (stage) => (a.stage === stage ? 1 - k : 0) + (b.stage === stage ? k : 0);
  const crisp = (stage) => Math.max(0, 2 * weight(stage) - 1); // what stands where another thing stood waits for it to go
  const step = mix(from, to, k);
  const pen = penFor(g, theme);
  const drawn = { g, pen, view, tokens, boxes, weight, crisp, step, theme, geo, picture, chosen };

  g.clearRect(0, 0, geo.width, view.height);
  drawText(drawn);
  drawTokens(drawn);
  drawBrackets(drawn);
  drawVocabulary(drawn);
  drawOneHot(drawn);
  drawTables(drawn);
  return { tokens, boxes };
}

function penFor(g, theme) {
  return {
    faded(alpha, draw) {
      if (alpha < 0.02) return;
      g.save();
      g.globalAlpha *= Math.min(1, alpha);
      draw();
      g.restore();
    },
    write(text, x, y, { size = 16, weight = 400, role = null, align = "left", serif = false, room = Infinity } = {}) {
      g.font = `${serif ? "italic " : ""}${weight} ${size}px ${serif ? theme.serif : theme.sans}`;
      g.fillStyle = role ? theme.word[role] : theme.ink;
      g.textAlign = align;
      g.textBaseline = "middle";
      let shown = text;
      while (shown.length > 1 && g.measureText(shown).width > room) shown = `${Array.from(shown).slice(0, -2).join("")}…`;
      g.fillText(shown, x, y);
      return g.measureText(shown).width;
    },
  };
}

// Between text and tokens the words themselves lift off, so the text gives way at once. Text that is written from right
// to left has no place for each piece, and fades.
const LIFT = 8;

// Stage 1: the text, each character underlined.
function drawText({ g, pen, weight, view, theme, geo }) {
  const { lines, size, lineHeight, top, characters, rtl, widthTo } = view.scenes.flow.text;
  const alpha = rtl ? weight("text") : Math.max(0, 1 - LIFT * (1 - weight("text")));
  pen.faded(alpha, () => {
    lines.forEach((line, row) => {
      const y = top + row * lineHeight;
      g.direction = rtl ? "rtl" : "ltr";
      pen.write(line.text, rtl ? geo.width - 4 : 2, y + size * 0.7, { size, weight: 450, align: rtl ? "right" : "left" });
      g.direction = "ltr";
      if (rtl) return;
      g.strokeStyle = theme.mark.muted;
      g.lineWidth = 1.5;
      g.font = `450 ${size}px ${theme.sans}`;
      let left = 0;
      for (let i = line.start; i < line.end; i++) {
        const right = widthTo(line, i + 1);
        g.globalAlpha = alpha * (characters[i] === " " ? 0.35 : 1);
        g.beginPath();
        g.moveTo(2 + left + 1.5, y + size * 1.32);
        g.lineTo(2 + Math.max(left + 2, right - 1.5), y + size * 1.32);
        g.stroke();
        left = right;
      }
      g.globalAlpha = alpha;
    });
    const count = characters.length;
    if (!count) return;
    const spaces = characters.filter((c) => c === " ").length;
    const end = top + lines.length * lineHeight + 20;
    pen.write(`${amount(count)} characters, ${spaces ? `${spaces} of them spaces` : "no space among them"}`, 2, end, { size: geo.phone ? 15 : 17, role: "muted" });
  });
}

// The chips, their row numbers and their ids.
function drawTokens({ g, pen, tokens, theme, geo, picture, chosen, step, view }) {
  const lift = step < 1 && !view.scenes.flow.text.rtl ? LIFT : 1;
  const { pieces } = picture.facts;
  const id = pieces[chosen.row]?.id;
  tokens.forEach((place, i) => {
    const piece = pieces[i];
    const followed = i === chosen.row;
    pen.faded(place.chip * (piece.kind === "piece" ? 1 : 0.9), () => {
      g.beginPath();
      g.roundRect(place.x, place.y, place.w, place.h, 5);
      if (piece.kind === "piece") {
        g.fillStyle = i % 2 ? "rgba(4,165,122,.30)" : "rgba(4,165,122,.15)";
        g.fill();
      } else {
        g.setLineDash([4, 3]);
        g.strokeStyle = theme.mark.muted;
        g.lineWidth = 1.2;
        g.stroke();
        g.setLineDash([]);
      }
      if (followed && step > 0.5) {
        g.beginPath();
        g.roundRect(place.x, place.y, place.w, place.h, 5);
        g.strokeStyle = theme.word.highlight;
        g.lineWidth = 2.5;
        g.stroke();
      }
    });
    pen.faded(place.a * (piece.kind === "piece" ? lift : 1), () => {
      const [mark, body] = face(piece);
      const style = { size: place.size, weight: followed && step > 1.5 ? 650 : 450 };
      const y = place.y + place.h / 2 + 1;
      const room = step < 1 ? Infinity : place.w - place.pad - 2;
      const used = mark ? pen.write(mark, place.x + place.pad, y, { ...style, role: "muted", room }) : 0;
      if (body && room - used > 4) pen.write(body, place.x + place.pad + used, y, { ...style, room: room - used + 3 });
    });
    pen.faded(place.idA, () => {
      const same = piece.id === id;
      pen.write(String(piece.id), place.idX, place.y + place.h / 2 + 1, { size: place.idSize, weight: same ? 650 : 400, role: same ? "token" : "muted", align: "right" });
    });
    pen.faded(Math.min(1, Math.max(0, step - 1)) * place.a, () =>
      pen.write(String(i), geo.number - 8, place.y + place.h / 2 + 1, { size: Math.min(15, geo.text), weight: followed ? 650 : 400, role: step > 4.5 ? "position" : "muted", align: "right" }));
  });
}

// Stage 2: a bracket under the pieces of one word, or the bytes of one character.
function drawBrackets({ g, pen, tokens, crisp, theme, geo, picture }) {
  const { pieces, text } = picture.facts;
  const characters = Array.from(text);
  pen.faded(crisp("tokens"), () => {
    for (let i = 0; i < pieces.length; i++) {
      let j = i;
      while (j + 1 < pieces.length && pieces[i].group !== null && pieces[j + 1].group === pieces[i].group && tokens[j + 1].y === tokens[i].y) j++;
      if (j === i) continue;
      const y = tokens[i].y + tokens[i].h + 5;
      const [left, right] = [tokens[i].x + 2, tokens[j].x + tokens[j].w - 2];
      g.strokeStyle = theme.mark.muted;
      g.lineWidth = 1.5;
      g.beginPath();
      g.moveTo(left, y - 2);
      g.lineTo(left, y + 3);
      g.lineTo(right, y + 3);
      g.lineTo(right, y - 2);
      g.stroke();
      const source = characters.slice(pieces[i].start, pieces[j].end).join("").trim();
      const kind = Array.from(source).length === 1 ? "one character" : "one word";
      const size = Math.min(geo.phone ? 14 : 16, tokens[i].size);
      g.font = `400 ${size}px ${theme.sans}`;
      const label = `${kind}: ${visible(source)}`;
      const short = g.measureText(label).width > right - left + 24;
      pen.write(short ? visible(source) : label, (left + right) / 2, y + 4 + size * 0.75, { size, role: "muted", align: "center", room: right - left + 24 });
      i = j;
    }
  });
}

// Stage 3: the entries of the vocabulary around the chosen id.
function drawVocabulary({ g, pen, tokens, crisp, theme, geo, picture, chosen }) {
  const piece = picture.facts.pieces[chosen.row];
  if (!piece) return;
  pen.faded(crisp("ids"), () => {
    const [first, entries] = picture.facts.around[piece.id];
    const pitch = Math.min(29, (geo.rows * geo.pitch) / entries.length, 29);
    const space = Math.max(pitch, geo.phone ? 24 : 27);
    const place = tokens[chosen.row];
    const x = geo.phone ? geo.width - 128 : Math.min(geo.width - 320, geo.id + 330);
    const idWidth = geo.phone ? 50 : 62;
    const top = geo.top;
    pen.write(geo.phone ? "vocabulary" : `the vocabulary, ${amount(picture.facts.vocabulary)} entries`, x, 14, { size: geo.phone ? 15 : 16, role: "muted" });
    entries.forEach((entry, j) => {
      const y = top + j * space + space / 2;
      if (y > geo.top + 352) return;
      const hit = first + j === piece.id;
      pen.write(String(first + j), x + idWidth - 10, y, { size: geo.phone ? 15 : 17, weight: hit ? 650 : 400, role: hit ? "token" : "muted", align: "right" });
      pen.write(visible(entry).replaceAll("\u2581", "␣"), x + idWidth + 6, y, { size: geo.phone ? 15 : 17, weight: hit ? 650 : 400, role: hit ? null : "muted", room: geo.width - x - idWidth - 10 });
      if (!hit || !place.idA) return;
      g.strokeStyle = theme.word.highlight;
      g.lineWidth = 2.5;
      const start = { x: place.idX + 10, y: place.y + place.h / 2 };
      const end = { x: x + idWidth - 16 - g.measureText(String(piece.id)).width - 30, y };
      g.beginPath();
      g.moveTo(start.x, start.y);
      g.bezierCurveTo(mix(start.x, end.x, 0.5), start.y, mix(start.x, end.x, 0.5), end.y, Math.max(start.x + 8, end.x), end.y);
      g.stroke();
    });
  });
}

// Stage 4: each id as a line of zeros with one 1, and W, of which it picks a row.
function drawOneHot({ g, pen, tokens, crisp, theme, geo, picture, chosen }) {
  const { facts } = picture;
  pen.faded(crisp("onehot"), () => {
    const box = tableBox(geo);
    const left = geo.phone ? geo.id + 66 : geo.x + 8;
    const right = box.x - (geo.phone ? 42 : 120);
    const id = facts.pieces[chosen.row]?.id;
    pen.write(geo.phone ? "0" : "id 0", left, 14, { size: 15, role: "muted" });
    pen.write(`${geo.phone ? "" : "id "}${facts.vocabulary - 1}`, right, 14, { size: 15, role: "muted", align: "right" });
    if (!geo.phone) pen.write("one-hot rows", (left + right) / 2, 14, { size: 16, weight: 450, role: "muted", align: "center" });
    g.fillStyle = "rgba(128,134,146,.10)";
    g.fillRect(box.x, box.y, box.w, box.h);
    g.strokeStyle = theme.mark.token;
    g.lineWidth = 1.5;
    g.strokeRect(box.x, box.y, box.w, box.h);
    const symbol = pen.write("W", box.x, 13, { size: 20, weight: 600, role: "token", serif: true });
    if (!geo.phone) pen.write(`${amount(facts.vocabulary)} × ${facts.width}`, box.x + symbol + 9, 14, { size: 16, role: "muted" });
    pen.write("×", (right + box.x) / 2 - (geo.phone ? 0 : 26), box.y + box.h / 2, { size: geo.phone ? 20 : 30, align: "center" });
    tokens.forEach((place, i) => {
      if (!place.idA) return;
      const y = place.y + place.h / 2;
      const x = left + (facts.pieces[i].id / facts.vocabulary) * (right - left);
      g.strokeStyle = "rgba(128,134,146,.55)";
      g.lineWidth = 1.5;
      g.beginPath();
      g.moveTo(left, y);
      g.lineTo(right, y);
      g.stroke();
      g.fillStyle = facts.pieces[i].id === id ? theme.mark.token : theme.mark.muted;
      g.fillRect(x - 2, y - place.h * 0.36, 4, place.h * 0.72);
    });
    const place = tokens[chosen.row];
    if (!place?.idA) return;
    const y = place.y + place.h / 2;
    const x = left + (id / facts.vocabulary) * (right - left);
    const row = box.y + (id / facts.vocabulary) * box.h + 1.5;
    const bend = geo.phone ? 26 : 90;
    g.strokeStyle = theme.word.highlight;
    g.lineWidth = 2.5;
    g.beginPath();
    g.moveTo(x + 4, y);
    g.bezierCurveTo(x + bend, y, box.x - bend * 1.3, row, box.x - 6, row);
    g.stroke();
    pen.write("1", x + 8, y - 9, { size: 15, weight: 650, role: "highlight" });
    if (!geo.phone) pen.write(`row ${id}`, box.x - 8, Math.max(box.y + 8, row - 13), { size: 16, weight: 650, role: "highlight", align: "right" });
  });
}

// Stages 5 to 8: the tables side by side, with their names, rails, ticks and the signs between them.
function drawTables({ g, pen, tokens, boxes, weight, theme, geo, picture, chosen, view }) {
  const { facts, arrays } = picture;
  const count = Math.min(geo.columns, facts.width - view.firstDim);
  const share = count / geo.columns;
  const scaled = mix(1, facts.factor, weight("sum"));
  const row = (name, i) => {
    const place = tokens[i];
    return name === "tokens" ? place.strip : { ...boxes[name], y: place.y, h: geo.cell, a: boxes[name].a * place.a };
  };
  const limit = { output: facts.limits.output };
  for (const name of PANELS) {
    for (let i = 0; i < tokens.length; i++) {
      const box = row(name, i);
      if (box.a < 0.02) continue;
      g.globalAlpha = box.a;
      const strip = { ...box, w: box.w * share };
      if (name === "nothing") drawHatched(g, box, theme.mark.muted);
      else drawStrip(g, strip, arrays[name].numbers, i * facts.width + view.firstDim, count, limit[name] ?? facts.limits.parts, name === "tokens" ? scaled : 1);
      g.globalAlpha = 1;
    }
    drawHeader({ pen, g, name, box: { ...boxes[name], a: name === "tokens" ? boxes.tokens.a * (1 - weight("onehot")) : boxes[name].a }, count, share, scaled, view, theme, geo, picture });
  }
  const middle = geo.top + (geo.rows * geo.pitch) / 2 - 4;
  for (const [stage, alpha] of view.weights) {
    const names = panelsOf(stage, picture);
    pen.faded(alpha, () => names.slice(1).forEach((name, i) => {
      const before = boxes[names[i]];
      const sign = name === "total" ? "=" : name === "nothing" ? "" : stage === "positions" ? "" : "+";
      pen.write(sign, (before.x + before.w + boxes[name].x) / 2, middle, { size: geo.phone ? 20 : 30, align: "center" });
    }));
  }
  const column = chosen.dim - view.firstDim;
  if (column < 0 || column >= count || !tokens[chosen.row]) return;
  for (const name of PANELS) {
    const box = name === "nothing" ? { a: 0 } : row(name, chosen.row);
    if (box.a > 0.5 && box.h > 6) outlineCell(g, { ...box, w: box.w * share }, count, column, theme);
  }
}

function drawHeader({ g, pen, name, box, count, share, scaled, view, theme, geo, picture }) {
  pen.faded(box.a, () => {
    const { role, symbol, before } = LABELS[name];
    const { facts, arrays } = picture;
    const short = box.w < 150;
    let x = box.x;
    if (before && (!short || name === "nothing")) x += pen.write(before, x, 14, { size: short ? 15 : 16, weight: 450, role: "muted", room: box.w });
    if (name === "tokens" && scaled > 1.001) x += pen.write(`√${facts.width} × `, x, 14, { size: 16, role: "muted" });
    if (symbol) x += pen.write(name === "total" && !arrays.gamma ? "x" : symbol, x, 13, { size: 20, weight: 600, role, serif: true }) + 9;
    const shape = `${facts.pieces.length} × ${facts.width}`;
    g.font = `450 16px ${theme.sans}`;
    const ticked = box.w > 500;
    if (symbol && x + g.measureText(shape).width < box.x + box.w) x += pen.write(shape, x, 14, { size: 16, weight: 450, role: "muted" });
    drawRail(g, box.x, geo.top - 7, box.w * share, count, theme.mark[role]);
    if (!ticked) return;
    const cell = (box.w * share) / count;
    for (let j = 0; j < count; j++) {
      const dim = view.firstDim + j;
      const middle = box.x + (j + 0.5) * cell;
      if (dim % 8 === 0 && middle > x + 24) pen.write(String(dim), middle, 14, { size: 14, role: "muted", align: "center" });
    }
  });
}
