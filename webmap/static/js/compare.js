/** Two windows: the controls of the second, the bar between them, and what they are called. */

import { otherWindowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { createSwipe } from "./swipe.js";
import { createWindowPanel, windowWords } from "./window-panel.js";

const WAYS = ["", "swipe", "difference"];
const DAY_MS = 86400000;
const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Return the days before a window, as many as it has; the first half where none are before. */
export function daysBefore(state, days) {
  if (!days) return {};
  const [first, last] = days.map((day) => Date.parse(day));
  const from = state.from ? Date.parse(state.from) : first;
  const to = state.to ? Date.parse(state.to) : last;
  const length = to - from + DAY_MS;
  if (from - length >= first) return { b_from: iso(from - length), b_to: iso(from - DAY_MS) };
  if (from > first) return { b_from: iso(first), b_to: iso(from - DAY_MS) };
  const middle = from + Math.floor((to - from) / (2 * DAY_MS)) * DAY_MS;
  return middle > from || to > from
    ? { from: iso(Math.min(to, middle + DAY_MS)), to: iso(to), b_from: iso(from), b_to: iso(middle) }
    : { b_from: iso(from), b_to: iso(to) };
}

/** Build the controls; the measure itself follows the state. */
export function createCompare({ map, store, days }) {
  const swipe = createSwipe(map, ["measure", "other"], { at: store.get().swipe, keep: (swipe) => store.set({ swipe }) });
  createWindowPanel({ store, days, prefix: "b_" });

  function choose(way) {
    const state = store.get();
    const first = way && !state.compare && !state.b_from && !state.b_to;
    store.set({ compare: way, ...(first ? { b_hours: state.hours, b_weekdays: state.weekdays, ...daysBefore(state, days) } : {}) });
  }

  function show(state) {
    byId("compare-ways").replaceChildren(...WAYS.map((way) => el("button", {
      type: "button", "aria-pressed": String(state.compare === way), "data-way": way,
      click: () => { choose(way); byId("compare-ways").querySelector(`[data-way="${way}"]`).focus(); },
    }, t(`compare.${way || "off"}`))));
    byId("other-window").hidden = !state.compare;
    swipe.show(state.compare === "swipe", [
      windowWords(state, days), windowWords(otherWindowOf(state), days),
    ]);
  }

  store.watch((state, changed) => {
    const names = ["compare", "lang", "from", "to", "hours", "weekdays", "b_from", "b_to", "b_hours", "b_weekdays"];
    if (names.some((name) => changed.has(name))) show(state);
  });
  show(store.get());
}
