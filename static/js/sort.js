// @ts-check

/** Order of two sort keys; what is unknown ("") comes last either way.
 * @param {string} a @param {string} b @param {"ascending" | "descending"} order */
export function compared(a, b, order) {
  if (a === "" || b === "") return (a === "" ? 1 : 0) - (b === "" ? 1 : 0);
  return order === "ascending" ? Number(a) - Number(b) : Number(b) - Number(a);
}

/** Whether a row matches what was typed: every word, in any case.
 * @param {string} text @param {string} typed */
export function matches(text, typed) {
  const low = text.toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => low.includes(word));
}
