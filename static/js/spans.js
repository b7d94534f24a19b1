// @ts-check

/** @typedef {import("../wire.js").Span} Span */
/** @typedef {import("../wire.js").Mark} Mark */

const KEPT = 200;

/** Which strategy ran when, carried on by a mark. Returns a new list.
 * @param {Span[]} spans oldest first @param {Mark} mark @returns {Span[]} */
export function carriedOn(spans, mark) {
  const last = spans[spans.length - 1];
  if (last && mark.t < last.from) return spans; // a replay of what history told
  const open = last && last.to === null;
  const closed = open ? [...spans.slice(0, -1), { ...last, to: mark.t }] : spans;
  switch (mark.kind) {
    case "switch":
      return begun(closed, mark, mark.to ?? last?.strategy ?? "", mark.generation ?? last?.generation ?? 1);
    case "start":
      return begun(closed, mark, last?.strategy ?? mark.to ?? "", mark.generation ?? (last?.generation ?? 0) + 1);
    case "stop": case "crash":
      return closed;
  }
  return spans;
}

/** @param {Span[]} closed @param {Mark} mark @param {string} strategy @param {number} generation */
function begun(closed, mark, strategy, generation) {
  return [...closed, { from: mark.t, to: null, strategy, generation }].slice(-KEPT);
}

/** The ribbon's words: the generation stands first where it is new.
 * @param {Span[]} spans @param {number} i */
export function ribbonText(spans, i) {
  const { generation, strategy } = spans[i];
  const isNew = i > 0 && spans[i - 1].generation !== generation;
  return isNew ? `gen ${generation} · ${strategy}` : strategy;
}
