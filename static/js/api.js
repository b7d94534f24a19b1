// @ts-check
import { one, target } from "./dom.js";

/** @param {string} path under /api/v1/ @param {Record<string, string>} [query] */
export function apiURL(path, query = {}) {
  return `/api/v1/${path}?${new URLSearchParams({ target: target(), ...query })}`;
}

/**
 * Calls the API; a refusal becomes an Error whose message is the server's
 * own sentence, with the status.
 * @param {string} method @param {string} url from apiURL
 * @param {{body?: unknown, signal?: AbortSignal}} options
 * @returns {Promise<any>} the JSON, or null when there is none
 */
export async function call(method, url, { body, signal } = {}) {
  const response = await fetch(url, {
    method,
    signal,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error) => {
    throw signal?.aborted ? error : new Error("The dashboard cannot be reached.");
  });
  if (method !== "GET" && one("[data-desk]")) import("./desk.js").then((m) => m.desk(response.status === 409), () => {});
  if (!response.ok) throw Object.assign(new Error(await problem(response)), { status: response.status });
  return response.status === 204 ? null : response.json();
}

/** @param {Response} response */
async function problem(response) {
  try {
    const { detail, title } = await response.json();
    return detail || title || `Refused with ${response.status}.`;
  } catch {
    return `Refused with ${response.status} ${response.statusText}.`;
  }
}

/** Where the stream goes on behind a frame.
 * @param {string} epoch @param {number} after */
export function socketURL(epoch, after) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws?${new URLSearchParams({ target: target(), epoch, after: String(after) })}`;
}
