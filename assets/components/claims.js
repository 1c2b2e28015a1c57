// One claim, large: its verdict, every case that its check tried on one axis, and why. Arrow keys go to the next.
// Facts: claims [{id, statement, taught, topic, verdict, why, cases [{label, value, holds, found}], measure, wanted, limit, scale}],
// verdict null while the check runs and "failed" if it failed; say (words). State: open (an id), verdict, topic, search (a filter).

import { axis, matching, stepped, verdictMark } from "./claims_marks.js";
import { element, filled, isTyping } from "./dom.js";
import { picture } from "./picture.js";

export default picture(build);

function build(scene) {
  const { root } = scene;
  root.classList.add("claim");
  const place = element("span", { class: "place muted" });
  const turn = (by) => scene.move({ open: stepped(scene.facts.claims, scene.state, by) });
  const back = element("button", { type: "button", class: "turn", onclick: () => turn(-1) }, "‹");
  const on = element("button", { type: "button", class: "turn", onclick: () => turn(1) }, "›");
  const statement = element("h2", {});
  const outcome = element("div", { class: "outcome" });
  const evidence = element("div", { class: "evidence" });
  const why = element("p", { class: "why" });
  const taught = element("p", { class: "taught muted" });
  root.append(element("div", { class: "head" }, statement, element("div", { class: "turns" }, back, place, on)), outcome, evidence, why, taught);
  const told = element("div", { class: "unseen", role: "status" });
  root.append(told);
  let drawnFor = "";

  // Keys from anywhere on the page, but not while somebody writes or walks through the list.
  const keydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || isTyping(event) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    scene.move({ open: stepped(scene.facts.claims, scene.state, by) }, { settled: "later" });
    event.preventDefault();
  };
  document.addEventListener("keydown", keydown);

  function rows(claim) {
    const { cases, limit, scale, measure, wanted } = claim;
    const { say } = scene.facts;
    const drawn = scale !== "none";
    const at = drawn ? axis(cases.map((each) => each.value), limit, scale) : null;
    const x = (share) => `${(100 * share).toFixed(2)}%`;
    const base = drawn ? (limit === null ? 0 : at(limit)) : 0;
    const head = element("div", { class: "case names muted" },
      element("span", {}), element("span", {}), element("span", { class: "measured" }, measure),
      element("span", { class: "found" }, filled(say.wanted, { wanted })));
    return [head, ...cases.map((each) => {
      const track = element("span", { class: "axis", "aria-hidden": "true" });
      if (drawn) {
        const share = at(each.value);
        const [from, to] = [Math.min(base, share), Math.max(base, share)];
        track.append(element("i", { class: "span", style: `left:${x(from)};width:${x(to - from)}` }));
        if (limit !== null) track.append(element("i", { class: "limit", style: `left:${x(base)}` }));
        track.append(element("i", { class: each.holds ? "dot yes" : "dot no", style: `left:${x(share)}` }));
      }
      return element("div", { class: each.holds ? "case holds" : "case fails" },
        verdictMark(each.holds ? "holds" : "does not hold", each.holds ? say.true : say.false),
        element("span", { class: "label" }, each.label), track, element("span", { class: "found" }, each.found));
    })];
  }

  return {
    draw() {
      const { claims, say, alt } = scene.facts;
      if (!claims) return;
      const claim = claims.find((each) => each.id === scene.state.open) ?? claims[0];
      const left = matching(claims, scene.state);
      const number = left.findIndex((each) => each.id === claim.id) + 1;
      place.textContent = number ? filled(say.place, { number, count: left.length }) : filled(say.outside, { count: left.length });
      back.disabled = on.disabled = left.length < (number ? 2 : 1);
      back.setAttribute("aria-label", say.back);
      on.setAttribute("aria-label", say.on);
      const now = JSON.stringify([claim, say]);
      if (now === drawnFor) return;
      drawnFor = now;
      const word = say[claim.verdict === null ? "waiting" : claim.verdict === "failed" ? "failed" : `is ${claim.verdict}`];
      const known = claim.verdict !== null && claim.verdict !== "failed";
      statement.textContent = claim.statement;
      statement.className = claim.statement.length > 90 ? "long" : "";
      outcome.replaceChildren(verdictMark(claim.verdict, word), element("b", {}, word), element("span", { class: "muted" }, known ? filled(say.tried, { held: claim.cases.filter((each) => each.holds).length, count: claim.cases.length }) : ""));
      outcome.className = `outcome ${known ? claim.verdict.replaceAll(" ", "-") : "open"}`;
      evidence.className = `evidence ${known && claim.scale === "none" ? "words" : ""} ${known && claim.cases.length > 9 ? "many" : ""}`;
      evidence.replaceChildren(...(known ? rows(claim) : []));
      why.textContent = known ? claim.why : "";
      taught.textContent = filled(say.taught, { taught: claim.taught });
      told.textContent = `${claim.statement} ${word}.`;
      root.setAttribute("aria-label", alt);
    },
    destroy() {
      document.removeEventListener("keydown", keydown);
    },
  };
}
