// Motion: things move from where they came, ease in and out, and jump where a person asks for less motion.

export const STEP_MS = 650;
export const HOLD_MS = 2600;

export const mix = (a, b, k) => a + (b - a) * k;
export const ease = (k) => (k < 0.5 ? 4 * k ** 3 : 1 - (2 - 2 * k) ** 3 / 2);

export function mixAll(a, b, k) {
  const mixed = {};
  for (const name in a) mixed[name] = mix(a[name], b[name], k);
  return mixed;
}

export const lessMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls `draw(k)` each frame, k from 0 to 1 over `ms`, then `done()`. A new run ends the one before.
export function animator() {
  let frame = 0;
  const stop = () => cancelAnimationFrame(frame);
  return {
    stop,
    run(draw, { ms = STEP_MS, done = () => {} } = {}) {
      stop();
      if (lessMotion()) return draw(1), done();
      const start = performance.now();
      const tick = (now) => {
        const k = Math.min(1, Math.max(0, (now - start) / ms));
        draw(k);
        if (k < 1) frame = requestAnimationFrame(tick);
        else done();
      };
      frame = requestAnimationFrame(tick);
    },
  };
}
