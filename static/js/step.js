// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";
import { count } from "./format.js";
import { freshPage } from "./swap.js";
import { tallyOf } from "./tally.js";

const ASK_AGAIN_MS = 2000;
const PATIENCE_MS = 90_000; // of a solution that takes its time to show

/** @typedef {{ok: boolean, sealed: boolean, says: string, right: (number | null)[], figures: Record<string, string>}} Outcome */

// One step of a lesson: a prediction that is locked, actions, a check by the
// server, and what is so, which the server sends once that holds to who has
// predicted. The room keeps the prediction; this browser keeps what was found,
// and the prediction too when the room has no place for it.
export class Step {
  #node; #path; #key; #room; #place; #changed;
  /** @type {{room?: string, answers?: string[], right?: (number | null)[]}} */ #kept = {};
  #drawn = ""; // what the bars show

  /** @param {HTMLElement} node @param {string} lesson @param {import("./room.js").Room} room
   * @param {() => void} changed told when it may have opened */
  constructor(node, lesson, room, changed) {
    this.#node = node;
    this.#room = room;
    this.#changed = changed;
    this.#place = { lesson, step: node.dataset.step ?? "" };
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
    this.#on("[data-room-reveal]", "click", () => this.#try(() => this.#room.reveal(this.#place)));
    room.on(() => this.#inRoom());
    this.#show();
  }

  /** What is so is no secret to who has predicted it, or was shown it. */
  get open() { return Boolean(this.#answers || this.#room.step(this.#place)?.revealed); }

  get #answers() { return this.#room.answers(this.#place) ?? this.#kept.answers; }

  /** @param {string} selector @param {string} event @param {(e: Event) => void} act */
  #on(selector, event, act) { one(selector, this.#node)?.addEventListener(event, act); }

  /** Follows the room; what belongs to one before it is dropped. */
  #inRoom() {
    const { sight } = this.#room, step = this.#room.step(this.#place);
    if (!sight || !step) return;
    if (this.#kept.room !== sight.id) {
      const locked = one("[data-predict] button", this.#node).disabled;
      this.#kept = { room: sight.id };
      this.#keep();
      if (locked) one("[data-predict]", this.#node).reset();
    }
    this.#show();
    one("[data-room-step]", this.#node).hidden = false;
    const held = step.held_at === null ? "" : " The check has held.";
    write(one("[data-answered]", this.#node), `${count(step.answered)} of ${count(sight.members)} have answered.${held}`);
    const reveal = one("[data-room-reveal]", this.#node);
    if (reveal) reveal.hidden = step.revealed;
    one("[data-only-you]", this.#node).hidden = !step.questions || step.revealed;
    one("[data-tally]", this.#node).classList.toggle("sealed", !step.revealed);
    this.#tallies(step);
  }

  /** @param {import("../wire.js").RoomStep} step */
  #tallies({ questions }) {
    const own = this.#answers ?? [], { right } = this.#kept, drawn = JSON.stringify([questions, own, right]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const asked = all("[data-question]", this.#node);
    one("[data-tally]", this.#node).replaceChildren(...(questions ?? []).map((tally, i) => {
      const choices = all(".opt input[type=radio] + span", asked[i]).map((span) => span.textContent ?? "");
      return tallyOf(one("legend", asked[i]).textContent ?? "", choices, tally, { own: own[i], right: right?.[i] });
    }));
  }

  /** Shows what is known of the step. */
  #show() {
    const { right } = this.#kept, answers = this.#answers, inputs = all("[data-question] input", this.#node);
    const open = Boolean(right && this.open && one("[data-answer]", this.#node).childElementCount);
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
    one("[data-locked]", this.#node).hidden = !answers;
    one("[data-predict] button", this.#node).disabled = Boolean(answers);
    if (answers || this.#room.sight) this.#told(answers ? this.#score() : "It cannot be changed afterwards.");
    this.#changed();
  }

  /** How the prediction did, once that is known. */
  #score() {
    const { right } = this.#kept, answers = this.#answers ?? [];
    if (this.#room.late(this.#place)) return "Locked after the reveal, so it is not counted.";
    if (!right) return "Locked. Now try it.";
    const asked = right.filter((r) => r !== null).length;
    const met = right.filter((r, i) => r !== null && String(r) === answers[i]).length;
    return asked ? `${met} of ${asked} as predicted.` : "Compare it with what was counted.";
  }

  async #lock() {
    const answers = all("[data-question]", this.#node).map((question) =>
      one("input[type=radio]:checked", question)?.value ?? one("input[type=number]", question)?.value ?? "");
    try {
      await this.#room.lock(this.#place, answers);
    } catch (error) {
      if (![409, 503].includes(/** @type {{status?: number}} */ (error).status ?? 0)) return this.#told(error instanceof Error ? error.message : String(error), true);
      await this.#room.refresh();
      // Locked elsewhere it stands as it was; without a place in the room it is kept here.
      if (!this.#room.answers(this.#place)) this.#kept.answers = answers;
    }
    this.#keep();
  }

  /** @param {string} text @param {boolean} [fault] */
  #told(text, fault = false) {
    const status = one("[data-predict-status]", this.#node);
    status.classList.toggle("fault", fault);
    write(status, text);
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // Storage may be forbidden; then it lasts as long as the page.
    }
    this.#show();
  }

  /** @param {() => Promise<unknown>} act buttons rest while it lasts, and a refusal is said */
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
    const { answers } = this.#kept; // for which there may be a place by now
    if (answers && !this.#room.answers(this.#place)) await this.#room.lock(this.#place, answers).catch(() => {});
    /** @type {Outcome} */
    const outcome = await call("POST", apiURL(`${this.#path}check`));
    this.#outcome(outcome.ok, outcome.says);
    if (!outcome.ok || outcome.sealed) return outcome.ok;
    await this.#unseal();
    for (const [name, text] of Object.entries(outcome.figures)) {
      for (const node of all(`[data-figure="${name}"]`, this.#node)) write(node, text);
    }
    this.#kept.right = outcome.right;
    this.#keep();
    one("[data-reveal]", this.#node).open = true;
    return true;
  }

  /** Fetches what is so where the page came without it, which was before the
   * prediction. */
  async #unseal() {
    const answer = one("[data-answer]", this.#node);
    if (answer.childElementCount > 0) return;
    const there = one(`[data-step="${this.#place.step}"] [data-answer]`, await freshPage());
    answer.replaceChildren(...there?.childNodes ?? []);
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
