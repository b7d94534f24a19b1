// @ts-check
import { one, write } from "./dom.js";
import { toneOf, wordOf } from "./verdict.js";

const WAITS = "The verdict follows your prediction.";

// The verdict beside a lesson. It would answer what the step on stage asks, so
// that it waits until that is open to this browser. A lesson in blind mode has
// no place for it.
export class Judged {
  /** @type {import("../wire.js").Verdict | null} */ #verdict = null;
  /** @type {{open: boolean} | undefined} */ #step;
  #word = one("[data-lesson-word]");
  #sentence = one("[data-lesson-sentence]");

  /** @param {{open: boolean}} step that is on stage now */
  of(step) {
    this.#step = step;
    this.draw();
  }

  /** @param {import("../wire.js").Verdict} verdict */
  is(verdict) {
    this.#verdict = verdict;
    this.draw();
  }

  draw() {
    if (!this.#word) return;
    const said = this.#step?.open ? this.#verdict : null;
    this.#word.hidden = !said;
    this.#word.className = `word sm ${said ? toneOf(said.verdict) : ""}`;
    write(this.#word, said ? wordOf(said.verdict) : "");
    write(this.#sentence, said ? said.summary : WAITS);
  }
}
