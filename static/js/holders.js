// @ts-check
import { apiURL, call } from "./api.js";
import { all, make, one, query, write } from "./dom.js";
import { bytes, count, joined } from "./format.js";

/** @typedef {import("../wire.js").HeapStep} HeapStep */

const SHOWN = 50; // children opened at a time
const DEEPEST = 5; // further down the indentation stays

/** Connects the page of holders: taking a graph, opening the tree in place.
 * Without it rows and nodes are links that lead to the same. */
export function holders() {
  for (const button of all("[data-take-graph]")) {
    button.disabled = false;
    button.addEventListener("click", () => take(button, false));
  }
  for (const button of all("[data-force-graph]")) button.addEventListener("click", () => take(button, true));
  for (const link of all("[data-open]")) openable(link);
}

/** @param {HTMLButtonElement} button @param {boolean} force where the service says that it may hurt */
async function take(button, force) {
  const status = one("[data-take-status]");
  status.classList.remove("fault");
  write(status, "The process stands still while it is dumped …");
  button.disabled = true;
  try {
    const { id } = await call("POST", apiURL("heapgraphs"), { body: { force } });
    const kept = new URLSearchParams(location.search);
    for (const name of ["node", "holder", "search"]) kept.delete(name);
    location.assign(`/holders/${id}${kept.size ? `?${kept}` : query()}`);
  } catch (error) {
    status.classList.add("fault");
    write(status, error instanceof Error ? error.message : String(error));
    button.disabled = false;
    one("[data-force-graph]").hidden = /** @type {{status?: number}} */ (error).status !== 409;
  }
}

/** Makes a link to a node open it where it stands. @param {HTMLAnchorElement} link */
function openable(link) {
  const row = /** @type {HTMLTableRowElement} */ (link.closest("tr"));
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    toggle(link, row);
  });
  link.addEventListener("keydown", (e) => {
    const open = link.getAttribute("aria-expanded") === "true";
    if (e.key === " " || e.key === "ArrowRight" && !open || e.key === "ArrowLeft" && open) {
      e.preventDefault();
      toggle(link, row);
    }
  });
}

/** @param {HTMLAnchorElement} link @param {HTMLTableRowElement} row */
async function toggle(link, row) {
  const level = Number(row.dataset.level);
  if (link.getAttribute("aria-expanded") === "true") {
    while (row.nextElementSibling instanceof HTMLTableRowElement && Number(row.nextElementSibling.dataset.level) > level) row.nextElementSibling.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  link.setAttribute("aria-expanded", "true");
  const id = one("[data-holders]").dataset.holders;
  try {
    const { children, all: total } = await call("GET", apiURL(`heapgraphs/${id}/tree`, { node: row.dataset.node ?? "", top: String(SHOWN) }));
    const rows = children.map((/** @type {HeapStep} */ s) => node(s, level + 1));
    if (total > children.length) rows.push(remark(`${count(total - children.length)} more, each smaller than these`, level + 1));
    if (!total) rows.push(remark("nothing below it would be freed with it", level + 1));
    row.after(...rows);
  } catch (error) {
    row.after(remark(error instanceof Error ? error.message : String(error), level + 1));
  }
}

/** @param {HeapStep} s @param {number} level */
function node(s, level) {
  const name = s.type || s.label || "object";
  const link = make("a", { class: "pick", href: `/holders/${one("[data-holders]").dataset.holders}?node=${s.node}` }, name);
  const aside = [s.type ? s.label : "", s.site ?? "", s.repeats ? `and ${count(s.repeats)} more alike` : ""].filter(Boolean).join(" · ");
  const row = make("tr", { "data-node": String(s.node), "data-level": String(level) },
    make("td", { class: `l${Math.min(level, DEEPEST)}` }, link, make("small", {}, aside)),
    make("td", { class: "n" }, joined(bytes(s.retained_bytes))), make("td", { class: "opt-s" }),
    make("td", { class: "n dim" }, joined(bytes(s.bytes))));
  if (s.retained_bytes > s.bytes) openable(/** @type {HTMLAnchorElement} */ (link));
  return row;
}

/** @param {string} text @param {number} level */
const remark = (text, level) => make("tr", { "data-level": String(level) }, make("td", { class: `l${Math.min(level, DEEPEST)} dim`, colspan: "4" }, text));
