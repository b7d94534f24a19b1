// @ts-check

const FIRST_MS = 250;
const LONGEST_MS = 8000;

/** How long to wait before attempt n (from 0): doubling, with jitter so
 * that a class of viewers does not come back in the same instant.
 * @param {number} attempt @param {number} chance 0 to 1 */
export function retryMs(attempt, chance) {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(whole * (0.75 + 0.25 * chance));
}
