/** One catalogue per language; the page's fixed words are in it too. */

const words = { en: {}, zh: {} };
let language = "en";

export const currentLanguage = () => language;
export const locale = () => (language === "zh" ? "zh-CN" : "en-GB");

/** Load a language and make it the current one. */
export async function useLanguage(wanted) {
  if (Object.keys(words[wanted]).length === 0) {
    const answer = await fetch(`static/locale/${wanted}.json`);
    if (!answer.ok) throw new Error(`locale ${wanted}: ${answer.status}`);
    words[wanted] = await answer.json();
  }
  language = wanted;
}

/** Return the words for a key with `{name}` replaced; a missing key shows itself. */
export function t(key, values = {}) {
  const template = words[language][key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole);
}

/** Return the words for `prefix.name`, or `other` where the catalogue has none. */
export function word(prefix, name, other = name) {
  return words[language][`${prefix}.${name}`] ?? other;
}

/** Put the current language into everything that names its key. */
export function translatePage(workspaceName) {
  document.documentElement.lang = locale() === "zh-CN" ? "zh-CN" : "en";
  document.title = `${t("app.title")} · ${workspaceName}`;
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n);
  }
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", t(element.dataset.i18nLabel));
    if (element.matches("button")) element.title = t(element.dataset.i18nLabel);
  }
  for (const element of document.querySelectorAll("[data-i18n-placeholder]")) {
    element.placeholder = t(element.dataset.i18nPlaceholder);
  }
}
