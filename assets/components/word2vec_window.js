// A window that slides over a sentence. Above the words what skip-gram makes of it, from the centre to each context;
// below what CBOW makes of it, from the mean of the contexts to the centre.
// Tensors: counts (m), skipgram and cbow (examples × 2: places of the centre and of the output). Facts: words, window.
// State: at (the place of the centre).

import { element, visible } from "./dom.js";
import { picture } from "./picture.js";
import { isPhone, partOf, pointers, surface, write } from "./surface.js";

export default picture(build);

const ROW = 178;
const CHIP = 38;

function build(scene) {
  const reading = element("div", { class: "reading", "aria-live": "polite" });
  const drawn = surface(scene.root, { height: (width) => (isPhone(width) ? 366 : 372), paint });
  scene.root.append(element("div", { class: "under" }, reading));
  let chips = [];

  function lay(g, width) {
    const { words } = scene.facts;
    const phone = isPhone(width);
    g.font = `${phone ? 17 : 20}px ${scene.theme.sans}`;
    const wide = words.map((word) => g.measureText(visible(word)).width + (phone ? 16 : 22));
    const gap = phone ? 6 : 9;
    const whole = wide.reduce((sum, w) => sum + w + gap, -gap);
    let x = Math.max(0, (width - whole) / 2);
    chips = wide.map((w) => {
      const chip = { x, w };
      x += w + gap;
      return chip;
    });
    if (whole <= width) return;
    const centre = chips[scene.state.at];
    const shift = Math.min(0, Math.max(width - whole, width / 2 - centre.x - centre.w / 2));
    for (const chip of chips) chip.x += shift;
  }

  const middle = (place) => chips[place].x + chips[place].w / 2;
  const contexts = () => pairs("skipgram").filter(([centre]) => centre === scene.state.at).map(([, output]) => output);
  const pairs = (name) => {
    const { numbers, rows } = scene.arrays[name];
    return Array.from({ length: rows }, (_, r) => [numbers[2 * r], numbers[2 * r + 1]]);
  };

  function paint(g, width) {
    const { facts, theme, state } = scene;
    if (!facts.words?.length) return;
    scene.root.classList.toggle("phone", isPhone(width));
    lay(g, width);
    const near = contexts();
    const phone = isPhone(width);
    const from = Math.min(state.at, ...near);
    const to = Math.max(state.at, ...near);
    write(g, theme, phone ? "Skip-gram: from the centre, each context" : "Skip-gram: from the word in the centre, each word of the window", 0, 14, { size: phone ? 15 : 17, weight: 600, colour: theme.word.query });
    write(g, theme, phone ? "CBOW: from the mean of the contexts, the centre" : "CBOW: from the mean of the other words of the window, the word in the centre", 0, ROW + CHIP + 110, { size: phone ? 15 : 17, weight: 600, colour: theme.word.key });

    const edge = { x: chips[from].x - 5, w: chips[to].x + chips[to].w - chips[from].x + 10 };
    g.fillStyle = "rgba(128,134,146,.13)";
    g.beginPath();
    g.roundRect(edge.x, ROW - 8, edge.w, CHIP + 16, 10);
    g.fill();
    facts.words.forEach((word, place) => {
      const { x, w } = chips[place];
      const mine = place === state.at;
      const inside = near.includes(place);
      g.globalAlpha = mine || inside ? 1 : 0.45;
      g.fillStyle = mine ? theme.page : `rgba(4,165,122,${inside ? 0.26 : 0.13})`;
      g.beginPath();
      g.roundRect(x, ROW, w, CHIP, 6);
      g.fill();
      if (mine) {
        g.strokeStyle = theme.word.highlight;
        g.lineWidth = 2.5;
        g.stroke();
      }
      write(g, theme, visible(word), x + w / 2, ROW + CHIP / 2 + 1, { size: phone ? 17 : 20, weight: mine ? 650 : 400, colour: theme.ink, align: "center" });
      g.globalAlpha = 1;
    });
    for (const place of near) above(g, theme, place);
    if (near.length) below(g, theme, near);
    tally(g, theme, width);
    say(near);
  }

  function above(g, theme, place) {
    const [a, b] = [middle(scene.state.at), middle(place)];
    const far = Math.abs(place - scene.state.at);
    const top = ROW - 26 - 20 * far;
    g.strokeStyle = g.fillStyle = theme.mark.query;
    g.lineWidth = 2.5;
    g.beginPath();
    g.moveTo(a, ROW - 3);
    g.bezierCurveTo(a, top, b, top, b, ROW - 12);
    g.stroke();
    head(g, b, ROW - 3, 1);
  }

  function below(g, theme, near) {
    const centre = middle(scene.state.at);
    const [y, mean] = [ROW + CHIP + 4, ROW + CHIP + 78];
    g.strokeStyle = g.fillStyle = theme.mark.key;
    g.lineWidth = 2.5;
    g.setLineDash([7, 5]);
    for (const place of near) {
      g.beginPath();
      g.moveTo(middle(place), y);
      g.bezierCurveTo(middle(place), y + 52, centre, mean - 30, centre, mean - 13);
      g.stroke();
    }
    g.setLineDash([]);
    g.beginPath();
    g.moveTo(centre, mean - 13);
    g.lineTo(centre, y + 9);
    g.stroke();
    head(g, centre, y, -1);
    g.font = `600 16px ${theme.sans}`;
    const w = g.measureText("mean").width + 20;
    g.fillStyle = theme.page;
    g.beginPath();
    g.roundRect(centre - w / 2, mean - 13, w, 28, 8);
    g.fill();
    g.stroke();
    write(g, theme, "mean", centre, mean + 2, { size: 16, weight: 600, colour: theme.word.key, align: "center" });
  }

  function head(g, x, y, way) {
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x - 6, y - 10 * way);
    g.lineTo(x + 6, y - 10 * way);
    g.closePath();
    g.fill();
  }

  // How many examples there were up to this centre, of all that the sentence gives: a cell for each.
  function tally(g, theme, width) {
    const phone = isPhone(width);
    const cell = Math.min(22, (width - (phone ? 74 : 190)) / Math.max(1, pairs("skipgram").length));
    for (const [name, role, y] of [["skipgram", "query", 38], ["cbow", "key", ROW + CHIP + 134]]) {
      const all = pairs(name);
      const sofar = all.filter(([centre]) => centre <= scene.state.at).length;
      all.forEach(([centre], i) => {
        g.fillStyle = theme.mark[role];
        g.globalAlpha = centre <= scene.state.at ? (centre === scene.state.at ? 1 : 0.5) : 0.14;
        g.fillRect(i * cell, y - 7, Math.max(1.5, cell - 2), 14);
      });
      g.globalAlpha = 1;
      write(g, theme, `${sofar} of ${all.length}${phone ? "" : " examples"}`, all.length * cell + 8, y, { size: phone ? 14 : 16, colour: theme.word[role], weight: 600 });
    }
  }

  function say(near) {
    const { words } = scene.facts;
    const centre = visible(words[scene.state.at]);
    const named = near.map((place) => visible(words[place])).join(", ");
    reading.replaceChildren(
      element("span", { class: "equation" }, near.length ? element("span", { class: "query" }, `${centre} → ${named}`) : `${centre} alone gives no example`),
      element("span", { class: "equation key" }, near.length ? `mean(${named}) → ${centre}` : ""),
    );
  }

  const placeAt = ({ x }) => chips.reduce((best, chip, i) => (Math.abs(x - middle(i)) < Math.abs(x - middle(best)) ? i : best), 0);
  let fixed = null; // on a phone the row moves under the finger, so a drag goes by what it began with
  pointers(drawn, {
    grab: (point) => point.y > ROW - 60 && point.y < ROW + CHIP + 60 && ((fixed = { x: point.x, at: placeAt(point) }), true),
    move: (point) => {
      const wide = (chips.at(-1).x + chips.at(-1).w - chips[0].x) / chips.length;
      scene.move({ at: fixed.at + Math.round((point.x - fixed.x) / wide) }, { settled: false });
    },
    drop: () => scene.move({}, { settled: true }),
  });

  return partOf(scene, drawn);
}
