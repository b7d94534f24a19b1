// @ts-check
import { call } from "./api.js";
import { all, one, write } from "./dom.js";
import { toneOf, wordOf } from "./verdict.js";

const EVERY_MS = 5000;

/** Keeps the picker of targets current: how each is, and what is said of it. */
export function targets() {
  const refresh = async () => {
    if (document.hidden) return;
    const { targets } = await call("GET", "/api/v1/targets").catch(() => ({ targets: [] }));
    for (const t of targets) show(t);
  };
  setInterval(refresh, EVERY_MS);
}

/** @param {{id: string, status: string, verdict: string | null}} t */
function show(t) {
  const link = all("[data-target-link]").find((a) => a.dataset.targetLink === t.id);
  if (!link) return;
  const dot = one("[data-target-status]", link), word = one("[data-target-word]", link);
  dot.classList.toggle("down", t.status !== "running" && t.status !== "draining");
  write(one(".sr", dot), t.status);
  word.className = `word ${toneOf(t.verdict ?? "insufficient")}`;
  write(word, wordOf(t.verdict ?? "insufficient"));
}
