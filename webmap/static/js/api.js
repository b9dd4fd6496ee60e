/** Questions to the server. What goes wrong is said in words that tell what to do. */

import { t, currentLanguage } from "./i18n.js";

export class ServerError extends Error {}

/** Return an address with the parameters that are not empty. */
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path;
}

const MOST_TIMES = 60; // about a minute: then whoever waits is told

/** Wait, unless nobody wants to know any more. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/** Ask; and again as long as the server says that it is busy and when to come back. */
async function ask(path, parameters, signal, request = {}) {
  for (let times = 1; ; times += 1) {
    const answer = await once(path, parameters, signal, request);
    if (answer.ok) return answer;
    const again = answer.status === 503 ? answer.headers.get("Retry-After") : null;
    if (again === null || times === MOST_TIMES) {
      const said = await answer.json().catch(() => ({}));
      throw new ServerError(said.detail ?? t("error.status", { status: answer.status }));
    }
    await pause(Number(again), signal);
  }
}

async function once(path, parameters, signal, request) {
  try {
    return await fetch(address(path, parameters), { signal, ...request });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(t("error.network"), { cause: error });
  }
}

/** Return JSON in the reader's language. */
export async function getJson(path, parameters = {}, signal = undefined) {
  const answer = await ask(path, { ...parameters, lang: currentLanguage() }, signal);
  return answer.json();
}

/** Return bytes. */
export async function getBytes(path, parameters = {}, signal = undefined) {
  return (await ask(path, parameters, signal)).arrayBuffer();
}

const OWN = { "X-Requested-With": "geogrid" }; // no other site's page can send it

/** Change something on the server; return its answer. */
export async function send(path, value, method = "POST", signal = undefined) {
  const request = value === undefined
    ? { method, headers: OWN }
    : { method, headers: { ...OWN, "Content-Type": "application/json" }, body: JSON.stringify(value) };
  const answer = await ask(path, { lang: currentLanguage() }, signal, request);
  return answer.status === 204 ? null : answer.json();
}

/** Lay a file aside on the server, to be looked at and taken later. */
export async function sendFile(file) {
  const headers = { ...OWN, "Content-Type": "application/octet-stream" };
  const named = { name: file.name, lang: currentLanguage() };
  const answer = await ask("api/imports/files", named, undefined, { method: "POST", headers, body: file });
  return answer.json();
}

/** Return a file that the server makes; what it says of an error is in the reader's language. */
export async function getFile(path) {
  return (await ask(path, { lang: currentLanguage() }, undefined)).blob();
}

/** Return all features of a layer, page by page, with how many there are. */
export async function getFeatures(layerId, parameters = {}, { most = Infinity, signal } = {}) {
  const features = [];
  let matched = Infinity;
  while (features.length < Math.min(matched, most)) {
    const page = await getJson(
      `api/layers/${layerId}/items`,
      { limit: Math.min(20000, most), offset: features.length, ...parameters },
      signal,
    );
    features.push(...page.features);
    matched = page.numberMatched;
    if (page.features.length === 0) break;
  }
  return { features, matched };
}
