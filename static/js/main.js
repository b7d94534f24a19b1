// @ts-check
// Finds the hooks on the page and connects the modules they need; nothing
// else runs at import.
import { one } from "./dom.js";
import { theme } from "./theme.js";

theme();
if (one("[data-live]")) import("./live.js").then((m) => m.live());
if (one("[data-targets]")) import("./targets.js").then((m) => m.targets());
if (one("[data-snapshots]")) import("./snapshots.js").then((m) => m.snapshots());
if (one("[data-holders]")) import("./holders.js").then((m) => m.holders());
if (one("[data-diff]")) import("./diff.js").then((m) => m.diff());
if (one("[data-lesson]")) import("./learn.js").then((m) => m.learn());
