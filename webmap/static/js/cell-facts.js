/** What happened in a cell and what was promised there: the incidents by hour of the day, and each promise. */

import { el } from "./dom.js";
import { kindWords } from "./feature-style.js";
import { duration, number, quantity } from "./format.js";
import { barChart, HOUR_TICKS, hourName } from "./history.js";
import { t, word } from "./i18n.js";

/** Return the sections that a report of a cell has on incidents and promises. */
export function factSections({ incidents, promises }) {
  return [incidents && incidentSection(incidents), promises?.length ? promiseSection(promises) : null].filter(Boolean);
}

function incidentSection({ n, by_hour: byHour, by_category: kinds }) {
  const bars = byHour.map((count, hour) => ({
    size: count, words: t("cellfacts.bar", { hour: hourName(hour), n: number(count) }),
  }));
  return el("details", { open: true, class: "history incidents" },
    el("summary", {}, t("layer.incidents")),
    el("p", { class: "quiet" }, n ? t("cellfacts.incidents", { n: number(n) }) : t("cellfacts.noincidents")),
    ...(n ? [
      barChart(t("cellfacts.by_hour"), bars, { ticks: HOUR_TICKS, most: (most) => t("history.most", { most: number(most) }) }),
      el("table", { class: "facts" }, el("tbody", {}, ...kinds.map(([kind, count]) => el("tr", { "data-kind": kind },
        el("th", { scope: "row" }, kindWords("incidents", kind)), el("td", {}, number(count)))))),
    ] : []));
}

function promiseSection(promises) {
  return el("details", { open: true, class: "promises" }, el("summary", {}, t("cellfacts.promises")),
    ...promises.map((promise) => el("table", { class: "facts", "data-place": promise.place },
      el("caption", { class: "quiet small" }, `${promise.place} (${placeClass(promise.class)})`),
      el("tbody", {}, ...promiseRows(promise).map(([name, text]) => el("tr", {},
        el("th", { scope: "row" }, name), el("td", {}, text)))))));
}

/** Return what a class of places is called, such as `hazard` or `room_1`. */
function placeClass(name) {
  const room = /^room_(\w+)$/.exec(name);
  return room ? kindWords("rooms", room[1]) : word("place", name, name);
}

function promiseRows(promise) {
  const of = (got, wanted) => t("cellfacts.of", { got, wanted });
  return [
    [t("cellfacts.visits"), of(number(promise.visits), number(promise.promised_visits, 1))],
    [t("cellfacts.minutes"), of(duration(promise.delivered_min * 60), duration(promise.promised_min * 60))],
    [t("cellfacts.absence"), promise.longest_absence_h === null ? t("value.unknown") : quantity(promise.longest_absence_h, { unit: "h" })],
    [t("cellfacts.kept"), of(number(promise.kept), number(promise.shifts))],
  ];
}
