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
  return text ? `${path}?${text}` : path;
}

async function ask(path, parameters, signal) {
  let answer;
  try {
    answer = await fetch(address(path, parameters), { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(t("error.network"), { cause: error });
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new ServerError(said.detail ?? t("error.status", { status: answer.status }));
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
