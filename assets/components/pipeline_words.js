// What a cell is, in words and numbers: where it comes from, and the sum that makes it.

import { element, visible } from "./dom.js";
import { face } from "./pipeline_layout.js";
import { amount, number, settle, term } from "./numbers.js";

const italic = (role, text) => element("i", { class: role }, text);
const word = (role, text) => element("span", { class: role }, text);
const line = (...parts) => element("div", { class: "equation" }, ...parts);
const small = (...parts) => element("small", {}, ...parts);
export const quoted = (piece) => `“${face(piece).join("")}”`;

// The two lines for number `dim` of row `row` of the table `panel`.
export function explainCell({ facts, arrays }, panel, row, dim) {
  const piece = facts.pieces[row];
  const value = (name) => arrays[name].numbers[row * facts.width + dim];
  const wRow = word("token", `row ${piece.id} of W`);
  if (panel === "tokens") {
    return [
      line(italic("token", "W"), `[${piece.id}, ${dim}] = `, word("token", number(value("tokens")))),
      small(`row ${piece.id} is the token ${quoted(piece)}`),
    ];
  }
  if (panel === "positions") {
    return [
      line(italic("position", "P"), `[${row}, ${dim}] = `, word("position", number(value("positions")))),
      small(`row ${row} is position ${row}, for any token`),
    ];
  }
  if (panel === "types") {
    return [line(italic("muted", "T"), `[0, ${dim}] = `, number(value("types"))), small("token type 0, the same in every row")];
  }
  if (panel === "output" && arrays.gamma) return explainNorm({ facts, arrays }, row, dim, value);

  const name = arrays.gamma ? "s" : "x";
  const parts = [{ role: "token", text: wRow, value: value("tokens") }];
  if (arrays.positions) parts.push({ role: "position", text: word("position", `row ${row} of P`), value: value("positions") });
  if (arrays.types) parts.push({ role: "muted", text: word("muted", "token type 0"), value: value("types") });
  const add = (token, ...rest) => facts.factor * token + rest.reduce((sum, part) => sum + part, 0);
  const total = value("total");
  const { decimals, sign } = settle(parts.map((part) => part.value), add, total);
  const equation = [italic("sum", name), `[${row}, ${dim}] = `];
  const source = [];
  parts.forEach((part, i) => {
    if (i) equation.push(" + ");
    if (i) source.push(" + ");
    if (!i && facts.factor !== 1) {
      equation.push(`√${facts.width} × `);
      source.push(`√${facts.width} × `);
    }
    equation.push(word(part.role, (i || facts.factor !== 1 ? term : number)(part.value, decimals)));
    source.push(part.text);
  });
  if (parts.length > 1 || facts.factor !== 1) equation.push(` ${sign} `, word("sum", number(total, decimals)));
  else source.push(", nothing added");
  if (parts.length < 3) source.push(" = ", word("sum", `row ${row} of ${name}`)); // three sources fill the line
  return [line(...equation), small(...source)];
}

function explainNorm({ facts, arrays }, row, dim, value) {
  const [mean, deviation] = [arrays.mean.numbers[row], arrays.deviation.numbers[row]];
  const [gamma, beta] = [arrays.gamma.numbers[dim], arrays.beta.numbers[dim]];
  const terms = [value("total"), mean, deviation, gamma, beta];
  const { decimals: d, sign } = settle(terms, (s, m, v, g, b) => ((s - m) / v) * g + b, value("output"));
  return [
    line(
      italic("sum", "x"), `[${row}, ${dim}] = (`, word("sum", number(terms[0], d)), ` − ${term(mean, d)}) / ${number(deviation, d)} × `,
      `${number(gamma, d)} + ${term(beta, d)} ${sign} `, word("sum", number(value("output"), d)),
    ),
    small("(", word("sum", "s"), " − mean) / deviation × γ + β"),
  ];
}

// What a token is at the stages without cells.
export function explainToken({ facts }, stage, row) {
  const piece = facts.pieces[row];
  if (stage === "text") return [];
  if (stage === "tokens") {
    if (piece.kind !== "piece") return [small(`${piece.text} stands for no character: the model's own sequence has it`)];
    const source = Array.from(facts.text).slice(piece.start, piece.end).join("");
    const places = piece.end - piece.start > 1 ? `characters ${piece.start} to ${piece.end - 1}` : `character ${piece.start}`;
    return [small(`${quoted(piece)} stands for ${places} of the text: “${visible(source)}”`)];
  }
  if (stage === "ids") return [small(`${quoted(piece)} is entry `, word("token", String(piece.id)), ` of the ${amount(facts.vocabulary)} in the vocabulary`)];
  return [small(`row ${row} has ${amount(facts.vocabulary)} places: zeros, and one 1 at place ${piece.id}. Times `, italic("token", "W"), ` it is row ${piece.id}.`)];
}
