// What browsers have and the type checker's library may not know yet; for the
// checker only, never served.

interface Array<T> {
  findLast(found: (value: T, index: number, all: T[]) => boolean): T | undefined;
}

interface URLSearchParams { readonly size: number }
