// @ts-check
import { all, make, one, write } from "./dom.js";
import { icicle } from "./icicle.js";
import { compared, matches } from "./sort.js";

/** Connects the diff: sorting, filtering, one source at a time, copying.
 * The table and all sources are there without it. */
export function diff() {
  for (const th of all("[data-sites] th[data-sortable]")) sortable(th);
  filter();
  sources();
  copying();
  icicle();
}

/** @param {HTMLTableCellElement} th */
function sortable(th) {
  const button = make("button", { type: "button" }, ...th.childNodes);
  th.replaceChildren(button);
  button.addEventListener("click", () => {
    const order = th.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
    for (const other of all("th[data-sortable]", /** @type {Element} */ (th.parentElement))) other.setAttribute("aria-sort", "none");
    th.setAttribute("aria-sort", order);
    const body = one("[data-sites] tbody");
    const key = (/** @type {HTMLTableRowElement} */ row) => row.cells[th.cellIndex].dataset.sort ?? "";
    body.append(...[...body.rows].sort((a, b) => compared(key(a), key(b), order)));
  });
}

function filter() {
  const box = one("[data-filter-box]");
  if (!box) return;
  box.hidden = false;
  const field = one("[data-filter]");
  field.addEventListener("input", () => {
    const rows = all("[data-site]");
    for (const row of rows) row.hidden = !matches(row.dataset.site, field.value);
    one("[data-filter-none]").hidden = rows.some((row) => !row.hidden);
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || /** @type {Element} */ (e.target).closest("input")) return;
    e.preventDefault();
    field.focus();
  });
}

function sources() {
  const show = (/** @type {HTMLElement} */ row) => {
    for (const other of all("[data-site]")) other.setAttribute("aria-selected", String(other === row));
    const { source } = row.dataset;
    for (const panel of all("[data-source-panel]")) panel.hidden = panel.id !== source;
  };
  const linked = all("[data-site]").filter((row) => row.dataset.source);
  for (const row of linked) {
    row.addEventListener("click", (/** @type {Event} */ e) => {
      if (/** @type {Element} */ (e.target).closest("[data-select]")) e.preventDefault();
      show(row);
    });
  }
  if (linked.length) show(linked[0]);
}

function copying() {
  if (!navigator.clipboard) return; // plain HTTP on another host: no button rather than a broken one
  const connect = (/** @type {HTMLElement} */ button, /** @type {() => string} */ text) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const said = await navigator.clipboard.writeText(text()).then(() => "Copied.", () => "The browser did not allow copying.");
      write(one("[data-diff-status]"), said);
    });
  };
  for (const button of all("[data-copy]")) connect(button, () => button.previousElementSibling.textContent.trim());
  for (const button of all("[data-copy-link]")) connect(button, () => location.href);
}
