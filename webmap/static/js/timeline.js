/** Bars of incidents and patrol hours under the window; a click or a drag chooses days. */

import { getJson } from "./api.js";
import { byId, el } from "./dom.js";
import { number } from "./format.js";
import { locale, t } from "./i18n.js";
import { complain } from "./notices.js";

const MOST_BARS = 75; // more days than that are joined, so that a bar stays wider than three pixels
const MEASURES = [["incidents", 0], ["patrol_h", 1]];

/** Return days joined to at most `most` bars of whole steps; null stays null where no day is known. */
export function joinedDays({ days, ...series }, most) {
  const step = Math.max(1, Math.ceil(days.length / most));
  const bars = [];
  for (let i = 0; i < days.length; i += step) {
    const end = Math.min(i + step, days.length) - 1;
    const bar = { first: days[i], last: days[end] };
    for (const [name] of MEASURES) {
      const known = series[name].slice(i, end + 1).filter((value) => value !== null);
      bar[name] = known.length ? known.reduce((sum, value) => sum + value, 0) : null;
    }
    bars.push(bar);
  }
  return bars;
}

/** Build the chart; it follows hours and weekdays, and shows which days are chosen. */
export function createTimeline({ store, days }) {
  const box = byId("timeline");
  let bars = [];
  let going = null;
  let from = null; // of a drag

  async function load() {
    const { hours, weekdays } = store.get();
    going?.abort();
    going = new AbortController();
    try {
      const found = await getJson("api/timeline", { hours, weekdays }, going.signal);
      bars = joinedDays(found, MOST_BARS);
      draw();
    } catch (error) {
      complain(error, load);
    }
  }

  const dayWords = (text) => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" })
    .format(new Date(`${text}T00:00Z`));
  const span = (bar) => (bar.first === bar.last ? dayWords(bar.first) : `${dayWords(bar.first)} – ${dayWords(bar.last)}`);
  const words = (bar) => t("timeline.bar", {
    days: span(bar),
    incidents: bar.incidents === null ? t("value.unknown") : number(bar.incidents),
    hours: bar.patrol_h === null ? t("value.unknown") : number(bar.patrol_h, 1),
  });

  function chosen(bar) {
    const state = store.get();
    return (!state.from || bar.last >= state.from) && (!state.to || bar.first <= state.to);
  }

  function draw() {
    box.hidden = bars.length < 2;
    byId("play").hidden = !days;
    if (box.hidden) return;
    const rows = MEASURES.filter(([name]) => bars.some((bar) => bar[name])).map(([name, decimals]) => row(name, decimals));
    box.replaceChildren(...rows,
      el("div", { class: "ticks quiet", "aria-hidden": "true" }, el("span", {}, dayWords(bars[0].first)),
        el("span", {}, dayWords(bars.at(-1).last))),
      el("p", { id: "timeline-said", class: "quiet small", role: "status" }, t("timeline.hint")));
  }

  function row(name, decimals) {
    const most = Math.max(...bars.map((bar) => bar[name] ?? 0));
    const title = t(`timeline.${name}`);
    const told = t("timeline.most", { most: number(most, decimals) });
    return el("figure", { class: name },
      el("figcaption", {}, title, el("span", { class: "quiet" }, told)),
      el("div", { class: "columns", role: "img", "aria-label": `${title}: ${told}` }, ...bars.map((bar, at) => {
        const filled = el("i", {});
        filled.style.height = bar[name] && most ? `max(1px, ${(100 * bar[name]) / most}%)` : "0";
        const kind = [bar[name] === null ? "unknown" : "", chosen(bar) ? "" : "aside"].filter(Boolean).join(" ");
        return el("span", { "data-at": at, class: kind || null }, filled);
      })));
  }

  const barOf = (event) => {
    const column = event.target.closest?.("[data-at]")
      ?? document.elementFromPoint(event.clientX, event.clientY)?.closest("#timeline [data-at]");
    return column ? Number(column.dataset.at) : null;
  };

  function take(a, b) {
    const [first, last] = [bars[Math.min(a, b)].first, bars[Math.max(a, b)].last];
    const whole = Math.min(a, b) === 0 && Math.max(a, b) === bars.length - 1;
    store.set(whole ? { from: "", to: "" } : { from: first, to: last });
  }

  box.addEventListener("pointerdown", (event) => {
    from = barOf(event);
    if (from !== null) event.preventDefault();
  });
  box.addEventListener("pointermove", (event) => {
    const at = barOf(event);
    if (at === null) return;
    byId("timeline-said").textContent = words(bars[at]);
    if (from === null) return;
    const [low, high] = [Math.min(from, at), Math.max(from, at)];
    for (const column of box.querySelectorAll("[data-at]")) {
      const here = Number(column.dataset.at);
      column.classList.toggle("aside", here < low || here > high);
    }
  });
  addEventListener("pointerup", (event) => {
    if (from === null) return;
    const at = barOf(event) ?? from;
    const start = from;
    from = null;
    take(start, at);
  });
  box.addEventListener("pointerleave", () => {
    if (byId("timeline-said")) byId("timeline-said").textContent = t("timeline.hint");
  });

  store.watch((state, changed) => {
    if (changed.has("hours") || changed.has("weekdays")) load();
    else if (["from", "to", "lang"].some((name) => changed.has(name))) draw();
  });
  return { load };
}
