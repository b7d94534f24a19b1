// @ts-check
import { all, one, write } from "./dom.js";
import { bytes, clockTime, figure, joined } from "./format.js";

/** @typedef {{key: string, label: string, bytes: number}} Part */
/** @typedef {(column: string) => number} At a figure, NaN when unknown */

const EVERY_MS = 500; // as the readouts
const LIMIT_IN_SIGHT = 0.2; // as the server: a limit farther off stands in the legend alone
const WIDTH = 100, TICK = 0.4; // percent of the bar
const MINUS = "\u2212";

/** Where memory is, in the order of the bar, as the server works it out: what
 * is mapped and not resident is a negative part of its own, so that all add up
 * to RSS and none is made smaller for it.
 * @param {At} at @param {boolean} exact the floor is no estimate @returns {Part[]} */
export function parts(at, exact) {
  const use = at("in_use"), floor = at("floor"), runtime = at("runtime"), rss = at("rss");
  const free = at("heap_free") + at("heap_unused"), stacks = at("stacks"), own = runtime - use - free - stacks;
  if (Number.isNaN(use)) return [];
  const live = Math.min(floor, use); // two readings may lie either side of a collection
  const found = Number.isNaN(floor) ? [["live", "in use, live or not", use]]
    : [["live", exact ? "live" : "live, estimated", live], ["dead", "dead, or newer than the last GC", use - live]];
  if (!Number.isNaN(own)) found.push(["free", "free, kept by Go", free], ["stacks", "stacks", stacks], ["runtime", "the runtime's own", own]);
  else if (!Number.isNaN(runtime)) found.push(["free", "free, stacks, the runtime's own", runtime - use]);
  if (rss >= runtime) found.push(["outside", "outside Go", rss - runtime]);
  if (rss < runtime) found.push(["absent", "mapped, not resident", rss - runtime]);
  return found.map(([key, label, size]) => /** @type {Part} */ ({ key, label, bytes: size }));
}

/** What the parts add up to, and what that is. @param {At} at @returns {[number, string]} */
function total(at) {
  if (!Number.isNaN(at("rss"))) return [at("rss"), "RSS"];
  if (!Number.isNaN(at("runtime"))) return [at("runtime"), "mapped by Go"];
  return [at("in_use"), "in use by Go"];
}

/** What the bar cannot tell. @param {At} at @param {Part[]} found */
export function note(at, found) {
  const known = (/** @type {string} */ c) => !Number.isNaN(at(c)), divided = known("stacks");
  return [
    !found.length ? "Nothing is known of its memory now."
      : !known("rss") ? "RSS is not known here, so neither is what lies outside Go."
      : !known("runtime") ? "How much Go has mapped is not known here, so neither is the rest of RSS."
      : at("rss") < at("runtime") ? "Go has mapped more than is resident; in which of its parts that lies cannot be told, nor what lies outside Go." : "",
    found.length && !divided ? "How free memory, stacks and the runtime's own divide is told by leakline's agent." : "",
    divided && known("limit") && !known("gomemlimit") ? "GOMEMLIMIT is off: the collector does not know of the limit." : "",
  ].filter(Boolean).join(" ");
}

/** Keeps the bar current; returns what is called after each draw.
 * @param {number} zone minutes east of UTC */
export function membar(zone) {
  const panel = one("[data-membar]");
  let writtenMs = -Infinity;
  /** @param {import("./charts.js").Shown} shown @param {number | null} cursor @param {At} latest @param {number} nowMs */
  return ({ ring, to }, cursor, latest, nowMs) => {
    if (nowMs - writtenMs < EVERY_MS) return;
    writtenMs = nowMs;
    const i = cursor === null ? -1 : ring.nearest(cursor);
    const at = i < 0 ? latest : (/** @type {string} */ c) => ring.column(c)?.[i] ?? NaN;
    show(panel, at, clockTime(i < 0 ? ring.t[ring.end - 1] ?? to : ring.t[i], zone));
  };
}

/** @param {HTMLElement} panel @param {At} at @param {string} time */
function show(panel, at, time) {
  const found = parts(at, panel.dataset.exact === "true"), [sum, what] = total(at), none = !found.length;
  const limit = at("limit"), mapped = at("runtime"), said = [];
  let end = mapped > sum ? mapped : sum;
  if (end >= LIMIT_IN_SIGHT * limit) end = Math.max(end, limit);
  for (const node of all("[data-mem]", panel)) node.toggleAttribute("hidden", true);
  let x = 0;
  for (const p of found) {
    const value = p.bytes < 0 ? MINUS + joined(bytes(-p.bytes)) : joined(bytes(p.bytes));
    said.push(put(panel, p.key, p.label, value, WIDTH * (x + Math.min(p.bytes, 0)) / end, WIDTH * Math.abs(p.bytes) / end));
    x += p.bytes;
  }
  for (const [key, label] of none ? [] : [["limit", "limit"], ["gomemlimit", "GOMEMLIMIT"]]) {
    const v = at(key), width = v <= end ? TICK : 0;
    if (!Number.isNaN(v)) said.push(put(panel, key, label, joined(figure(key, v)), width && WIDTH * v / end - TICK, width));
  }
  const size = joined(bytes(sum)), room = what === "RSS" && limit >= sum ? ` · ${joined(bytes(limit - sum))} of room` : "";
  write(one("[data-mem-title]", panel), none ? "Where memory is" : `Where the ${size} are`);
  write(one("[data-mem-aside]", panel), none ? "not known" : `${what}, at ${time}${room}`);
  write(one("[data-mem-note]", panel), note(at, found));
  one("[data-mem-bar]", panel).setAttribute("aria-label", none ? "Where memory is, is not known." : `${what} ${size}: ${said.join(", ")}`);
}

/** Moves one piece of the bar and writes its line of the legend.
 * @param {HTMLElement} panel @param {string} key @param {string} label @param {string} value
 * @param {number} x @param {number} width @returns {string} both in words */
function put(panel, key, label, value, x, width) {
  const piece = one(`rect[data-mem=${key}]`, panel), line = one(`li[data-mem=${key}]`, panel);
  piece.setAttribute("x", `${x.toFixed(2)}%`);
  piece.setAttribute("width", `${width.toFixed(2)}%`);
  for (const node of [piece, line]) node.removeAttribute("hidden");
  write(one("[data-mem-label]", line), label);
  write(one("b", line), value);
  return `${label} ${value}`;
}
