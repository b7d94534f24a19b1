// @ts-check
import { make, one, write } from "./dom.js";
import { follow, following } from "./following.js";
import { presenterOf, Room } from "./room.js";
import { WINDOWS_MS } from "./view.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("../wire.js").ShownRange} ShownRange */

const MOVES_MS = 100; // between two moves that are sent

// What the room adds to the live page: the presenter's cursor and range, which
// are followed with F, and for who presents, telling them. Fetched once there is
// a presenter.
export class Presenter {
  #view; #commands; #charts; #strips = one("[data-strips]");
  /** @type {Room} */ #room;
  #line = make("div", { class: "presented", "aria-hidden": "true" }, make("span"));
  #toggle = make("button", { class: "btn", type: "button", "aria-pressed": "false" });
  #sent = ""; #sentMs = 0; #sending = false;
  #applied = ""; // as the view was left when it was made to follow
  #taken = "";   // range of the presenter that it follows

  /** @param {{view: import("./view.js").View, commands: import("./commands.js").Commands, charts: import("./charts.js").Charts}} parts @param {AbortSignal} signal */
  constructor({ view, commands, charts }, signal) {
    this.#view = view;
    this.#commands = commands;
    this.#charts = charts;
    this.#room = new Room(signal);
    this.#room.on(() => this.#inRoom());
    document.head.append(make("link", { rel: "stylesheet", href: new URL("../css/presenter.css", import.meta.url).href }));
    this.#line.hidden = this.#toggle.hidden = true;
    this.#strips.append(this.#line);
    one("[data-pause]").after(this.#toggle);
    this.#toggle.addEventListener("click", () => this.#follow(!following()));
    commands.onFollow = () => this.#canFollow() && this.#follow(true);
    this.#room.refresh();
  }

  /** @param {import("../wire.js").RoomShown | undefined} frame none for all of it, as after a break */
  apply(frame) {
    if (frame) this.#room.apply(frame);
    else if (this.#room.sight) this.#room.refresh();
  }

  /** Begins to present, or ends it. */
  async present() {
    if (!this.#room.sight) await this.#room.refresh();
    const presenting = !this.#room.sight?.me?.presenting;
    this.#sent = "";
    try {
      await this.#room.present({ presenting });
    } catch (error) {
      write(one("[data-spoken]"), error instanceof Error ? error.message : String(error));
    }
  }

  /** Who presents does not follow. */
  #canFollow() { return Boolean(this.#room.sight?.view && !this.#room.sight.me?.presenting); }

  #inRoom() {
    const view = this.#room.sight?.view, presenting = Boolean(this.#room.sight?.me?.presenting);
    one("[data-present]")?.setAttribute("aria-pressed", String(presenting));
    this.#toggle.hidden = !this.#canFollow();
    this.#toggle.setAttribute("aria-pressed", String(following()));
    if (view) write(this.#toggle, `${following() ? "Following" : "Follow"} ${presenterOf(view)}`);
    if (following()) this.#take();
    this.#charts.invalidate();
  }

  /** @param {boolean} on @returns {true} */
  #follow(on) {
    follow(on);
    this.#taken = "";
    this.#inRoom();
    return true;
  }

  /** Shows the range of the presenter, once for each of its moves. */
  #take() {
    const range = this.#room.sight?.view?.live;
    if (!range || !this.#canFollow()) return;
    const { window, from, to } = range, taken = JSON.stringify([window, from, to]);
    if (taken === this.#taken) return;
    this.#taken = taken;
    const view = this.#view;
    if (view.window !== window) this.#commands.window(/** @type {import("./view.js").WindowID} */ (window));
    view.resume();
    if (from !== null && to !== null) view.zoom = { from, to };
    this.#applied = this.#left();
    this.#commands.changed();
  }

  /** What somebody changes who follows no more. */
  #left() { return JSON.stringify([this.#view.window, this.#view.zoom, this.#view.pausedAt]); }

  /** After each draw. @param {Shown} shown @param {number} nowMs */
  drawn(shown, nowMs) {
    if (this.#room.sight?.me?.presenting) this.#send(shown, nowMs);
    else if (following() && this.#taken && this.#left() !== this.#applied) this.#follow(false);
    this.#draw(shown);
  }

  /** @param {Shown} shown */
  #draw(shown) {
    const view = this.#canFollow() ? this.#room.sight?.view : null, at = view?.live?.cursor ?? NaN;
    this.#line.hidden = !view || !(at >= shown.from && at <= shown.to);
    if (!view || this.#line.hidden) return;
    const canvas = one("canvas[data-strip]").getBoundingClientRect(), strips = this.#strips.getBoundingClientRect();
    this.#line.style.left = `${canvas.left - strips.left + shown.x(at)}px`;
    write(this.#line.firstElementChild, presenterOf(view));
  }

  /** Tells what this page shows, when it has changed. @param {Shown} shown @param {number} nowMs */
  async #send(shown, nowMs) {
    const { window, zoom, pausedAt, cursor } = this.#view, fixed = zoom ?? (pausedAt === null ? null : { from: pausedAt - WINDOWS_MS[window], to: pausedAt });
    const whole = (/** @type {number | null | undefined} */ t) => (t === null || t === undefined ? null : Math.round(t));
    /** @type {ShownRange} */
    const live = { window, from: whole(fixed?.from), to: whole(fixed?.to), cursor: whole(cursor) };
    const now = JSON.stringify(live);
    if (now === this.#sent || this.#sending || nowMs - this.#sentMs < MOVES_MS) return;
    [this.#sent, this.#sentMs, this.#sending] = [now, nowMs, true];
    await this.#room.present({ live }).catch(() => { this.#sent = ""; }); // the next draw tries again
    this.#sending = false;
  }
}
