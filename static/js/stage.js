// @ts-check
import { all, one, query, write } from "./dom.js";
import { follow, following } from "./following.js";
import { presenterOf } from "./room.js";

const REST_MS = 500; // before a step that is scrolled past counts

// Which step of a lesson is on stage: the one in view, or in the large view the
// one that is shown. The room is told; who presents takes along who follows.
export class Stage {
  #room; #lesson; #turned;
  /** @type {HTMLElement[]} */ #steps = all("[data-step]");
  #large = document.documentElement.dataset.view === "room";
  #now = 0;
  #told = "";  // step the room knows of
  #shown = ""; // place of the presenter that was followed
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #resting;

  /** @param {import("./room.js").Room} room @param {string} lesson @param {AbortSignal} signal
   * @param {(step: number) => void} turned told which step is on stage */
  constructor(room, lesson, signal, turned) {
    this.#room = room;
    this.#lesson = lesson;
    this.#turned = turned;
    this.#now = Math.max(0, this.#steps.findIndex((s) => `#${s.id}` === location.hash));
    turned(this.#now);
    if (this.#large) this.#enlarge(signal);
    else this.#watch(signal);
    one("[data-present]")?.addEventListener("click", () => this.#togglePresent());
    one("[data-follow]")?.addEventListener("click", () => this.#toggleFollow());
    room.on(() => this.#inRoom());
    signal.addEventListener("abort", () => clearTimeout(this.#resting));
  }

  /** @param {AbortSignal} signal */
  #enlarge(signal) {
    one("[data-turn]").hidden = false;
    for (const b of all("[data-turn] button")) b.addEventListener("click", () => this.#turn(Number(b.dataset.by)));
    document.addEventListener("keydown", (e) => {
      const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[e.key];
      const own = e.target instanceof Element && e.target.closest("input, select, textarea, .scroll, canvas");
      if (!by || own || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
      e.preventDefault();
      this.#turn(by);
    }, { signal });
    addEventListener("hashchange", () => {
      const i = this.#steps.findIndex((s) => `#${s.id}` === location.hash);
      if (i >= 0) this.#goTo(i);
    }, { signal });
    this.#goTo(this.#now);
  }

  /** The step that crosses a band in the upper half of the window is in view.
   * @param {AbortSignal} signal */
  #watch(signal) {
    const seen = new IntersectionObserver((entries) => {
      for (const e of entries) if (e.isIntersecting) this.#onStage(this.#steps.indexOf(/** @type {HTMLElement} */ (e.target)));
    }, { rootMargin: "-30% 0px -60% 0px" });
    for (const s of this.#steps) seen.observe(s);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /** @param {number} by */
  #turn(by) { this.#goTo(Math.min(this.#steps.length - 1, Math.max(0, this.#now + by))); }

  /** @param {number} i */
  #goTo(i) {
    if (!this.#large) {
      this.#steps[i].scrollIntoView();
      return;
    }
    this.#steps.forEach((s, at) => { s.hidden = at !== i; });
    history.replaceState(history.state, "", `${location.pathname}${location.search}#${this.#steps[i].id}`);
    write(one("[data-turn-at]"), `Step ${i + 1} of ${this.#steps.length}`);
    for (const b of all("[data-turn] button")) b.disabled = !this.#steps[i + Number(b.dataset.by)];
    scrollTo(0, 0);
    this.#onStage(i);
  }

  /** @param {number} i */
  #onStage(i) {
    this.#now = i;
    this.#turned(i);
    all("[data-step-link] a").forEach((a, at) => (at === i ? a.setAttribute("aria-current", "step") : a.removeAttribute("aria-current")));
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#tell(), REST_MS);
  }

  /** Tells the room where this browser is, and its followers if it presents. */
  #tell() {
    const { sight } = this.#room, step = this.#steps[this.#now].id;
    if (!sight || this.#told === sight.id + step) return;
    this.#told = sight.id + step;
    const at = { lesson: this.#lesson, step };
    this.#room.join(at).catch(() => {}); // a browser without a place in the room reads all the same
    if (sight.me?.presenting) this.#room.present(at).catch((error) => this.#say(error));
  }

  /** @param {unknown} error */
  #say(error) {
    const status = one("[data-join-status]");
    status.classList.add("fault");
    write(status, error instanceof Error ? error.message : String(error));
  }

  async #togglePresent() {
    const presenting = !this.#room.sight?.me?.presenting;
    const at = { lesson: this.#lesson, step: this.#steps[this.#now].id };
    try {
      await this.#room.present(presenting ? { presenting, ...at } : { presenting });
    } catch (error) {
      this.#say(error);
    }
  }

  #toggleFollow() {
    follow(!following());
    this.#shown = "";
    this.#inRoom();
  }

  #inRoom() {
    const { sight } = this.#room;
    if (!sight) return;
    if (this.#told.slice(0, sight.id.length) !== sight.id) this.#tell();
    one("[data-present]")?.setAttribute("aria-pressed", String(Boolean(sight.me?.presenting)));
    const toggle = one("[data-follow]"), { view } = sight;
    if (!toggle) return;
    toggle.hidden = !view && !following();
    toggle.setAttribute("aria-pressed", String(following()));
    write(toggle, view ? `${following() ? "Following" : "Follow"} ${presenterOf(view)}` : "Following: nobody presents");
    if (view?.at && following()) this.#follow(view.at);
  }

  /** @param {import("../wire.js").Place} at */
  #follow({ lesson, step }) {
    if (this.#shown === lesson + step) return;
    this.#shown = lesson + step;
    if (lesson !== this.#lesson) {
      const view = this.#large ? `${query() ? "&" : "?"}view=room` : "";
      location.assign(`/learn/${lesson}${query()}${view}#${step}`);
      return;
    }
    const i = this.#steps.findIndex((s) => s.id === step);
    if (i >= 0 && i !== this.#now) this.#goTo(i);
  }
}
