// @ts-check
import { one } from "./dom.js";
import { clockTime, figure, joined } from "./format.js";
import { STRIPS } from "./strips.js";

/** Time and values of one chart for who cannot see it, by the names beside it:
 * the same column has another one in the figures above.
 * @param {HTMLCanvasElement} canvas @param {import("./ring.js").Ring | undefined} ring
 * @param {number | null} cursor Unix ms; null for the newest reading @param {number} zone minutes east of UTC */
export function spoken(canvas, ring, cursor, zone) {
  if (!ring || !ring.size) return "No reading yet.";
  const i = cursor === null ? ring.end - 1 : ring.nearest(cursor), strip = canvas.closest("section") ?? document;
  const values = [...STRIPS[canvas.dataset.strip ?? ""].lines].reverse().map(({ column }) => {
    const name = one(`[data-column="${column}"] > span`, strip)?.textContent ?? column;
    return `${name} ${joined(figure(column, ring.column(column)?.[i]))}`;
  });
  return `${clockTime(ring.t[i], zone)}: ${values.join(", ")}`;
}
