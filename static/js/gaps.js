// @ts-check
import { joins } from "./decimate.js";

/** @typedef {import("./ring.js").Ring} Ring */

/**
 * The stretches between from and to in which nothing is known of a column:
 * readings are missing, the process was down, or it was restarted. What lies
 * before the first reading ever is not a gap.
 * @param {Ring} ring @param {string} column @param {number} from @param {number} to Unix ms
 * @param {number} gapMs a longer silence is a gap @returns {[number, number][]}
 */
export function gaps(ring, column, from, to, gapMs) {
  const v = ring.column(column) ?? ring.t;
  const low = Math.max(ring.start, ring.since(from) - 1);
  const high = Math.min(ring.end, ring.since(to) + 1);
  /** @type {[number, number][]} */
  const found = [];
  let known = -1;
  for (let i = low; i < high; i++) {
    if (Number.isNaN(v[i])) continue;
    const whole = known === i - 1 && known >= 0 && joins(ring, i, gapMs);
    if (!whole && i > low) found.push([known < 0 ? ring.t[low] : ring.t[known], ring.t[i]]);
    known = i;
  }
  const last = known < 0 ? (low < high ? ring.t[low] : NaN) : ring.t[known];
  if (to - last > gapMs) found.push([last, to]);
  return found;
}
