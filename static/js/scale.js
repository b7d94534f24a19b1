// @ts-check
// Axes: from zero, round steps, and a top that does not twitch.

/** @typedef {{top: number, step: number}} Axis */

/** The smallest 1-2-5 step of at least size. @param {number} size above 0 */
export function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size) + 1e-9);
  for (const m of [1, 2, 5]) if (m * power >= size * (1 - 1e-9)) return m * power;
  return 10 * power;
}

/** Three or four lines from zero up to at least max.
 * @param {number} max @param {number} least a top it never goes below @returns {Axis} */
export function axis(max, least) {
  const high = Math.max(max, least);
  const step = roundStep(high / 3);
  return { step, top: step * Math.max(2, Math.ceil(high / step - 1e-9)) };
}

/** The same number of steps for a second unit, so that both share their lines.
 * @param {number} max @param {number} least @param {number} steps @returns {Axis} */
export function besides(max, least, steps) {
  const step = roundStep(Math.max(max, least) / steps);
  return { step, top: step * steps };
}

/** Grows at once; shrinks only when the peak that needed it has left the
 * window and the next lower scale has room to spare.
 * @param {Axis | null} previous @param {Axis} next @param {number} max what the window holds now */
export function settle(previous, next, max) {
  if (!previous || next.top > previous.top) return next;
  return max < next.top * 0.85 ? next : previous;
}

/** The unit an axis of raw values is labelled in.
 * @param {"bytes" | "seconds" | "plain"} kind @param {number} top */
export function axisUnit(kind, top) {
  if (kind === "bytes") {
    const [size, unit] = top >= 1e9 ? [1e9, "GB"] : top >= 1e6 ? [1e6, "MB"] : top >= 1e3 ? [1e3, "kB"] : [1, "B"];
    return { size, unit };
  }
  if (kind === "seconds") return top >= 1 ? { size: 1, unit: "s" } : top >= 1e-3 ? { size: 1e-3, unit: "ms" } : { size: 1e-6, unit: "µs" };
  return top >= 1e6 ? { size: 1e6, unit: "M" } : top >= 1e4 ? { size: 1e3, unit: "k" } : { size: 1, unit: "" };
}

const TIME_STEPS_MS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600].map((s) => s * 1000);

/** Distance between time ticks, so that labels of minPx do not touch.
 * @param {number} msPerPx @param {number} minPx */
export function timeStep(msPerPx, minPx) {
  return TIME_STEPS_MS.find((ms) => ms / msPerPx >= minPx) ?? TIME_STEPS_MS[TIME_STEPS_MS.length - 1];
}
