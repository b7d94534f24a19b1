// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";

const ASK_AGAIN_MS = 2000;
const PATIENCE_MS = 90_000; // of a solution that takes its time to show

/** @typedef {{ok: boolean, says: string, right: (number | null)[], figures: Record<string, string>}} Outcome */

// One step of a lesson: a prediction that is locked, actions, a check by the
// server, and what is so, sealed until the check holds. Predictions stay in
// this browser.
export class Step {
  #node; #path; #key;
  /** @type {{answers?: string[], right?: (number | null)[]}} */ #kept = {};

  /** @param {HTMLElement} node @param {string} lesson */
  constructor(node, lesson) {
    this.#node = node;
    this.#path = `lessons/${lesson}/steps/${node.dataset.step}/`;
    this.#key = `leakline.${this.#path}`;
    this.#kept = recall(this.#key);
    this.#on("[data-predict]", "submit", (e) => { e.preventDefault(); this.#lock(); });
    this.#on("[data-check]", "click", () => this.#try(() => this.#check()));
    this.#on("[data-solve]", "click", () => this.#try(() => this.#solve()));
    this.#on("[data-reset-step]", "click", () => this.#try(() => this.#send("reset", "The step begins anew.")));
    for (const button of all("[data-do]", node)) {
      button.addEventListener("click", () => this.#try(() => this.#send("do", `${button.textContent}: done.`, { action: Number(button.dataset.do) })));
    }
    this.#show();
  }

  /** @param {string} selector @param {string} event @param {(e: Event) => void} act */
  #on(selector, event, act) { one(selector, this.#node)?.addEventListener(event, act); }

  /** Shows what this browser knows of the step. */
  #show() {
    const { answers, right } = this.#kept, inputs = all("[data-question] input", this.#node);
    const open = Boolean(right && answers); // what was not predicted is not revealed
    one("[data-reveal]", this.#node).hidden = !open;
    one("[data-sealed]", this.#node).hidden = open;
    one("[data-passed]", this.#node).hidden = !right;
    one(`[data-step-link="${this.#node.dataset.step}"]`)?.classList.toggle("done", Boolean(right));
    all("[data-question]", this.#node).forEach((question, i) => {
      for (const input of all("input", question)) {
        if (answers && input.type === "radio") input.checked = input.value === answers[i];
        else if (answers) input.value = answers[i] ?? "";
        input.closest("label").classList.toggle("right", open && right?.[i] === Number(input.value) && input.type === "radio");
      }
    });
    for (const input of inputs) input.disabled = Boolean(answers);
    if (!answers) return;
    one("[data-locked]", this.#node).hidden = false;
    one("[data-predict] button", this.#node).disabled = true;
    write(one("[data-predict-status]", this.#node), this.#score());
  }

  /** How the prediction did, once that is known. */
  #score() {
    const { answers = [], right } = this.#kept;
    if (!right) return "Locked. Now try it.";
    const asked = right.filter((r) => r !== null).length;
    const met = right.filter((r, i) => r !== null && String(r) === answers[i]).length;
    return asked ? `${met} of ${asked} as predicted.` : "Compare it with what was counted.";
  }

  #lock() {
    this.#kept.answers = all("[data-question]", this.#node).map((question) =>
      one("input[type=radio]:checked", question)?.value ?? one("input[type=number]", question)?.value ?? "");
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // Storage may be forbidden; then it lasts as long as the page.
    }
    this.#show();
  }

  /** @param {() => Promise<void>} act buttons rest while it lasts, and a refusal is said */
  async #try(act) {
    const buttons = all("[data-do], [data-solve], [data-reset-step], [data-check]", this.#node);
    for (const b of buttons) b.disabled = true;
    try {
      await act();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    } finally {
      for (const b of buttons) b.disabled = false;
    }
  }

  /** @param {string} text @param {boolean} [fault] */
  #say(text, fault = false) {
    const status = one("[data-step-status]", this.#node);
    if (!status) return this.#outcome(false, text);
    status.classList.toggle("fault", fault);
    write(status, text);
  }

  /** @param {string} verb @param {string} after said when it is done @param {unknown} [body] */
  async #send(verb, after, body) {
    this.#say("Working on it …");
    await call("POST", apiURL(this.#path + verb), { body });
    this.#say(after);
  }

  /** Does what solves the step, then asks until the check holds. */
  async #solve() {
    await this.#send("solve", "Done. The check holds as soon as enough was seen.");
    const endMs = performance.now() + PATIENCE_MS;
    while (!(await this.#check()) && performance.now() < endMs) await new Promise((r) => setTimeout(r, ASK_AGAIN_MS));
  }

  /** @returns {Promise<boolean>} whether it holds */
  async #check() {
    /** @type {Outcome} */
    const outcome = await call("POST", apiURL(`${this.#path}check`));
    this.#outcome(outcome.ok, outcome.says);
    if (!outcome.ok) return false;
    for (const [name, text] of Object.entries(outcome.figures)) {
      for (const node of all(`[data-figure="${name}"]`, this.#node)) write(node, text);
    }
    this.#kept.right = outcome.right;
    this.#keep();
    one("[data-reveal]", this.#node).open = true;
    return true;
  }

  /** @param {boolean} ok @param {string} text */
  #outcome(ok, text) {
    const note = one("[data-outcome]", this.#node);
    note.hidden = false;
    note.className = `note ${ok ? "sound" : "watch"}`;
    write(note, ok ? `It holds: ${text}` : `Not yet: ${text}`);
  }
}

/** @param {string} key */
function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
}
