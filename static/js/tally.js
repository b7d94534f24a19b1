// @ts-check
import { make } from "./dom.js";
import { count } from "./format.js";

/** @typedef {import("../wire.js").Tally} Tally */

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 1000; // of a bar's own units

/** What the room predicted at one question, as bars with their counts.
 * @param {string} title @param {string[]} choices none where a number is asked for
 * @param {Tally} tally
 * @param {{own?: string, right?: number | null}} known this browser's answer, and what is so once that was found */
export function tallyOf(title, choices, tally, { own, right }) {
  const rows = choices.length ? choiceRows(choices, tally.choices, own, right) : numberRows(tally.numbers, own);
  return make("figure", { class: "tally" }, make("figcaption", { class: "sm mid" }, title), ...rows);
}

/** @param {string[]} choices @param {number[]} counts @param {string | undefined} own @param {number | null | undefined} right */
function choiceRows(choices, counts, own, right) {
  const all = counts.reduce((sum, n) => sum + n, 0);
  return [make("ol", {}, ...choices.map((text, i) => {
    const mine = own === String(i);
    return make("li", mine ? { class: "own" } : {},
      make("span", {}, text, ...(mine ? [make("b", { class: "acc" }, " · yours")] : []), ...(right === i ? [make("b", { class: "sound" }, " ✓ so it is")] : [])),
      bar([{ at: 0, wide: all ? counts[i] / all : 0, class: "t-bar" }]),
      make("b", { class: "n" }, `${count(counts[i])}${all ? ` · ${Math.round(100 * counts[i] / all)}\u00a0%` : ""}`));
  }))];
}

/** @param {Tally["numbers"]} numbers @param {string | undefined} own */
function numberRows(numbers, own) {
  if (!numbers) return [make("p", { class: "sm mid" }, "Nobody has answered yet.")];
  const mine = own === undefined ? NaN : Number(own);
  const most = Math.max(numbers.max, mine || 0) || 1;
  const parts = [
    { at: numbers.min / most, wide: (numbers.max - numbers.min) / most, class: "t-range" },
    { at: numbers.median / most, wide: 0, class: "t-median" },
  ];
  if (Number.isFinite(mine)) parts.push({ at: mine / most, wide: 0, class: "t-own" });
  const words = `${numbers.count === 1 ? "1 answer" : `${count(numbers.count)} answers`}: from ${figure(numbers.min)} to ${figure(numbers.max)}, the one in the middle ${figure(numbers.median)}`;
  return [bar(parts), make("p", { class: "sm" }, words, ...(Number.isFinite(mine) ? [make("b", { class: "acc" }, ` · yours ${figure(mine)}`)] : []))];
}

/** @param {number} v */
const figure = (v) => (Number.isInteger(v) ? count(v) : String(Number(v.toPrecision(4))));

/** Hidden from readers: the words beside it say the same.
 * @param {{at: number, wide: number, class: string}[]} parts in shares of the width */
function bar(parts) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${WIDE} 10`, preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const part of parts) {
    const rect = document.createElementNS(SVG, "rect"), wide = Math.max(part.wide * WIDE, part.class === "t-bar" ? 0 : 6);
    for (const [name, value] of Object.entries({ class: part.class, x: Math.min(part.at * WIDE, WIDE - wide), y: 0, width: wide, height: 10 })) rect.setAttribute(name, String(value));
    svg.append(rect);
  }
  return svg;
}
