// @ts-check
import { make, one, target, write } from "./dom.js";

const FAULTS = ["leak", "goroutine-leak", "backlog"], WATCH = ["growing", "off-heap", "stale"];

/** How a verdict looks; the server has the same table.
 * @param {string} word */
export function toneOf(word) {
  if (FAULTS.includes(word)) return "fault";
  if (WATCH.includes(word)) return "watch";
  return word === "insufficient" ? "" : "sound";
}

/** @param {string} word */
export const wordOf = (word) => word === "insufficient" ? "not judged yet" : word;

/** Where it says who holds what a fault's first suspect allocates; the server
 * makes the same link. @param {import("../wire.js").Verdict} v */
export function whoHolds(v) {
  const suspect = v.suspects?.[0];
  if (!FAULTS.includes(v.verdict) || !suspect) return "";
  const site = `^${`${suspect.function}:${suspect.line}`.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")}$`;
  const [by, what] = suspect.kind === "goroutine" ? ["goroutine", suspect.function] : ["site", site];
  return `/holders?${new URLSearchParams({ target: target(), [by]: what })}`;
}

/** Shows a verdict at the head of the page. It is read out when its word
 * changes, not when its figures do.
 * @param {import("../wire.js").Verdict} v */
export function showVerdict(v) {
  const head = one("#verdict"), chip = one("[data-verdict-word]"), evidence = one("[data-evidence]");
  if (!head || !chip || !evidence) return;
  const tone = toneOf(v.verdict), word = wordOf(v.verdict), label = one("span", chip);
  const news = label?.textContent?.trim() !== word;
  head.className = tone ? `verdict is-${tone}` : "verdict";
  chip.className = `word ${tone}`;
  chip.hidden = false;
  one("use", chip)?.setAttribute("href", `#i-${tone || "info"}`);
  write(label, word);
  write(one("[data-verdict-text]"), v.summary);
  const lines = [...v.evidence, ...v.warnings].map((text) => make("li", {}, text));
  evidence.hidden = lines.length === 0;
  one("ul", evidence)?.replaceChildren(...lines);
  const who = one("[data-who]");
  if (who) {
    const href = whoHolds(v);
    who.hidden = !href;
    if (href) who.setAttribute("href", href);
  }
  if (news) write(one("[data-verdict-said]"), `Verdict: ${word}. ${v.summary}`);
}
