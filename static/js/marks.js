// @ts-check

/** @typedef {import("../wire.js").Mark} Mark */

const KEPT = 500;

/** What happens every 30 s by itself is a tick on the axis, and no news. @param {Mark} m */
export const isTick = (m) => m.reason === "interval";

/** How much a kind matters when chips would overlap; lower is heavier. */
const WEIGHT = ["crash", "switch", "restart", "start", "stop", "load", "gc", "note", "snapshot"];
const weight = (/** @type {Mark} */ m) => (WEIGHT.indexOf(m.kind) + 1 || WEIGHT.length + 1);

/** Both lists as one, each mark once, oldest first, bounded.
 * @param {Mark[]} held @param {Mark[]} more */
export function mergedMarks(held, more) {
  const byID = new Map(held.map((m) => [m.id, m]));
  for (const m of more) byID.set(m.id, m);
  return [...byID.values()].sort((a, b) => a.t - b.t || a.id - b.id).slice(-KEPT);
}

/** The two snapshots of one life nearest to the ends of a range, or null when
 * there are no two. @param {Mark[]} marks @param {number} from @param {number} to @returns {[Mark, Mark] | null} */
export function around(marks, from, to) {
  const taken = marks.filter((m) => m.snapshot && m.profile === "heap");
  const nearest = (/** @type {Mark[]} */ list, /** @type {number} */ t) =>
    list.reduce((best, m) => Math.abs(m.t - t) < Math.abs(best.t - t) ? m : best, list[0]);
  const head = taken.length ? nearest(taken, to) : null;
  const before = head ? taken.filter((m) => m.t < head.t && m.generation === head.generation) : [];
  return head && before.length ? [nearest(before, from), head] : null;
}

/** @typedef {{x: number, lead: Mark, all: Mark[]}} Chip */

/** Chips that do not overlap: marks too close to a heavier one join it.
 * @param {Mark[]} marks @param {(t: number) => number} xOf @param {number} apartPx @returns {Chip[]} */
export function chips(marks, xOf, apartPx) {
  /** @type {Chip[]} */
  const placed = [];
  const heavyFirst = [...marks].sort((a, b) => weight(a) - weight(b) || b.t - a.t);
  for (const m of heavyFirst) {
    const x = xOf(m.t);
    const near = placed.find((c) => Math.abs(c.x - x) < apartPx);
    if (near) near.all.push(m);
    else placed.push({ x, lead: m, all: [m] });
  }
  for (const c of placed) c.all.sort((a, b) => a.t - b.t);
  return placed.sort((a, b) => a.x - b.x);
}

/** What a mark says. @param {Mark} m */
export function sentence(m) {
  const what = m.text || (m.snapshot ? `${m.kind} ${m.snapshot}` : m.kind);
  return m.by ? `${what}, by ${m.by}` : what;
}

/** The mark before or after a time, for stepping from mark to mark.
 * @param {Mark[]} marks oldest first @param {number} t @param {1 | -1} direction */
export function neighbour(marks, t, direction) {
  const chips = marks.filter((m) => !isTick(m));
  return direction > 0 ? chips.find((m) => m.t > t) : chips.findLast((m) => m.t < t);
}
