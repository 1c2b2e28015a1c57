// Numbers as words: U+2212 for minus, a fixed number of decimals in one equation.

export const number = (value, decimals = 3) => {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "") + text;
};
export const term = (value, decimals) => (number(value, decimals).startsWith("\u2212") ? `(${number(value, decimals)})` : number(value, decimals));
export const amount = (value) => value.toLocaleString("en-US");

// How to write `result = formula(...terms)` so that what is shown is true: 3 decimals, 4 if 3 do not add up, else ≈.
export function settle(terms, formula, result) {
  const holds = (d) => {
    const rounded = terms.map((t) => Number(t.toFixed(d)));
    return Math.abs(Number(formula(...rounded).toFixed(d)) - Number(result.toFixed(d))) < 0.1 ** (d + 1);
  };
  if (holds(3)) return { decimals: 3, sign: "=" };
  if (holds(4)) return { decimals: 4, sign: "=" };
  return { decimals: 3, sign: "≈" };
}
