// The cloud as a file: the picture as PNG, SVG or a page of its own, the coordinates as CSV.

const SHAPED = 3000; // an SVG holds this many points at the most, the first rows

export async function saveCloud(kind, shot) {
  const name = `${shot.name ?? "cloud"}.${kind.toLowerCase()}`;
  if (kind === "PNG") return shot.canvas.toBlob((blob) => save(name, blob));
  if (kind === "CSV") return save(name, new Blob([csv(shot)], { type: "text/csv" }));
  const picture = svg(shot);
  if (kind === "SVG") return save(name, new Blob([picture], { type: "image/svg+xml" }));
  return save(name, new Blob([page(picture, shot)], { type: "text/html" }));
}

function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// A header, then a line for each row: its number, its token, its coordinates.
export function csv({ points, tokens, axes, rows }) {
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [["row", "token", ...axes.map(field)].join(",")];
  const every = rows ?? Array.from({ length: points.rows }, (_, i) => i);
  for (const i of every) {
    const numbers = Array.from({ length: points.width }, (_, k) => points.numbers[i * points.width + k]);
    lines.push([i, field(tokens[i]), ...numbers].join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

const escaped = (text) => text.replace(/[&<>"\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => `&#${c.charCodeAt(0) < 32 ? 65533 : c.charCodeAt(0)};`);

export function svg({ theme, places, size, points, tokens, axes, rows, groups, colours }) {
  const { width, height } = size;
  const out = [`<svg xmlns="${SPACE}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`];
  out.push(`<rect width="${width}" height="${height}" fill="${theme.page}"/>`);
  const inside = (i) => places[2 * i] >= 0 && places[2 * i] <= width && places[2 * i + 1] >= 0 && places[2 * i + 1] <= height;
  const all = (rows ?? Array.from({ length: points.rows }, (_, i) => i)).filter(inside).slice(0, SHAPED);
  const at = (i) => `cx="${places[2 * i].toFixed(1)}" cy="${places[2 * i + 1].toFixed(1)}"`;
  const dot = (i, r, fill) => `<circle ${at(i)} r="${r}" fill="${fill}"><title>${escaped(tokens[i])}</title></circle>`;
  for (const i of all) out.push(dot(i, 2, rows ? theme.mark.highlight : theme.mark.muted));
  groups.forEach((group) => {
    const { kind } = group;
    for (const i of group.rows.filter(inside)) {
      out.push(dot(i, 4, theme.mark[colours[kind % colours.length]]));
      out.push(`<text x="${(places[2 * i] + 7).toFixed(1)}" y="${(places[2 * i + 1] + 4).toFixed(1)}" fill="${theme.ink}">${escaped(tokens[i])}</text>`);
    }
  });
  out.push(`<text x="8" y="${height - 8}" fill="${theme.word.muted}">${escaped(axes.join(", "))}</text></svg>`);
  return out.join("\n");
}

const SPACE = ["http:", "", "www.w3.org", "2000", "svg"].join("/"); // the name of SVG itself, which nobody fetches

function page(picture, { theme, name }) {
  return `<!doctype html><meta charset="utf-8"><title>${escaped(name ?? "cloud")}</title><body style="margin:0;background:${theme.page}">${picture}</body>`;
}
