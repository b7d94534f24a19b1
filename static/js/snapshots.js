// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";
import { swap } from "./swap.js";
import { apart, picking, roles } from "./tray.js";

const POLL_MS = 3000;

/** Connects the list of snapshots. */
export function snapshots() {
  new SnapshotsPage().start();
}

class SnapshotsPage {
  /** @type {string[]} ids in the order of picking */
  #picked = [];
  #swapped = false;
  #newest = newestID();

  start() {
    const panel = one("[data-snapshots]");
    panel.addEventListener("click", (/** @type {Event} */ e) => this.#clicked(e));
    panel.addEventListener("change", (/** @type {Event} */ e) => this.#edited(e));
    panel.addEventListener("submit", (/** @type {Event} */ e) => this.#compare(e));
    setInterval(() => this.#poll(), POLL_MS);
    this.#show();
  }

  /** @param {Event} e */
  #clicked(e) {
    const hit = (/** @type {string} */ selector) => /** @type {Element} */ (e.target).closest(selector);
    const data = (/** @type {string} */ key) => /** @type {HTMLElement | null} */ (hit(`[data-${key}]`))?.dataset[key] ?? "";
    if (hit("[data-take]")) this.#do("Taking a snapshot …", async () => `Snapshot ${(await call("POST", apiURL("snapshots"), { body: {} })).id} taken.`);
    else if (hit("[data-pin]")) this.#pin(/** @type {HTMLElement} */ (hit("[data-pin]")));
    else if (hit("[data-delete]")) this.#delete(data("delete"));
    else if (hit("[data-tray-swap]")) this.#set(this.#picked, !this.#swapped);
    else if (hit("[data-tray-clear]")) this.#set([], false);
  }

  /** @param {Event} e */
  #edited(e) {
    const field = /** @type {HTMLInputElement} */ (e.target);
    if (field.name === "id") this.#set(picking(this.#picked, field.value, field.checked), false);
    const { labelOf } = field.dataset;
    if (labelOf) this.#do("", async () => { await call("PATCH", apiURL(`snapshots/${labelOf}`), { body: { label: field.value } }); return `Label of ${labelOf} kept.`; });
  }

  /** @param {HTMLElement} button */
  #pin(button) {
    const pinned = button.getAttribute("aria-pressed") !== "true", id = button.dataset.pin;
    this.#do("", async () => {
      await call("PATCH", apiURL(`snapshots/${id}`), { body: { pinned } });
      button.setAttribute("aria-pressed", String(pinned));
      return pinned ? `${id} is kept.` : `${id} may go when room is needed.`;
    });
  }

  /** @param {string} id */
  #delete(id) {
    const dialog = /** @type {HTMLDialogElement} */ (one("[data-delete-dialog]"));
    write(one("[data-delete-id]"), id);
    dialog.returnValue = "keep";
    dialog.onclose = () => {
      if (dialog.returnValue !== "delete") return;
      this.#picked = this.#picked.filter((p) => p !== id);
      this.#do(`Deleting ${id} …`, async () => { await call("DELETE", apiURL(`snapshots/${id}`)); return `${id} deleted.`; });
    };
    dialog.showModal();
  }

  /** Says what is done and what became of it, then shows the list anew.
   * @param {string} doing @param {() => Promise<string>} act */
  async #do(doing, act) {
    const line = one("[data-snapshots-status]");
    line.classList.remove("fault");
    write(line, doing);
    try {
      write(line, await act());
      await this.#refresh();
    } catch (error) {
      line.classList.add("fault");
      write(line, error instanceof Error ? error.message : String(error));
    }
  }

  /** New snapshots appear by themselves. */
  async #poll() {
    if (document.hidden || document.activeElement?.matches("[data-label-of]")) return;
    try {
      const { snapshots } = await call("GET", apiURL("snapshots"));
      const newest = Math.max(0, ...snapshots.map((/** @type {{id: string}} */ s) => Number(s.id)));
      if (newest !== this.#newest) await this.#refresh();
    } catch {
      // The list stands as it is; the next round tries again.
    }
  }

  /** Swaps in the list as the server renders it now. */
  async #refresh() {
    await swap(sameAgain);
    this.#newest = newestID();
    this.#picked = this.#picked.filter((id) => row(id));
    this.#show();
  }

  /** @param {string[]} picked @param {boolean} swapped */
  #set(picked, swapped) {
    this.#picked = picked;
    this.#swapped = swapped;
    this.#show();
  }

  #chosen() {
    if (this.#picked.length < 2) return null;
    const [a, b] = this.#picked.map((id) => {
      const { at, generation = "", rate = "" } = row(id).dataset;
      return { id, at: Number(at), generation, rate };
    });
    return roles(a, b, this.#swapped);
  }

  #show() {
    const chosen = this.#chosen();
    for (const tr of all("[data-snapshot]")) {
      const id = tr.dataset.snapshot, on = this.#picked.includes(id);
      one("input[name=id]", tr).checked = on;
      tr.setAttribute("aria-selected", String(on));
      const chip = one("[data-role-chip]", tr);
      chip.hidden = !chosen || !on;
      write(chip, chosen?.base.id === id ? "base" : "head");
    }
    if (one("[data-tray]")) this.#tray(chosen);
  }

  /** @param {ReturnType<typeof roles> | null} chosen */
  #tray(chosen) {
    const n = this.#picked.length;
    one("[data-tray-hint]").hidden = chosen !== null;
    write(one("[data-tray-hint]"), n === 0 ? "Pick two to compare; the older one is the base." : n === 1 ? `${this.#picked[0]} is picked. Pick one more.` : "");
    one("[data-tray-picked]").hidden = !chosen;
    one("[data-tray-clear]").hidden = n === 0;
    one("[data-tray-go]").disabled = !chosen;
    write(one("[data-tray-go]"), chosen ? `Compare ${chosen.base.id} → ${chosen.head.id}` : "Compare");
    write(one("[data-tray-apart]"), chosen ? apart(chosen.base, chosen.head) : "");
    if (!chosen) return;
    for (const role of /** @type {const} */ (["base", "head"])) {
      write(one(`[data-tray-${role}]`), chosen[role].id);
      write(one(`[data-tray-${role}-about]`), row(chosen[role].id).dataset.about);
    }
  }

  /** @param {Event} e */
  #compare(e) {
    const chosen = this.#chosen();
    e.preventDefault();
    if (chosen) location.assign(`/diff?${new URLSearchParams({ base: chosen.base.id, head: chosen.head.id })}`);
  }
}

/** How to find this element in a list rendered anew; "" for others.
 * @param {Element | null} element */
function sameAgain(element) {
  for (const name of ["data-pin", "data-delete", "data-label-of", "value"]) {
    const value = element?.getAttribute(name);
    if (value) return `[data-swap=list] [${name}="${CSS.escape(value)}"]`;
  }
  return "";
}

/** @param {string} id */
const row = (id) => one(`[data-snapshot="${CSS.escape(id)}"]`);

function newestID() {
  return Math.max(0, ...all("[data-snapshot]").map((tr) => Number(tr.dataset.snapshot)));
}
