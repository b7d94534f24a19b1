// @ts-check
import { apiURL, call } from "./api.js";
import { make, one, write } from "./dom.js";
import { bytes, count, joined, significant } from "./format.js";
import { change, covered, found, layout, readPath, step, weight, written } from "./icicle-layout.js";

/** @typedef {import("./icicle-layout.js").Node} Node */
/** @typedef {import("./icicle-layout.js").Box} Box */
/** @typedef {import("./icicle-layout.js").Path} Path */

const NARROWEST_PX = 3;
const MOVED = 0.1, MOVED_MUCH = 0.5; // shares of the larger of base and head

/** Connects the call tree of a comparison. */
export function icicle() {
  const section = one("[data-icicle]");
  if (section) new Icicle(section).load();
}

class Icicle {
  #section; #graph; #about; #status; #find; #reset;
  /** @type {Node | null} */ #root = null;
  /** @type {Path} */ #zoomed = [];
  /** @type {Path} */ #focused = [];
  /** @type {Box[]} */ #boxes = [];
  #text = "";

  /** @param {HTMLElement} section */
  constructor(section) {
    this.#section = section;
    this.#graph = one("[data-icicle-graph]", section);
    this.#about = one("[data-icicle-about]", section);
    this.#status = one("[data-icicle-status]", section);
    this.#find = one("[data-icicle-find]", section);
    this.#reset = one("[data-icicle-reset]", section);
  }

  async load() {
    const { base = "", head = "", sample = "" } = this.#section.dataset;
    write(this.#status, "Building the call tree …");
    try {
      this.#root = (await call("GET", apiURL("diff", { base, head, sample, flame: "1" }))).flame;
    } catch (error) {
      const again = make("button", { type: "button", class: "btn" }, "Try again");
      again.addEventListener("click", () => this.load());
      this.#status.replaceChildren(error instanceof Error ? error.message : String(error), " ", again);
      return;
    }
    if (!this.#root?.children?.length) {
      write(this.#status, "Neither profile has a sample: there is no tree to draw.");
      return;
    }
    this.#status.hidden = true;
    for (const hidden of [one("[data-icicle-box]", this.#section), this.#graph]) hidden.hidden = false;
    this.#fromAddress();
    this.#listen();
    this.#draw();
  }

  /** A link reopens the view: zoom and search stand behind the #. */
  #fromAddress() {
    const said = new URLSearchParams(location.hash.slice(1));
    this.#zoomed = this.#focused = readPath(said.get("tree"), /** @type {Node} */ (this.#root));
    this.#find.value = said.get("find") ?? "";
    this.#text = this.#find.value.trim().toLowerCase();
  }

  #toAddress() {
    const said = new URLSearchParams();
    if (this.#zoomed.length) said.set("tree", written(this.#zoomed));
    if (this.#text) said.set("find", this.#find.value.trim());
    history.replaceState(null, "", `${location.pathname}${location.search}${said.size ? `#${said}` : ""}`);
  }

  #listen() {
    new ResizeObserver(() => this.#draw()).observe(this.#graph);
    this.#find.addEventListener("input", () => {
      this.#text = this.#find.value.trim().toLowerCase();
      this.#toAddress();
      this.#draw();
    });
    this.#reset.addEventListener("click", () => this.#zoom([]));
    const boxOf = (/** @type {Event} */ e) => this.#boxes[Number(/** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (e.target).closest("[role=treeitem]"))?.dataset.box ?? NaN)];
    this.#graph.addEventListener("click", (/** @type {Event} */ e) => { const b = boxOf(e); if (b) this.#zoom(b.path); });
    for (const type of ["pointerover", "focusin"]) {
      this.#graph.addEventListener(type, (/** @type {Event} */ e) => { const b = boxOf(e); if (b) write(this.#about, this.#sentence(b.node)); });
    }
    this.#graph.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => this.#key(e));
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Enter" || e.key === " ") this.#zoom(this.#focused);
    else if (e.key === "Escape" && this.#zoomed.length) this.#zoom(this.#zoomed.slice(0, -1));
    else {
      const to = step(this.#boxes, this.#focused, e.key);
      if (!to) return;
      this.#focus(to);
    }
    e.preventDefault();
  }

  /** @param {Path} path */
  #zoom(path) {
    this.#zoomed = path;
    this.#toAddress();
    this.#draw();
    this.#focus(path);
  }

  /** @param {Path} path */
  #focus(path) {
    this.#focused = path;
    const key = written(path);
    this.#boxes.forEach((b, i) => {
      const node = this.#graph.children[i];
      node.tabIndex = written(b.path) === key ? 0 : -1;
      if (node.tabIndex === 0) node.focus({ preventScroll: false });
    });
  }

  #draw() {
    const root = /** @type {Node} */ (this.#root), width = this.#graph.clientWidth;
    if (!width) return;
    const had = this.#graph.contains(document.activeElement);
    this.#boxes = layout(root, this.#zoomed, NARROWEST_PX / width);
    if (!this.#boxes.some((b) => written(b.path) === written(this.#focused))) this.#focused = this.#zoomed;
    this.#graph.replaceChildren(...this.#boxes.map((b, i) => this.#box(b, i)));
    this.#graph.style.setProperty("--rows", String(1 + Math.max(...this.#boxes.map((b) => b.depth))));
    this.#reset.hidden = this.#zoomed.length === 0;
    if (had) this.#focus(this.#focused);
    write(one("[data-icicle-found]", this.#section), this.#text ? this.#searched() : "");
  }

  /** @param {Box} box @param {number} i */
  #box({ node, path, depth, x, w, above }, i) {
    const r = change(node), strong = Math.abs(r) >= MOVED_MUCH ? " much" : "";
    const moved = Math.abs(r) < MOVED ? "same" : r > 0 ? `up${strong}` : `down${strong}`;
    const arrow = Math.abs(r) < MOVED ? "" : r > 0 ? "▲ " : "▼ ";
    const dim = above || (this.#text && !found(node, this.#text));
    const el = make("div", {
      class: `${moved}${node.user ? " own" : ""}${dim ? " off" : ""}${this.#text && found(node, this.#text) ? " hit" : ""}`,
      role: "treeitem", "aria-level": String(depth + 1), "aria-label": this.#sentence(node), "data-box": String(i),
      tabindex: written(path) === written(this.#focused) ? "0" : "-1",
      ...(node.children?.length ? { "aria-expanded": "true" } : {}),
    }, make("span", {}, arrow + node.name));
    el.style.setProperty("--x", String(x));
    el.style.setProperty("--w", String(w));
    el.style.setProperty("--depth", String(depth));
    el.style.setProperty("--was", String(node.base / (weight(node) || 1)));
    return el;
  }

  /** @param {number} v */
  #amount(v) { return this.#section.dataset.sample?.endsWith("_space") ? joined(bytes(v)) : count(v); }

  /** @param {Node} node */
  #sentence(node) {
    const root = /** @type {Node} */ (this.#root), share = root.head ? `, ${significant(100 * node.head / root.head)} % of all` : "";
    const d = node.head - node.base;
    const moved = Math.abs(change(node)) < MOVED ? "hardly changed" : `${d > 0 ? "grew" : "shrank"} by ${this.#amount(Math.abs(d))}`;
    const where = node.file ? ` at ${node.file.split("/").slice(-2).join("/")}:${node.line}` : "";
    return `${node.function || "all"}${where}: ${this.#amount(node.base)} to ${this.#amount(node.head)}, ${moved}${share}${node.user ? "; your code" : ""}`;
  }

  #searched() {
    const root = /** @type {Node} */ (this.#root), { count: n, head } = covered(root, this.#text);
    return n ? `${count(n)} found, ${significant(root.head ? 100 * head / root.head : 0)} % of head` : "nothing found";
  }
}
