/** Light and dark: as the system says, or as the reader chose. */

import { byId } from "./dom.js";
import { t } from "./i18n.js";

const ORDER = ["auto", "light", "dark"];
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const system = matchMedia("(prefers-color-scheme: dark)");

/** Tell whether the page is a sheet of paper, which is white. */
const onPaper = ({ print }) => print === "a4" || print === "a3";

/** Return the colours in force, `light` or `dark`. */
export function themeInForce(state) {
  if (onPaper(state)) return "light";
  if (state.theme !== "auto") return state.theme;
  return system.matches ? "dark" : "light";
}

/** Keep the page and its button in step with the state; call `react` when colours change. */
export function watchTheme(store, react) {
  const button = byId("theme");
  const show = (state) => {
    document.documentElement.dataset.theme = onPaper(state) ? "light" : state.theme;
    button.textContent = SIGNS[state.theme];
    button.title = t(`theme.${state.theme}`);
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => nextTheme(store));
  system.addEventListener("change", () => react(themeInForce(store.get())));
  store.watch((state, changed) => {
    if (["theme", "lang", "print"].some((name) => changed.has(name))) show(state);
    if (changed.has("theme") || changed.has("print")) react(themeInForce(state));
  });
  show(store.get());
}

/** Go on to the next choice of colours. */
export function nextTheme(store) {
  const now = ORDER.indexOf(store.get().theme);
  store.set({ theme: ORDER[(now + 1) % ORDER.length] });
}
