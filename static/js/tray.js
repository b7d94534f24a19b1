// @ts-check

/** @typedef {{id: string, at: number, generation: string, rate: string}} Picked */

/** The last two picked: a third lets go of the first.
 * @param {string[]} picked in the order of picking @param {string} id @param {boolean} on */
export function picking(picked, id, on) {
  const rest = picked.filter((p) => p !== id);
  return on ? [...rest, id].slice(-2) : rest;
}

/** The older one is the base, unless swapped.
 * @param {Picked} a @param {Picked} b @param {boolean} swapped */
export function roles(a, b, swapped) {
  const [older, newer] = a.at <= b.at ? [a, b] : [b, a];
  return swapped ? { base: newer, head: older } : { base: older, head: newer };
}

/** How far two snapshots are apart, and whether that matters.
 * @param {Picked} base @param {Picked} head */
export function apart(base, head) {
  const s = Math.round(Math.abs(head.at - base.at) / 1000);
  const lives = base.generation === head.generation ? "the same life" : "two lives of the process";
  const rates = base.rate === head.rate ? "" : `; sampled at ${base.rate || "?"} and ${head.rate || "?"}`;
  return `${s}\u00a0s apart, ${lives}${rates}`;
}
