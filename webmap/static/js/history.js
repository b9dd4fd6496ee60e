/** When a cell was patrolled: two small bar charts, by hour of the day and by day. */

import { el } from "./dom.js";
import { duration, number } from "./format.js";
import { t } from "./i18n.js";

const MOST_BARS = 124; // more days than that are joined, so that a bar stays wider than a pixel

/** Return the section of a cell's panel that tells its history. */
export function historySection(history) {
  const visits = sum(history.visits);
  const told = t(visits ? "history.told" : "history.never", {
    visits: number(visits), days: number(history.visits.filter(Boolean).length), of: number(history.days.length),
  });
  const head = [el("summary", {}, t("history.title")), el("p", { class: "quiet" }, told)];
  // Nobody was there: two empty charts would push what explains it from a small screen.
  if (!visits && !sum(history.patrol_min)) return el("details", { open: true, class: "history" }, ...head);
  const hours = history.patrol_min_by_hour.map((minutes, hour) => ({
    minutes, visits: history.visits_by_hour[hour], name: hourName(hour),
  }));
  return el("details", { open: true, class: "history" }, ...head,
    chart(t("history.by_hour"), hours, HOUR_TICKS),
    chart(t("history.by_day"), joined(history), [history.days[0], history.days.at(-1)]));
}

export const HOUR_TICKS = ["0", "6", "12", "18", "24"];
export const hourName = (hour) => `${String(hour).padStart(2, "0")}:00`;

/** Return one bar per day, or per stretch of days where they are many. */
function joined(history) {
  const step = Math.ceil(history.days.length / MOST_BARS);
  const bars = [];
  for (let i = 0; i < history.days.length; i += step) {
    const end = Math.min(i + step, history.days.length);
    const name = step === 1 ? history.days[i] : `${history.days[i]} – ${history.days[end - 1]}`;
    bars.push({ name, minutes: sum(history.patrol_min.slice(i, end)), visits: sum(history.visits.slice(i, end)) });
  }
  return bars;
}

function chart(title, bars, ticks) {
  const told = (bar) => t("history.bar", { name: bar.name, time: duration(bar.minutes * 60), visits: number(bar.visits) });
  return barChart(title, bars.map((bar) => ({ size: bar.minutes, words: told(bar) })), {
    ticks, most: (size) => t("history.most", { most: duration(size * 60) }),
  });
}

/** Return a small bar chart; `bars` are {size, words}, `most` says the size of the largest. */
export function barChart(title, bars, { ticks, most }) {
  const largest = Math.max(...bars.map(({ size }) => size), 0);
  const told = most(largest);
  const columns = bars.map(({ size, words }) => {
    const column = el("i", {});
    column.style.height = largest && size ? `max(1px, ${(100 * size) / largest}%)` : "0";
    return el("span", { title: words }, column);
  });
  return el("figure", {},
    el("figcaption", {}, title, el("span", { class: "quiet" }, told)),
    el("div", { class: "columns", role: "img", "aria-label": `${title}: ${told}` }, ...columns),
    el("div", { class: "ticks quiet", "aria-hidden": "true" }, ...ticks.map((tick) => el("span", {}, tick))));
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
