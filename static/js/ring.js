// @ts-check
// A bounded window of readings, oldest first. All columns are pushed
// together, so index i means one instant. Storage is twice the capacity and
// moves down once per capacity pushes: what is kept is always contiguous,
// and a chart scans plain typed arrays.
export class Ring {
  /** @type {Map<string, Float64Array>} */
  #columns = new Map();
  #capacity;
  #start = 0;
  #end = 0;

  /** @param {string[]} names @param {number} capacity readings kept, at least 1 */
  constructor(names, capacity) {
    this.#capacity = capacity;
    this.names = names;
    this.t = new Float64Array(2 * capacity);
    this.gen = new Float64Array(2 * capacity);
    for (const name of names) this.#columns.set(name, new Float64Array(2 * capacity));
  }

  /** Index of the oldest reading. */
  get start() { return this.#start; }

  /** One past the index of the newest. */
  get end() { return this.#end; }

  get size() { return this.#end - this.#start; }

  /** Time of the newest reading, NaN when there is none. */
  get newest() { return this.size ? this.t[this.#end - 1] : NaN; }

  get oldest() { return this.size ? this.t[this.#start] : NaN; }

  /** @param {string} name @returns {Float64Array | undefined} indexed like t */
  column(name) { return this.#columns.get(name); }

  /** Adds a reading; one that is not newer than the newest is ignored, so
   * that replays cannot draw a point twice.
   * @param {number} t @param {number} gen
   * @param {(name: string, position: number) => number} valueOf NaN when unknown */
  push(t, gen, valueOf) {
    if (this.size && t <= this.newest) return false;
    if (this.#end === 2 * this.#capacity) this.#moveDown();
    this.t[this.#end] = t;
    this.gen[this.#end] = gen;
    this.names.forEach((name, i) => {
      /** @type {Float64Array} */ (this.#columns.get(name))[this.#end] = valueOf(name, i);
    });
    this.#end++;
    if (this.size > this.#capacity) this.#start++;
    return true;
  }

  #moveDown() {
    for (const a of [this.t, this.gen, ...this.#columns.values()]) a.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Index of the first reading at or after t; end when all are older. @param {number} t */
  since(t) {
    let low = this.#start, high = this.#end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.t[middle] < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the reading closest to t, -1 when empty. @param {number} t */
  nearest(t) {
    if (!this.size) return -1;
    const i = this.since(t);
    if (i === this.#start) return i;
    if (i === this.#end) return i - 1;
    return t - this.t[i - 1] <= this.t[i] - t ? i - 1 : i;
  }
}
