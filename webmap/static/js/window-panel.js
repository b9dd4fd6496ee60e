/** A window of time: days, hours of a shift, weekdays. The page has two, the second to compare with. */

import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { tell } from "./notices.js";

const SHIFTS = { all: "", day: "08-20", night: "20-08", late: "22-06" };
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES = ["from", "to", "hours", "weekdays"];
const two = (n) => String(n).padStart(2, "0");

/**
 * Build the controls; `days` are the first and the last imported day, or null. `prefix` stands
 * before the names in the state and the ids on the page.
 */
export function createWindowPanel({ store, days, prefix = "" }) {
  const part = (name) => byId(`${prefix}${name}`);
  const put = (window) => store.set(Object.fromEntries(
    Object.entries(window).map(([name, value]) => [`${prefix}${name}`, value])));
  const now = () => {
    const state = store.get();
    return Object.fromEntries(NAMES.map((name) => [name, state[`${prefix}${name}`]]));
  };
  const [from, to] = [part("from"), part("to")];
  for (const input of [from, to]) {
    if (days) [input.min, input.max] = days;
    input.addEventListener("change", chooseDays);
  }
  for (const id of ["hour-from", "hour-to"]) part(id).addEventListener("change", chooseHours);
  part("window-reset").addEventListener("click", () => put({ from: "", to: "", hours: "", weekdays: "" }));
  part("window-last").addEventListener("click", () => { if (days) put({ from: days[1], to: "" }); });

  function chooseDays() {
    const [first, last] = [from.value, to.value];
    if (first && last && last < first) {
      tell(t("window.order"));
      show();
      return;
    }
    // The whole span is the same as no limit, and stays so when more days are imported.
    put({
      from: days && first === days[0] ? "" : first,
      to: days && last === days[1] ? "" : last,
    });
  }

  function chooseHours() {
    const [start, end] = [Number(part("hour-from").value), Number(part("hour-to").value)];
    const all = start % 24 === end % 24;
    put({ hours: all ? "" : `${two(start)}-${two(end)}` });
  }

  function hoursList(id, least, most, chosen) {
    part(id).replaceChildren(...Array.from({ length: most - least + 1 }, (_, at) =>
      el("option", { value: at + least }, `${two(at + least)}:00`)));
    part(id).value = String(chosen);
  }

  function show() {
    const window = now();
    if (!prefix) byId("window-none").hidden = Boolean(days);
    from.value = window.from || (days ? days[0] : "");
    to.value = window.to || (days ? days[1] : "");
    const [start, end] = window.hours ? window.hours.split("-").map(Number) : [0, 24];
    hoursList("hour-from", 0, 23, start);
    hoursList("hour-to", 1, 24, end === 0 ? 24 : end);
    part("shifts").replaceChildren(...Object.entries(SHIFTS).map(([name, hours]) => el("button", {
      type: "button", "aria-pressed": String(window.hours === hours), "data-hours": hours,
      click: () => { put({ hours }); part("shifts").querySelector(`[data-hours="${hours}"]`).focus(); },
    }, t(`shift.${name}`))));
    const chosen = new Set(window.weekdays.split(",").filter(Boolean));
    part("weekdays").replaceChildren(...DAYS.map((day) => el("button", {
      type: "button", "data-day": day, title: t(`dayname.${day}`),
      "aria-pressed": String(chosen.size === 0 || chosen.has(day)),
      click: () => toggle(day),
    }, t(`day.${day}`))));
  }

  function toggle(day) {
    const kept = now().weekdays.split(",").filter(Boolean);
    // From "all days" a press picks that one day; later presses add and remove.
    const next = kept.includes(day) ? kept.filter((one) => one !== day) : [...kept, day];
    const ordered = DAYS.filter((one) => next.includes(one));
    put({ weekdays: ordered.length === 7 ? "" : ordered.join(",") });
    part("weekdays").querySelector(`[data-day="${day}"]`).focus();
  }

  store.watch((state, changed) => {
    if (changed.has("lang") || NAMES.some((name) => changed.has(`${prefix}${name}`))) show();
  });
  show();
}

/** Return a window in words. */
export function windowWords(window, days) {
  const parts = [];
  const [first, last] = [window.from || days?.[0], window.to || days?.[1]];
  if (first && last) parts.push(first === last ? first : `${first} – ${last}`);
  if (window.hours) parts.push(window.hours.split("-").map((hour) => `${hour}:00`).join("–"));
  if (window.weekdays) parts.push(window.weekdays.split(",").map((day) => t(`day.${day}`)).join(" "));
  return parts.length ? parts.join(", ") : t("window.reset");
}
