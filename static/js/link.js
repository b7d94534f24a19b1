// @ts-check
// The view as it stands in the address, so that a link opens the same picture.
import { one } from "./dom.js";

/** @typedef {import("./view.js").View} View */

const LONGEST_MS = 3_600_000; // no more is shown

/** The query that leads back to a view; what else it says stays, but for a
 * token, which belongs in no address.
 * @param {View} view @param {boolean} table whether it is open @param {string} search */
export function written(view, table, search) {
  const query = new URLSearchParams(search);
  query.delete("token");
  /** @param {string} name @param {number | string | null | undefined} value */
  const put = (name, value) => {
    if (value === null || value === undefined) query.delete(name);
    else query.set(name, typeof value === "number" ? value.toFixed(0) : value);
  };
  put("window", view.window);
  put("from", view.zoom?.from);
  put("to", view.zoom?.to);
  put("at", view.pausedAt);
  put("cursor", view.cursor);
  put("table", table ? "1" : null);
  return `?${query}`;
}

/** Has the view show what a link describes; the window is the server's to read.
 * @param {View} view @param {string} search @returns {boolean} whether the table is to be open */
export function restore(view, search) {
  const query = new URLSearchParams(search);
  const time = (/** @type {string} */ name) => (/^\d{1,15}$/.test(query.get(name) ?? "") ? Number(query.get(name)) : null);
  const from = time("from"), to = time("to");
  if (from !== null && to !== null && to - from <= LONGEST_MS) view.zoomTo(from, to);
  view.pausedAt = time("at");
  view.cursor = time("cursor");
  return query.get("table") === "1";
}

/** The query of the same view in large type, or back. @param {string} search */
export function other(search) {
  const query = new URLSearchParams(search);
  if (query.get("view") === "room") query.delete("view");
  else query.set("view", "room");
  return `?${query}`;
}

/** Puts the view into the address, without a step in the history, and into the
 * link to its other size. @param {View} view @param {boolean} table */
export function write(view, table) {
  const search = written(view, table, location.search);
  one("[data-other]").search = other(search);
  if (search !== location.search) history.replaceState(history.state, "", location.pathname + search + location.hash);
}
