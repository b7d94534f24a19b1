// @ts-check
import { apiURL, call, socketURL } from "./api.js";
import { one, write } from "./dom.js";
import { follow } from "./stream.js";
import { swap } from "./swap.js";

const AGAIN_MS = 1000;

/** Keeps the room's page current, and resets the room. */
export function roompage() {
  const left = new AbortController();
  const page = new RoomPage();
  follow({
    history: (s) => call("GET", apiURL("history", { window: "1m" }), { signal: s }),
    socket: (epoch, after) => new WebSocket(socketURL(epoch, after)),
  }, {
    history: () => page.soon(),
    frame: (frame) => { if (frame.type === "room") page.soon(); },
    live: () => {},
    lost: () => {},
  }, left.signal);
  addEventListener("pagehide", (e) => { if (!e.persisted) left.abort(); });
}

class RoomPage {
  #pending = false;

  constructor() {
    one("[data-room-reset]")?.addEventListener("click", () => this.#ask());
  }

  /** Shows it anew, once a second at most. */
  soon() {
    if (this.#pending) return;
    this.#pending = true;
    setTimeout(async () => {
      this.#pending = false;
      await swap().catch(() => {}); // it stands as it is; the stream's return asks again
    }, AGAIN_MS);
  }

  #ask() {
    const dialog = /** @type {HTMLDialogElement} */ (one("[data-reset-dialog]"));
    dialog.returnValue = "keep";
    dialog.onclose = () => { if (dialog.returnValue === "reset") this.#reset(); };
    dialog.showModal();
  }

  async #reset() {
    const status = one("[data-room-status]");
    status.hidden = false;
    try {
      await call("DELETE", apiURL("room"));
      status.classList.remove("fault");
      write(status, "The room is empty.");
      await swap();
    } catch (error) {
      status.classList.add("fault");
      write(status, error instanceof Error ? error.message : String(error));
    }
  }
}
