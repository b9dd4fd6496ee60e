/** The window of time: days, hours of a shift, weekdays; it applies to every measure. */

import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { tell } from "./notices.js";

const SHIFTS = { all: "", day: "08-20", night: "20-08", late: "22-06" };
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const two = (n) => String(n).padStart(2, "0");

/** Build the controls; `days` are the first and the last imported day, or null. */
export function createWindowPanel({ store, days }) {
  const [from, to] = [byId("from"), byId("to")];
  for (const input of [from, to]) {
    if (days) [input.min, input.max] = days;
    input.addEventListener("change", chooseDays);
  }
  for (const id of ["hour-from", "hour-to"]) byId(id).addEventListener("change", chooseHours);
  byId("window-reset").addEventListener("click", () =>
    store.set({ from: "", to: "", hours: "", weekdays: "" }));

  function chooseDays() {
    const [first, last] = [from.value, to.value];
    if (first && last && last < first) {
      tell(t("window.order"));
      show(store.get());
      return;
    }
    // The whole span is the same as no limit, and stays so when more days are imported.
    store.set({
      from: days && first === days[0] ? "" : first,
      to: days && last === days[1] ? "" : last,
    });
  }

  function chooseHours() {
    const [start, end] = [Number(byId("hour-from").value), Number(byId("hour-to").value)];
    const all = start % 24 === end % 24;
    store.set({ hours: all ? "" : `${two(start)}-${two(end)}` });
  }

  function hoursList(id, least, most, chosen) {
    byId(id).replaceChildren(...Array.from({ length: most - least + 1 }, (_, at) =>
      el("option", { value: at + least }, `${two(at + least)}:00`)));
    byId(id).value = String(chosen);
  }

  function show(state) {
    byId("window-none").hidden = Boolean(days);
    from.value = state.from || (days ? days[0] : "");
    to.value = state.to || (days ? days[1] : "");
    const [start, end] = state.hours ? state.hours.split("-").map(Number) : [0, 24];
    hoursList("hour-from", 0, 23, start);
    hoursList("hour-to", 1, 24, end === 0 ? 24 : end);
    byId("shifts").replaceChildren(...Object.entries(SHIFTS).map(([name, hours]) => el("button", {
      type: "button", "aria-pressed": String(state.hours === hours), "data-hours": hours,
      click: () => { store.set({ hours }); byId("shifts").querySelector(`[data-hours="${hours}"]`).focus(); },
    }, t(`shift.${name}`))));
    const chosen = new Set(state.weekdays.split(",").filter(Boolean));
    byId("weekdays").replaceChildren(...DAYS.map((day) => el("button", {
      type: "button", "data-day": day, title: t(`dayname.${day}`),
      "aria-pressed": String(chosen.size === 0 || chosen.has(day)),
      click: () => toggle(day),
    }, t(`day.${day}`))));
  }

  function toggle(day) {
    const now = store.get().weekdays.split(",").filter(Boolean);
    // From "all days" a press picks that one day; later presses add and remove.
    const next = now.includes(day) ? now.filter((one) => one !== day) : [...now, day];
    const ordered = DAYS.filter((one) => next.includes(one));
    store.set({ weekdays: ordered.length === 7 ? "" : ordered.join(",") });
    byId("weekdays").querySelector(`[data-day="${day}"]`).focus();
  }

  store.watch((state, changed) => {
    if (["from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name))) show(state);
  });
  show(store.get());
}

/** Return the window in words. */
export function windowWords(state, days) {
  const parts = [];
  const [first, last] = [state.from || days?.[0], state.to || days?.[1]];
  if (first && last) parts.push(first === last ? first : `${first} – ${last}`);
  if (state.hours) parts.push(state.hours.split("-").map((hour) => `${hour}:00`).join("–"));
  if (state.weekdays) parts.push(state.weekdays.split(",").map((day) => t(`day.${day}`)).join(" "));
  return parts.length ? parts.join(", ") : t("window.reset");
}
