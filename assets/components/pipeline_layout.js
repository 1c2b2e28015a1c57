// Where everything stands at each stage of the pipeline, for one width of the picture.

import { visible } from "./dom.js";

export const HEIGHT = 386;
const TOP = 34;
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

// The measures that hold for all stages. Rows and columns that do not fit are paged, never averaged.
export function geometry(width, facts) {
  const phone = width < 600;
  const room = HEIGHT - TOP - 6;
  const rows = Math.max(1, Math.min(facts.pieces.length, Math.floor(room / 22)));
  const pitch = Math.min(29, room / rows);
  const longest = String(Math.max(0, ...facts.pieces.map((piece) => piece.id))).length;
  const number = phone ? 22 : 30;
  const chip = phone ? 70 : 98;
  const id = phone ? 0 : longest * 9 + 12;
  const x = number + chip + id + (phone ? 8 : 14);
  return {
    phone, width, rows, pitch, top: TOP, cell: pitch - Math.max(2.5, pitch * 0.14), number, chip,
    id: number + chip + id, x, w: width - x - 2,
    columns: Math.min(phone ? 16 : width < 860 ? 24 : 48, facts.width), operator: phone ? 16 : 30,
    text: Math.min(phone ? 15 : 17, pitch * 0.66),
  };
}

// The part of a piece that only marks its place (## or a leading space), and the rest.
export function face(piece) {
  if (piece.kind !== "piece") return [piece.text, ""];
  if (piece.text.startsWith("##") && piece.text.length > 2) return ["##", visible(piece.text.slice(2))];
  const [mark] = piece.text.match(/^\u2581*/);
  const body = visible(piece.text.slice(mark.length)).replaceAll("\u2581", "␣");
  return ["␣".repeat(mark.length), body];
}

// The tables that stand side by side at a stage.
export function panelsOf(stage, { arrays }) {
  const added = ["positions", "types"].filter((name) => arrays[name]);
  switch (stage) {
    case "rows": return ["tokens"];
    case "positions": return ["tokens", arrays.positions ? "positions" : "nothing"];
    case "sum": return ["tokens", ...added, "total"];
    case "output": return ["output"];
    default: return [];
  }
}
export const PANELS = ["tokens", "positions", "nothing", "types", "total", "output"];
export const STAGES = ["text", "tokens", "ids", "onehot", "rows", "positions", "sum", "output"];

// The box of W at the one-hot stage: the whole table in small.
export const tableBox = (geo) => {
  const w = geo.phone ? 70 : 210;
  return { x: geo.width - w - 2, y: geo.top, w, h: geo.rows * geo.pitch - 4 };
};

// For each stage and token: its chip, its id, and its strip in each table. Boxes are {x, y, w, h, a}, a the opacity.
export function scenes(g, geo, picture, firstRow, sans) {
  const { facts } = picture;
  const flow = { text: flowText(g, geo, facts, sans), tokens: flowChips(g, geo, facts, sans) };
  const rowY = (i) => geo.top + (i - firstRow) * geo.pitch;
  const shown = (i) => (i >= firstRow && i < firstRow + geo.rows ? 1 : 0);
  const inside = (i) => rowY(Math.min(firstRow + geo.rows, Math.max(firstRow - 1, i)));
  const small = tableBox(geo);

  const boxes = STAGES.map((stage) => {
    const keys = panelsOf(stage, picture);
    const w = (geo.w - geo.operator * (keys.length - 1)) / keys.length;
    return Object.fromEntries(keys.map((key, k) => [key, { x: geo.x + k * (w + geo.operator), w, a: 1 }]));
  });
  const full = { x: geo.x, w: geo.w, a: 0 };
  STAGES.forEach((_, s) => {
    for (const key of PANELS) {
      const later = boxes.slice(s).find((at) => at[key]?.a);
      boxes[s][key] ??= later ? { ...later[key], a: 0 } : full;
    }
  });

  const list = STAGES.map((stage, s) => ({
    stage,
    boxes: boxes[s],
    tokens: facts.pieces.map((piece, i) => {
      const listed = s >= 2;
      const place = listed
        ? { x: geo.number, y: inside(i), w: geo.chip, h: geo.cell, size: geo.text, pad: geo.phone ? 6 : 9, chip: shown(i), a: shown(i) }
        : { ...flow[stage].places[i], chip: stage === "text" ? 0 : 1, a: stage === "text" ? 0 : 1 };
      place.idX = s === 2 ? geo.number + geo.chip + (geo.phone ? 74 : 96) : geo.phone ? geo.number + geo.chip + 54 : geo.id;
      place.idA = listed && shown(i) && !(geo.phone && s > 3) ? 1 : 0;
      place.idSize = s === 2 ? Math.min(geo.phone ? 18 : 22, geo.text * 1.25) : geo.text;
      place.strip = stage === "onehot"
        ? { x: small.x, y: small.y + (piece.id / facts.vocabulary) * small.h, w: small.w, h: 3, a: shown(i) }
        : { ...boxes[s].tokens, y: inside(i), h: s < 3 ? 2 : geo.cell, a: boxes[s].tokens.a * shown(i) };
      return place;
    }),
  }));
  return { list, flow, rowY };
}

function fit(sizes, room, layout) {
  let result;
  for (const size of sizes) {
    result = layout(size);
    if (result.height <= room) break;
  }
  return result;
}

// The text itself, wrapped at words: its lines, and where each piece stands in them.
function flowText(g, geo, facts, sans) {
  const characters = Array.from(visible(facts.text));
  const rtl = RTL.test(facts.text);
  const result = fit(geo.phone ? [25, 21, 18, 16] : [46, 38, 30, 24, 20, 17], HEIGHT - 90, (size) => {
    g.font = `450 ${size}px ${sans}`;
    const lines = [];
    let start = 0;
    while (start < characters.length) {
      let end = start;
      let width = 0;
      let blank = -1;
      while (end < characters.length) {
        width += g.measureText(characters[end]).width;
        if (width > geo.width - 6 && end > start) break;
        if (characters[end] === " ") blank = end;
        end++;
      }
      if (end < characters.length && blank > start) end = blank + 1;
      lines.push({ start, end, text: characters.slice(start, end).join("") });
      start = end;
    }
    return { size, lines, lineHeight: size * 1.55, height: lines.length * size * 1.55 };
  });
  const { size, lines, lineHeight } = result;
  const top = Math.max(geo.top, (geo.phone ? 0.36 : 0.42) * HEIGHT - result.height / 2);
  g.font = `450 ${size}px ${sans}`;
  const widthTo = (line, at) => g.measureText(characters.slice(line.start, at).join("")).width;
  const places = facts.pieces.map((piece, i) => {
    let at = piece.start;
    while (at < piece.end - 1 && characters[at] === " ") at++;
    const row = Math.max(0, lines.findIndex((line) => at < line.end));
    const line = lines[row];
    if (!line || piece.kind !== "piece") {
      const end = lines.length ? lines[lines.length - 1] : null;
      const x = i && end ? 2 + widthTo(end, end.end) : 2;
      return { x, y: top + (i ? Math.max(0, lines.length - 1) : 0) * lineHeight, w: 4, h: size * 1.4, size, pad: 0 };
    }
    const x = 2 + widthTo(line, at);
    return { x, y: top + row * lineHeight, w: 2 + widthTo(line, Math.min(piece.end, line.end)) - x, h: size * 1.4, size, pad: 0 };
  });
  return { ...result, top, places, characters, rtl, widthTo };
}

// The pieces as chips, words apart and pieces of one word together.
function flowChips(g, geo, facts, sans) {
  const { pieces } = facts;
  const joined = (i) => i > 0 && pieces[i].group !== null && pieces[i].group === pieces[i - 1].group;
  const result = fit(geo.phone ? [22, 19, 16, 14] : [34, 28, 23, 19, 16, 14], HEIGHT - 70, (size) => {
    g.font = `450 ${size}px ${sans}`;
    const pad = size * 0.27;
    const widths = pieces.map((piece) => Math.max(size * 0.5, g.measureText(face(piece).join("")).width) + 2 * pad);
    const places = [];
    let x = 2;
    let row = 0;
    pieces.forEach((_, i) => {
      let word = widths[i];
      for (let j = i + 1; j < pieces.length && joined(j); j++) word += widths[j] + 2;
      if (i) x += joined(i) ? 2 : Math.max(6, size * 0.32);
      if (x > 2 && x + (joined(i) ? widths[i] : Math.min(word, geo.width * 0.9)) > geo.width - 4) {
        x = 2;
        row++;
      }
      places.push({ x, row, w: widths[i], pad });
      x += widths[i];
    });
    const lineHeight = size * 1.4 + 36;
    return { size, places, lineHeight, height: (row + 1) * lineHeight };
  });
  const top = Math.max(4, (geo.phone ? 0.4 : 0.44) * HEIGHT - result.height / 2);
  return {
    ...result,
    places: result.places.map(({ x, row, w, pad }) => ({ x, y: top + row * result.lineHeight, w, pad, h: result.size * 1.4, size: result.size })),
  };
}
