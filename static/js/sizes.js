// @ts-check
import { apiURL, call } from "./api.js";
import { make, one, write, zoneMinute } from "./dom.js";
import { bytes, clockTime, count, joined } from "./format.js";

/** @typedef {{up_to: number | null, objects: number, bytes: number}} Class */
/** @typedef {{t: number, generation: number, classes: Class[]}} Sizes */
/** @typedef {{name: string, bytes: number, objects: number, grew: number}} Row */

const EVERY_MS = 1000; // as often as the process is asked
const SHOWN = 12;
const BAR = 120; // units
const SVG = "http://www.w3.org/2000/svg";
const ABOUT = "Allocated less freed: what is dead and not yet swept counts too, and is gone after a forced GC.";

/** The largest classes in order of size, the rest as one; growth is since base.
 * @param {Class[]} classes ascending @param {Class[]} base @param {number} most @returns {Row[]} */
export function rows(classes, base, most) {
  const held = new Map(base.map((c) => [c.up_to, c.bytes]));
  const shown = new Set([...classes].sort((a, b) => b.bytes - a.bytes).slice(0, most));
  const rest = { name: "all others", bytes: 0, objects: 0, grew: 0 };
  const found = [];
  for (const c of classes) {
    const grew = c.bytes - (held.get(c.up_to) ?? 0);
    if (shown.has(c)) found.push({ name: named(c.up_to), bytes: c.bytes, objects: c.objects, grew });
    else {
      rest.bytes += c.bytes;
      rest.objects += c.objects;
      rest.grew += grew;
    }
  }
  return rest.objects ? [...found, rest] : found;
}

/** @param {number | null} upTo bytes */
function named(upTo) {
  if (upTo === null) return "larger";
  return `to ${upTo < 1000 ? `${upTo}\u00a0B` : joined(bytes(upTo))}`; // a class is no measurement
}

/** Keeps the panel current while it is open and in a visible tab.
 * @param {AbortSignal} signal */
export function sizes(signal) {
  const panel = one("[data-sizes]");
  /** @type {Sizes | null} */
  let base = null;
  const refresh = async () => {
    if (!panel.open || document.hidden) return;
    try {
      /** @type {Sizes} */
      const now = await call("GET", apiURL("sizes"), { signal });
      if (base?.generation !== now.generation) base = now; // another life begins anew
      show(panel, now, base ?? now);
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      write(one("[data-sizes-note]", panel), `${why[0].toUpperCase()}${why.slice(1)}.`.replace(/\.\.$/, "."));
      if (/** @type {{status?: number}} */ (error).status === 501) clearInterval(timer); // there is no agent
    }
  };
  const timer = setInterval(refresh, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  refresh();
}

/** @param {HTMLElement} panel @param {Sizes} now @param {Sizes} base */
function show(panel, now, base) {
  const found = rows(now.classes, base.classes, SHOWN), most = Math.max(1, ...found.map((r) => r.bytes));
  write(one("[data-sizes-note]", panel), ABOUT);
  const since = `since ${clockTime(base.t, zoneMinute())}`;
  const head = make("tr", {}, ...["objects of", "in use", "", "objects", since].map((name, i) => make("th", { scope: "col", class: ["", "n", "opt-s", "n", "n"][i] }, name)));
  const body = found.map((r) => make("tr", {},
    make("th", { scope: "row", class: "nw" }, r.name),
    make("td", { class: "n" }, joined(bytes(r.bytes))),
    barCell(r.bytes / most),
    make("td", { class: "n" }, count(r.objects)),
    make("td", { class: `n ${r.grew > 0 ? "grew" : r.grew < 0 ? "shrank" : "same"}` }, signed(r.grew))));
  one("[data-sizes-body]", panel).replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

/** @param {number} v bytes */
const signed = (v) => (v === 0 ? "0" : `${v > 0 ? "▲ +" : "▼ \u2212"}${joined(bytes(Math.abs(v)))}`);

/** @param {number} share of the largest */
function barCell(share) {
  const svg = document.createElementNS(SVG, "svg"), bar = document.createElementNS(SVG, "rect");
  for (const [name, value] of [["width", "100%"], ["height", "12"], ["viewBox", `0 0 ${BAR} 12`], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  for (const [name, value] of [["class", "m-live"], ["height", "12"], ["width", (BAR * share).toFixed(1)]]) bar.setAttribute(name, value);
  svg.append(bar);
  const cell = make("td", { class: "grow opt-s" });
  cell.append(svg);
  return cell;
}
