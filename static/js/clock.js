// @ts-check
// The server's clock as this page knows it: the newest time it was told,
// and how long ago that was. A wrong clock on the viewer's side does not
// matter.
export class Clock {
  #server = NaN;
  #heardMs = NaN;

  /** @param {number} server Unix ms from a frame @param {number} nowMs monotonic */
  heard(server, nowMs) {
    if (!(server <= this.#server)) this.#server = server;
    this.#heardMs = nowMs;
  }

  /** Milliseconds since the last frame. @param {number} nowMs monotonic */
  silence(nowMs) { return nowMs - this.#heardMs; }

  /** Where the right edge of a live chart stands: at the newest reading
   * while they come, moving on by itself once they do not, so that the gap
   * is seen to grow.
   * @param {number} nowMs monotonic @param {number} graceMs silence that is normal */
  edge(nowMs, graceMs) {
    const silence = this.silence(nowMs);
    return silence > graceMs ? this.#server + silence - graceMs : this.#server;
  }
}
