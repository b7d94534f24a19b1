// @ts-check
// The few DOM helpers everything uses. Text is only ever set as text.

/** @param {string} selector @param {ParentNode} [root] @returns {any} the first match or null */
export const one = (selector, root = document) => root.querySelector(selector);

/** @param {string} selector @param {ParentNode} [root] @returns {any[]} */
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Sets text only when it differs, so that an idle page costs no layout.
 * @param {Element | null} node @param {string} text */
export function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** @param {string} tag @param {Record<string, string>} [attributes] @param {...(Node | string)} children */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon from the sprite at the top of every page.
 * @param {string} name @param {string} [fallback] when the sprite has no such picture */
export function icon(name, fallback = "note") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${document.getElementById(`i-${name}`) ? name : fallback}`);
  svg.append(use);
  return svg;
}

/** The minutes east of UTC in which the server writes its times. */
export const zoneMinute = () => Number(document.body.dataset.zoneMinute) || 0;

/** What keeps a link with the process this page is about, where there are several. */
export const query = () => document.body.dataset.query ?? "";

/** The process this page is about. */
export const target = () => document.body.dataset.target ?? "";
