// @ts-check
import { one } from "./dom.js";

const SETTING = "leakline.keys";

/** Single keys, ignored in fields, beside Ctrl and the like, and wherever
 * the key has a meaning of its own. They can be switched off.
 * @param {Record<string, (e: KeyboardEvent) => void>} actions by KeyboardEvent.key, letters in lower case
 * @param {AbortSignal} signal */
export function keys(actions, signal) {
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-keys]"));
  const enabled = /** @type {HTMLInputElement} */ (one("[data-keys-on]"));
  enabled.checked = stored() !== "off";
  enabled.addEventListener("change", () => store(enabled.checked ? "on" : "off"));
  one("[data-keys-open]").addEventListener("click", () => dialog.showModal());

  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || dialog.open || ownMeaning(e)) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (key === "?") dialog.showModal();
    else if (!actions[key] || (key.length === 1 && !enabled.checked)) return;
    else actions[key](e);
    e.preventDefault();
  }, { signal });
}

/** Whether the element in focus uses this key itself. @param {KeyboardEvent} e */
function ownMeaning(e) {
  if (!(e.target instanceof Element)) return false;
  if (e.target.closest("input, select, textarea, dialog, [contenteditable]")) return e.key !== "Escape";
  if (e.key === " ") return e.target.closest("button, a, summary") !== null;
  return e.key.startsWith("Arrow") && e.target.closest("[role=radiogroup], .scroll") !== null;
}

function stored() {
  try {
    return localStorage.getItem(SETTING);
  } catch {
    return null; // storage may be forbidden
  }
}

/** @param {string} value */
function store(value) {
  try {
    localStorage.setItem(SETTING, value);
  } catch {
    // Not remembered, but it works for this page.
  }
}
