// Marks of progress, by shape and word: an empty ring, a half one, a tick, a star.

import { element } from "./dom.js";

export const standingMark = (standing, word) => element("span", { class: `mark ${standing}`, role: word ? "img" : null, "aria-label": word ?? null, "aria-hidden": word ? null : "true" });

