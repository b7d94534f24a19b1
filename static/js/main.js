// @ts-check
// Finds the hooks on the page and connects the modules they need; nothing
// else runs at import.
import { one } from "./dom.js";
import { theme } from "./theme.js";

theme();
for (const name of ["live", "targets", "snapshots", "fleet", "holders", "diff", "learn", "roompage"]) {
  if (one(`[data-${name}]`)) import(`./${name}.js`).then((m) => m[name]());
}
