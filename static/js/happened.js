// @ts-check
import { icon, make, one, query } from "./dom.js";
import { clockTime } from "./format.js";
import { isTick } from "./marks.js";

/** @typedef {import("../wire.js").Mark} Mark */

const KEPT = 200;

/** Writes marks that the list does not have yet, newest first.
 * @param {Mark[]} marks oldest first @param {number} zone minutes east of UTC */
export function happened(marks, zone) {
  const list = one("[data-happened]");
  for (const mark of marks) {
    if (isTick(mark) || one(`[data-mark="${mark.id}"]`, list)) continue;
    const newer = [...list.children].find((row) => Number(/** @type {HTMLElement} */ (row).dataset.mark) < mark.id);
    list.insertBefore(row(mark, zone), newer ?? null);
  }
  while (list.children.length > KEPT) list.lastElementChild.remove();
  one("[data-happened-empty]").hidden = list.children.length > 0;
}

/** The same row as the server writes. @param {Mark} mark @param {number} zone */
function row(mark, zone) {
  const text = make("td", { class: "grow" }), name = `snapshot ${mark.snapshot}`;
  if (mark.snapshot) text.append(make("a", { href: `/snapshots${query()}#snapshot-${mark.snapshot}` }, name));
  text.append(mark.snapshot && mark.text.startsWith(name) ? mark.text.slice(name.length) : mark.text);
  return make("tr", { "data-mark": String(mark.id) },
    make("td", { class: "dim nw" }, clockTime(mark.t, zone)),
    make("td", mark.kind === "crash" ? { class: "fault" } : {}, icon(mark.kind), make("span", { class: "sr" }, mark.kind)),
    text,
    make("td", { class: "n dim" }, mark.by ?? ""));
}
