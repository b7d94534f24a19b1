// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write } from "./dom.js";
import { swap } from "./swap.js";

const EVERY_MS = 3000;

/** Keeps the fleet's tables current, as the server renders them. */
export function fleet() {
  connect();
  setInterval(refresh, EVERY_MS);
}

/** What was picked stays picked, and a menu that is open stays as it is. */
async function refresh() {
  const status = one("[data-fleet-status]");
  if (document.hidden || document.activeElement?.matches("select")) return;
  const picked = all("input[name=id]:checked").map((box) => box.value), chosen = one("[data-fleet-switch] select")?.value;
  try {
    await swap();
  } catch {
    write(status, "The observer does not answer; trying again.");
    return;
  }
  for (const box of all("input[name=id]")) box.checked = picked.includes(box.value);
  const select = one("[data-fleet-switch] select");
  if (select && chosen && select.dataset.touched) select.value = chosen;
  connect();
  write(status, "current");
}

function connect() {
  const form = one("[data-fleet-switch]");
  if (!form) return;
  one("button", form).disabled = false;
  form.addEventListener("submit", async (/** @type {Event} */ e) => {
    e.preventDefault();
    const status = one("[data-fleet-status]");
    try {
      const order = await call("PUT", apiURL("fleet/strategy"), { body: { name: one("select", form).value } });
      write(status, `Order ${order.generation}: ${order.strategy}.`);
      await refresh();
    } catch (error) {
      write(status, error instanceof Error ? error.message : String(error));
    }
  });
}
