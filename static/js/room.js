// @ts-check
import { apiURL, call } from "./api.js";
import { merged, newer } from "./room-merge.js";

/** @typedef {import("../wire.js").Sight} Sight */
/** @typedef {{lesson: string, step: string}} Place */

const AGAIN_MS = 1000; // between two questions of an instructor's page

// The room as this browser may see it. The server keeps it; frames say what has
// changed for everybody, and an instructor's page asks for the rest.
export class Room {
  /** @type {Sight | null} */ sight = null;
  #guide = "instructor" in document.body.dataset;
  #signal;
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #asking;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#asking));
  }

  /** @param {() => void} listener called after every change */
  on(listener) { this.#listeners.add(listener); }

  /** Asks for all of it. While the server is away it stays as it is. */
  async refresh() {
    try {
      this.#got(await call("GET", apiURL("room"), { signal: this.#signal }));
    } catch {
      // The stream's return asks again.
    }
  }

  /** @param {Sight} sight */
  #got(sight) {
    this.sight = newer(this.sight, sight);
    for (const listener of this.#listeners) listener();
  }

  /** @param {import("../wire.js").RoomShown} frame */
  apply(frame) {
    if (!this.sight) return;
    const next = merged(this.sight, frame);
    if (!next) this.refresh();
    else this.#got(next);
    if (!this.#guide || this.#asking) return;
    this.#asking = setTimeout(() => {
      this.#asking = undefined;
      this.refresh();
    }, AGAIN_MS);
  }

  /** @param {Place} place */
  step({ lesson, step }) { return this.sight?.steps.find((s) => s.lesson === lesson && s.step === step); }

  /** What this browser has locked at a step. @param {Place} place @returns {string[] | undefined} */
  answers(place) { return this.#given(place)?.answers; }

  /** Whether it was given after the reveal, and is not counted. @param {Place} place */
  late(place) { return Boolean(this.#given(place)?.late); }

  /** @param {Place} place */
  #given({ lesson, step }) { return this.sight?.me?.answers.find((a) => a.lesson === lesson && a.step === step); }

  /** @param {{name?: string, lesson?: string, step?: string}} change */
  async join(change) { this.#got(await call("PUT", apiURL("room/me"), { body: change })); }

  /** @param {Place} place @param {string[]} answers */
  async lock({ lesson, step }, answers) {
    this.#got(await call("PUT", apiURL(`room/me/answers/${lesson}/${step}`), { body: { answers } }));
  }

  /** @param {Place} place */
  async reveal(place) { this.#got(await call("POST", apiURL("room/reveal"), { body: place })); }

  /** Begins to present, ends it, or says what is shown.
   * @param {{presenting?: boolean, lesson?: string, step?: string, live?: import("../wire.js").ShownRange}} showing */
  async present(showing) {
    await call("PUT", apiURL("room/view"), { body: showing });
    if (showing.presenting !== undefined) await this.refresh();
  }

  async reset() {
    await call("DELETE", apiURL("room"));
    await this.refresh();
  }
}

/** Who presents, in words. @param {import("../wire.js").RoomView} view */
export const presenterOf = (view) => view.name || "the presenter";
