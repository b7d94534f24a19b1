// @ts-check
// The arithmetic of the call tree, without a page: where boxes stand, what a
// search covers, where a key leads. A path is the index of a child at each
// level, from the root.

/**
 * @typedef {object} Node
 * @property {string} name @property {string} function @property {string} file
 * @property {number} line @property {number} base @property {number} head
 * @property {boolean} user @property {Node[]} [children]
 */
/** @typedef {number[]} Path */
/** @typedef {{node: Node, path: Path, depth: number, x: number, w: number, above: boolean}} Box x and w are shares of the width; above the zoomed box */

/** @type {WeakMap<Node, number>} */
const weights = new WeakMap();

/** How wide a node is: the larger of base and head, and never less than what
 * it calls, so that what shrank to nothing beside what grew still has room.
 * @param {Node} node @returns {number} */
export function weight(node) {
  const known = weights.get(node);
  if (known !== undefined) return known;
  const calls = (node.children ?? []).reduce((sum, child) => sum + weight(child), 0);
  const w = Math.max(node.base, node.head, calls);
  weights.set(node, w);
  return w;
}

/** @param {Node} root @param {Path} path @returns {Node | null} */
export function nodeAt(root, path) {
  /** @type {Node | undefined} */
  let node = root;
  for (const i of path) {
    node = node.children?.[i];
    if (!node) return null;
  }
  return node;
}

/** The boxes of the zoomed node, those that lead to it above, none narrower
 * than least. @param {Node} root @param {Path} zoomed @param {number} least share of the width @returns {Box[]} */
export function layout(root, zoomed, least) {
  /** @type {Box[]} */
  const boxes = [];
  for (let depth = 0; depth < zoomed.length; depth++) {
    const path = zoomed.slice(0, depth);
    const node = nodeAt(root, path);
    if (node) boxes.push({ node, path, depth, x: 0, w: 1, above: true });
  }
  const place = (/** @type {Node} */ node, /** @type {Path} */ path, /** @type {number} */ x, /** @type {number} */ w) => {
    boxes.push({ node, path, depth: path.length, x, w, above: false });
    let at = x;
    (node.children ?? []).forEach((child, i) => {
      const width = weight(node) ? w * weight(child) / weight(node) : 0;
      if (width >= least) place(child, [...path, i], at, width);
      at += width;
    });
  };
  const top = nodeAt(root, zoomed);
  if (top) place(top, zoomed, 0, 1);
  return boxes;
}

/** How a node changed: 1 came up from nothing, -1 went to nothing. @param {Node} node */
export function change(node) {
  const most = Math.max(node.base, node.head);
  return most ? (node.head - node.base) / most : 0;
}

/** @param {Node} node @param {string} text lower case */
export const found = (node, text) => text !== "" && (node.function.toLowerCase().includes(text) || node.file.toLowerCase().includes(text));

/** What a search covers; a match inside a match counts once.
 * @param {Node} root @param {string} text lower case */
export function covered(root, text) {
  let count = 0, base = 0, head = 0;
  const walk = (/** @type {Node} */ node, /** @type {boolean} */ inside) => {
    const hit = found(node, text);
    if (hit) count++;
    if (hit && !inside) {
      base += node.base;
      head += node.head;
    }
    for (const child of node.children ?? []) walk(child, inside || hit);
  };
  walk(root, false);
  return { count, base, head };
}

/** Where a key leads from a box, among those that are drawn.
 * @param {Box[]} boxes @param {Path} from @param {string} key @returns {Path | null} */
export function step(boxes, from, key) {
  const same = (/** @type {Path} */ a, /** @type {Path} */ b) => a.length === b.length && a.every((v, i) => v === b[i]);
  const drawn = (/** @type {Path} */ p) => boxes.find((b) => same(b.path, p));
  if (key === "Home") return [];
  if (key === "ArrowUp") return from.length ? from.slice(0, -1) : null;
  if (key === "ArrowDown") {
    const below = boxes.filter((b) => b.path.length === from.length + 1 && same(b.path.slice(0, -1), from));
    return below.reduce((/** @type {Box | null} */ best, b) => (!best || b.w > best.w ? b : best), null)?.path ?? null;
  }
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!by || !from.length) return null;
  const here = drawn(from);
  const row = boxes.filter((b) => b.depth === from.length && !b.above).sort((a, b) => a.x - b.x);
  return row[row.findIndex((b) => b === here) + by]?.path ?? null;
}

/** @param {Path} path */
export const written = (path) => path.join(".");

/** Reads what written wrote; anything that is no path of this tree is its root.
 * @param {string | null} text @param {Node} root @returns {Path} */
export function readPath(text, root) {
  if (!text || !/^\d+(\.\d+)*$/.test(text)) return [];
  const path = text.split(".").map(Number);
  return nodeAt(root, path) ? path : [];
}
