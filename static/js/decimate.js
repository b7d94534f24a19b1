// @ts-check
// Fewer points, same picture: of all readings that fall into one pixel
// column, the first, the lowest, the highest and the last are kept, in
// their order. Columns are anchored to absolute time, so that a moving
// window does not make the line shimmer.

// A Path is a list of vertices; a NaN lifts the pen. One Path is reused for
// every line of every chart and grows to the largest it has seen.
export class Path {
  x = new Float64Array(4096);
  y = new Float64Array(4096);
  size = 0;

  clear() { this.size = 0; }

  /** @param {number} x @param {number} y */
  add(x, y) {
    if (this.size === this.x.length) this.#grow();
    this.x[this.size] = x;
    this.y[this.size++] = y;
  }

  /** Lifts the pen; twice is once. */
  lift() {
    if (this.size && !Number.isNaN(this.x[this.size - 1])) this.add(NaN, NaN);
  }

  #grow() {
    for (const key of /** @type {const} */ (["x", "y"])) {
      const larger = new Float64Array(2 * this[key].length);
      larger.set(this[key]);
      this[key] = larger;
    }
  }
}

/** @typedef {{t: Float64Array, gen: Float64Array}} Times */
/** @typedef {{from: number, msPerPx: number, gapMs: number}} Grid gapMs: a longer silence is a gap */

/** Whether readings i-1 and i may be joined. @param {Times} times @param {number} i @param {number} gapMs */
export function joins(times, i, gapMs) {
  return times.gen[i] === times.gen[i - 1] && times.t[i] - times.t[i - 1] <= gapMs;
}

/**
 * Traces v over [low, high) into path, x in pixels from grid.from and y as
 * it is in v.
 * @param {Path} path @param {Times} times @param {Float64Array} v
 * @param {number} low @param {number} high @param {Grid} grid
 */
export function trace(path, times, v, low, high, grid) {
  const { t } = times;
  const { from, msPerPx, gapMs } = grid;
  path.clear();
  let bin = NaN, first = -1, least = -1, most = -1, last = -1;
  const flush = () => {
    if (first < 0) return;
    const a = Math.min(least, most), b = Math.max(least, most);
    const put = (/** @type {number} */ i) => path.add((t[i] - from) / msPerPx, v[i]);
    put(first);
    if (a > first && a < last) put(a);
    if (b > a && b > first && b < last) put(b);
    if (last > first) put(last);
    first = -1;
  };
  for (let i = low; i < high; i++) {
    const value = v[i];
    if (value !== value || (i > low && !joins(times, i, gapMs))) {
      flush();
      path.lift();
      bin = NaN;
      if (value !== value) continue;
    }
    const here = Math.floor(t[i] / msPerPx);
    if (here !== bin) {
      flush();
      bin = here;
      first = least = most = last = i;
      continue;
    }
    if (value < v[least]) least = i;
    if (value > v[most]) most = i;
    last = i;
  }
  flush();
}

/** The largest known value of v over [low, high), 0 when there is none.
 * @param {Float64Array} v @param {number} low @param {number} high */
export function largest(v, low, high) {
  let max = 0;
  for (let i = low; i < high; i++) if (v[i] > max) max = v[i];
  return max;
}

/** @param {Float64Array} v @param {number} low @param {number} high */
export function lastKnown(v, low, high) {
  for (let i = high - 1; i >= low; i--) if (!Number.isNaN(v[i])) return v[i];
  return NaN;
}
