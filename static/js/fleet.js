// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";
import { swap } from "./swap.js";

const EVERY_MS = 3000;

/** Of processes and of builds. */
const PICKS = "input[type=checkbox]";

/** @param {any} box */
const pick = (box) => `${box.name} ${box.value}`;

/** Keeps the fleet's tables current, as the server renders them. */
export function fleet() {
  const form = one("[data-fleet-switch]");
  if (form) {
    one("button", form).disabled = false;
    form.addEventListener("submit", (/** @type {Event} */ e) => { e.preventDefault(); order(one("select", form).value); });
  }
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
}

/** What was picked stays picked, while the new page came as well. */
async function refresh() {
  let picked = new Set();
  try {
    await swap(undefined, () => { picked = new Set(all(`${PICKS}:checked`).map(pick)); });
  } catch {
    return write(one("[data-fleet-status]"), "The observer does not answer; trying again.");
  }
  for (const box of all(PICKS)) box.checked = picked.has(pick(box));
  write(one("[data-fleet-status]"), "current");
}

/** Has every checker decide by a strategy. @param {string} name */
async function order(name) {
  const status = one("[data-fleet-status]");
  try {
    await call("PUT", apiURL("fleet/strategy"), { body: { name } });
    await refresh();
  } catch (error) {
    write(status, error instanceof Error ? error.message : String(error));
  }
}
