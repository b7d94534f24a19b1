// @ts-check
import { apiURL, call } from "./api.js";
import { all, make, one, write } from "./dom.js";

/** @typedef {import("../wire.js").Board} Board */
/** @typedef {import("../wire.js").Trial} Trial */

const EVERY_MS = 3000;

/** Keeps the scoreboard current while anybody can see it, and runs trials.
 * @param {AbortSignal} signal */
export function scoreboard(signal) {
  const panel = one("[data-scoreboard]");
  if (!panel) return;
  document.head.append(make("link", { rel: "stylesheet", href: new URL("../css/scoreboard.css", import.meta.url).href }));
  new Scoreboard(panel, signal);
}

class Scoreboard {
  #panel; #columns; #signal;
  #seen = false;
  #shown = ""; // ids of the trials on the page

  /** @param {HTMLElement} panel @param {AbortSignal} signal */
  constructor(panel, signal) {
    this.#panel = panel;
    this.#signal = signal;
    this.#columns = all("thead th", one("table", panel)).slice(1).map((th) => th.textContent ?? "");
    this.#shown = all("[data-trial-id]", panel).map((d) => d.dataset.trialId).join();
    new IntersectionObserver(([entry]) => {
      this.#seen = entry.isIntersecting;
      if (this.#seen) this.#refresh();
    }).observe(panel);
    const timer = setInterval(() => this.#refresh(), EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    one("[data-trial]", panel)?.addEventListener("submit", (/** @type {SubmitEvent} */ e) => this.#start(e));
    one("[data-trial-stop]", panel)?.addEventListener("click", () => this.#stop());
  }

  async #refresh() {
    if (!this.#seen || document.hidden) return;
    try {
      this.#show(await call("GET", apiURL("scoreboard"), { signal: this.#signal }));
    } catch {
      // The note above the charts says that the connection is lost.
    }
  }

  /** @param {Board} board */
  #show({ scores, trials }) {
    const rows = scores.map((s) => make("tr", { "aria-selected": String(s.current) },
      make("th", { class: "mono", scope: "row" }, s.strategy),
      ...s.cells.map((c, i) => make("td", { class: `n ${c.tone}`, "data-l": this.#columns[i] }, c.text))));
    one("[data-scores]", this.#panel).replaceChildren(...rows);
    one("[data-scores-empty]", this.#panel).hidden = rows.length > 0;
    this.#progress(trials.find((t) => t.status === "running"));
    const ended = trials.filter((t) => t.status !== "running").reverse();
    const ids = ended.map((t) => t.id).join();
    if (ids === this.#shown) return;
    this.#shown = ids;
    one("[data-trials]", this.#panel).replaceChildren(...ended.map((t, i) => result(t, i === 0)));
  }

  /** @param {Trial | undefined} trial that is under way */
  #progress(trial) {
    const form = one("[data-trial]", this.#panel);
    if (!form) return;
    const stop = one("[data-trial-stop]", form), was = !stop.hidden;
    one("[data-trial-fields]", form).hidden = Boolean(trial);
    stop.hidden = !trial;
    if (trial) this.#say(`${trial.headline} About ${trial.remaining_s}\u00a0s left; strategy, load and faults wait meanwhile.`);
    else if (was) this.#say("It has ended; what it came to stands below.");
  }

  /** @param {string} text @param {boolean} [failed] */
  #say(text, failed = false) {
    const line = one("[data-trial-status]", this.#panel);
    line.classList.toggle("fault", failed);
    write(line, text);
  }

  /** @param {SubmitEvent} event */
  #start(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target), fields = new FormData(form);
    const body = { a: fields.get("a"), b: fields.get("b"), seconds: Number(fields.get("seconds")) };
    return this.#tell(async () => this.#progress(await call("POST", apiURL("scoreboard/trial"), { body })));
  }

  #stop() {
    this.#say("Stopping …");
    return this.#tell(() => call("DELETE", apiURL("scoreboard/trial")).then(() => this.#refresh()));
  }

  /** @param {() => Promise<unknown>} act */
  async #tell(act) {
    try {
      await act();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
  }
}

/** What a trial came to, as the server renders it. @param {Trial} t @param {boolean} open */
function result(t, open) {
  const details = make("details", { class: "trial", "data-trial-id": String(t.id), ...(open ? { open: "" } : {}) }, make("summary", {}, t.headline));
  if (!t.lines.length) return details;
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "sr" }, "figure")),
    make("th", { class: "n mono", scope: "col" }, t.a), make("th", { class: "n mono", scope: "col" }, t.b), make("th", { class: "n", scope: "col" }, "as much"));
  const rows = t.lines.map((l) => make("tr", {}, make("th", { scope: "row" }, l.what),
    make("td", { class: "n" }, l.a), make("td", { class: "n" }, l.b), make("td", { class: `n ${l.tone}` }, l.times)));
  const csv = make("a", { class: "btn quiet", href: apiURL("scoreboard.csv", { trial: String(t.id) }), download: "" }, "CSV of this comparison");
  details.append(make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))), make("p", { class: "pad" }, csv));
  return details;
}
