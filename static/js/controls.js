// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";
import { count } from "./format.js";
import { loadWords } from "./vitals.js";

/** @typedef {import("../wire.js").State} State */
/** @typedef {import("../wire.js").Load} Load */

const MIB = 1 << 20;
const SETTLE_MS = 250; // a slider is sent when it rests

/** Connects the instructor's rail, which a viewer's page has not. */
export const controls = () => new Controls(one("[data-controls]"));

export class Controls {
  #rail; #cards;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #settling;

  /** @param {HTMLElement} rail */
  constructor(rail) {
    this.#rail = rail;
    this.#cards = all("[data-strategy-name]", rail);
    for (const b of all("[data-do]", rail)) b.addEventListener("click", () => this.#press(b.dataset.do));
    one("[data-resume]")?.addEventListener("click", () => this.#press("resume"));
    this.#radios();
    this.#load();
    this.#limits();
    this.#faults();
  }

  /** Keys of the instructor. */
  get keys() {
    return { s: () => this.#press("snapshot"), g: () => this.#press("gc") };
  }

  /** Follows what is so, whoever caused it. @param {State} state */
  state(state) {
    const ready = state.status === "running";
    for (const b of all("[data-do]", this.#rail)) b.disabled = !ready && (!["restart", "reset"].includes(b.dataset.do) || state.status === "halted");
    const why = one("[data-unready]", this.#rail);
    why.hidden = ready;
    write(why, ready ? "" : `The process is ${state.status}: what needs it waits. ${this.#cards.length ? "Strategy and load are kept for its return." : ""}`.trim());
    this.#check(state.strategy);
    if (state.load) this.#showLoad(state.load);
    const capacity = one("[data-capacity]", this.#rail);
    if (capacity) write(capacity, capacityWords(state.capacity ?? null));
    if (state.faults) this.#showFaults(state.faults);
    if (state.limits) this.#showLimits(state.limits, state.fence ?? "");
  }

  /** @param {keyof typeof WORDS} what */
  async #press(what) {
    const button = what === "resume" ? one("[data-resume]") : one(`[data-do=${what}]`, this.#rail);
    if (button.disabled) return;
    button.disabled = true;
    await this.#tell(WORDS[what].doing, async () => {
      const answer = await call("POST", apiURL(WORDS[what].path), what === "snapshot" ? { body: {} } : {});
      return what === "snapshot" ? `Snapshot ${answer.id} taken.` : WORDS[what].done;
    });
    button.disabled = false;
  }

  /** Says what is being done, then what became of it.
   * @param {string} doing @param {() => Promise<string>} act */
  async #tell(doing, act) {
    const line = one("[data-control-status]", this.#rail);
    line.classList.remove("fault");
    write(line, doing);
    try {
      write(line, await act());
      return true;
    } catch (error) {
      line.classList.add("fault");
      write(line, error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  #radios() {
    this.#cards.forEach((card, i) => {
      card.addEventListener("click", () => this.#switch(card));
      card.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
        const next = e.key === "Home" ? 0 : e.key === "End" ? this.#cards.length - 1 : step && (i + step + this.#cards.length) % this.#cards.length;
        if (next === undefined) return;
        e.preventDefault();
        this.#stop(this.#cards[next]);
        this.#cards[next].focus();
      });
    });
  }

  /** The one card that Tab reaches. @param {HTMLElement} card */
  #stop(card) {
    for (const c of this.#cards) c.tabIndex = c === card ? 0 : -1;
  }

  /** @param {HTMLElement} card */
  async #switch(card) {
    const name = card.dataset.strategyName;
    if (card.getAttribute("aria-disabled") === "true" || card.getAttribute("aria-checked") === "true") return;
    card.setAttribute("aria-busy", "true");
    const done = await this.#tell(`Switching to ${name} …`, async () => {
      const answer = await call("PUT", apiURL("strategy"), { body: { name } });
      return `${answer.name} now decides.`;
    });
    card.removeAttribute("aria-busy");
    if (done) this.#check(/** @type {string} */ (name));
  }

  /** @param {string} name */
  #check(name) {
    for (const c of this.#cards) c.setAttribute("aria-checked", String(c.dataset.strategyName === name));
    const current = this.#cards.find((c) => c.dataset.strategyName === name);
    if (current && !this.#cards.includes(document.activeElement)) this.#stop(current);
  }

  #load() {
    const slider = one("[data-load-slider]", this.#rail), rps = one("[data-load=rps]", this.#rail);
    if (!slider) return; // a service that is watched and no more
    slider.addEventListener("input", () => {
      rps.value = slider.value;
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.#send("rps", Number(slider.value)), SETTLE_MS);
    });
    for (const b of all("[data-times]", this.#rail)) b.addEventListener("click", () => this.#times(Number(b.dataset.times)));
    for (const field of all("input[data-load]", this.#rail)) {
      field.addEventListener("change", () => {
        if (!field.reportValidity() || field.value === "") return;
        const value = Number(field.value);
        this.#send(field.dataset.load, field.dataset.load === "risky_share" ? value / 100 : value);
      });
    }
  }

  #faults() {
    for (const field of all("[data-fault]", this.#rail)) {
      field.addEventListener("change", () => {
        if (!field.reportValidity() || field.value === "") return;
        const { fault } = field.dataset;
        this.#tell("Changing the faults …", async () => {
          this.#showFaults(await call("PUT", apiURL("faults"), { body: { [fault]: field.type === "number" ? Number(field.value) : field.value } }));
          return "The faults are as shown.";
        });
      });
    }
  }

  /** @param {Record<string, number | string>} faults */
  #showFaults(faults) {
    for (const [name, value] of Object.entries(faults)) {
      const field = one(`[data-fault=${name}]`, this.#rail);
      if (field && field !== document.activeElement) field.value = String(value);
    }
  }

  #limits() {
    one("[data-limits-apply]", this.#rail)?.addEventListener("click", () => {
      const fields = all("[data-limit]", this.#rail);
      if (!fields.every((f) => f.reportValidity())) return;
      const body = Object.fromEntries(fields.map((f) => [f.dataset.limit, Number(f.value) * MIB]));
      this.#tell("Restarting with these limits …", async () => {
        this.#showLimits(await call("PUT", apiURL("limits"), { body }), "");
        return "A new generation begins with these limits.";
      });
    });
  }

  /** @param {import("../wire.js").Limits} limits @param {string} fence how it is enforced */
  #showLimits(limits, fence) {
    for (const [name, value] of Object.entries(limits)) {
      const field = one(`[data-limit=${name}]`, this.#rail);
      if (field && field !== document.activeElement) field.value = String(Math.round(value / MIB));
    }
    if (fence) write(one("[data-fence]", this.#rail), `enforced by ${fence}`);
  }

  /** A load by what the checker can do, which is measured first. @param {number} times */
  async #times(times) {
    const buttons = all("[data-times]", this.#rail);
    for (const b of buttons) b.disabled = true;
    await this.#send("times_capacity", times, "Measuring what it can do, about 4\u00a0s …");
    for (const b of buttons) b.disabled = false;
  }

  /** @param {string} what @param {number} value @param {string} [doing] */
  #send(what, value, doing = "Changing the load …") {
    return this.#tell(doing, async () => {
      const load = await call("PUT", apiURL("load"), { body: { [what]: value } });
      this.#showLoad(load);
      return `Load is ${loadWords(load)}.`;
    });
  }

  /** Shows the load that is; a field being edited is left alone. @param {Load} load */
  #showLoad(load) {
    const show = (/** @type {string} */ selector, /** @type {number} */ value) => {
      const field = one(selector, this.#rail);
      if (field !== document.activeElement) field.value = String(value);
    };
    show("[data-load=rps]", load.rps);
    show("[data-load-slider]", load.rps);
    show("[data-load=risky_share]", Number((load.risky_share * 100).toPrecision(6)));
    show("[data-load=risky_users]", load.risky_users);
    if (load.skipped !== undefined) write(one("[data-skipped]", this.#rail), count(load.skipped));
  }
}

/** As the server writes it. @param {{rps: number, strategy: string} | null} c */
const capacityWords = (c) => c ? `${c.strategy} decides ${count(c.rps)} a second when never idle.` : "Not measured since the last change; takes about 4\u00a0s.";

const WORDS = {
  snapshot: { path: "snapshots", doing: "Taking a snapshot …", done: "" },
  gc: { path: "gc", doing: "Forcing a GC …", done: "GC forced." },
  expire: { path: "expire", doing: "Expiring the list …", done: "Redis has forgotten the list." },
  reset: { path: "reset", doing: "Resetting …", done: "Reset; a new generation begins with everything at its default." },
  restart: { path: "restart", doing: "Restarting …", done: "Restarted; a new generation begins." },
  resume: { path: "resume", doing: "Resuming …", done: "Resumed." },
};
