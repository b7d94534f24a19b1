// @ts-check
import { all, one } from "./dom.js";

/** This page as the server renders it now. */
export async function freshPage() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`the page answers ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Fetches this page again and puts in the parts that say data-swap, as the
 * server renders them now. The focus stays where it was.
 * @param {(node: Element | null) => string} [find] a selector that finds what had it once it is rendered anew
 * @param {() => void} [before] called once the new page is there, before anything is put in */
export async function swap(find = sameAgain, before = () => {}) {
  const fresh = await freshPage();
  before();
  const again = find(document.activeElement);
  for (const part of all("[data-swap]")) {
    const next = one(`[data-swap=${part.dataset.swap}]`, fresh);
    if (next) part.replaceChildren(...next.childNodes);
  }
  if (again) one(again)?.focus();
}

/** By id, label or address. @param {Element | null} node */
function sameAgain(node) {
  if (!node?.closest("[data-swap]")) return "";
  if (node.id) return `#${CSS.escape(node.id)}`;
  const label = node.getAttribute("aria-label"), href = node.getAttribute("href");
  if (label) return `${node.localName}[aria-label="${CSS.escape(label)}"]`;
  return href ? `${node.localName}[href="${CSS.escape(href)}"]` : "";
}
