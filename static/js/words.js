// @ts-check
import { count, figure, joined, significant } from "./format.js";

const NBSP = "\u00a0";

/** The strip in words: what runs, under which load, and what that costs.
 * What is unknown is left out.
 * @param {string} strategy @param {(column: string) => number} latest NaN when unknown */
export function stripWords(strategy, latest) {
  const known = (/** @type {string} */ column, /** @type {(v: number) => string} */ say) => {
    const v = latest(column);
    return Number.isNaN(v) ? "" : say(v).replaceAll(" ", NBSP);
  };
  return [
    strategy,
    known("requests_per_s", (v) => `${significant(v)} req/s`),
    known("alloc_bytes_per_s", (v) => `${joined(figure("alloc_bytes_per_s", v))} allocated`),
    known("sets_per_s", (v) => `${count(v * 60)} Sets/min`),
    known("floor", (v) => `live ${joined(figure("floor", v))}`),
    known("copy_age_s", (v) => `copy confirmed ${joined(figure("copy_age_s", v))} ago`),
    known("gc_per_s", (v) => `${significant(v)} GC/s`),
    spiral(latest),
  ].filter(Boolean).join(" · ");
}

/** GOMEMLIMIT does not save a leak: it has the collector run without end.
 * @param {(column: string) => number} latest */
function spiral(latest) {
  const share = latest("gc_cpu");
  return latest("goal") >= 0.75 * latest("gomemlimit") && share >= 0.2 ? `GOMEMLIMIT at work: collecting takes ${joined(figure("gc_cpu", share))} of the CPU`.replaceAll(" ", NBSP) : "";
}
