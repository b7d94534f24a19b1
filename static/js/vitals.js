// @ts-check
import { all, one, write } from "./dom.js";
import { count, duration } from "./format.js";

/** @typedef {import("../wire.js").State} State */

// The header's word, dot, uptime, generation and viewers.
export class Vitals {
  /** @type {State | null} */
  #state = null;
  #atMs = 0;

  /** @param {State} state @param {number} nowMs monotonic */
  set(state, nowMs) {
    this.#state = state;
    this.#atMs = nowMs;
    const status = one("[data-status]");
    write(status, state.status);
    status?.classList.toggle("down", state.status !== "running" && state.status !== "draining");
    write(one("[data-generation]"), String(state.generation));
    if (state.viewers !== undefined) write(one("[data-viewers]"), count(state.viewers));
    for (const node of all("[data-running]")) write(node, state.strategy);
    if (state.load) write(one("span[data-load]"), loadWords(state.load));
    this.tick(nowMs);
  }

  /** Uptime counts on between states, which come only on change. @param {number} nowMs */
  tick(nowMs) {
    if (!this.#state) return;
    const up = this.#state.status === "running" || this.#state.status === "draining";
    const s = this.#state.uptime_s + (nowMs - this.#atMs) / 1000;
    write(one("[data-uptime]"), up ? duration(s) : "–");
  }
}

/** @param {import("../wire.js").Load} load */
export function loadWords(load) {
  const share = Number((load.risky_share * 100).toPrecision(3));
  return `${count(load.rps)} requests/s · ${share}\u00a0% by ${count(load.risky_users)} risky users`;
}
