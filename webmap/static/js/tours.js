/** The next hours: tours for the units on duty, on the map, as a list, and as files. */

import { address, getJson } from "./api.js";
import { byId, el } from "./dom.js";
import { PALETTE } from "./feature-style.js";
import { number } from "./format.js";
import { locale, t } from "./i18n.js";
import { goNear, roomAround } from "./map-view.js";
import { complain, whileBusy } from "./notices.js";
import { themeInForce } from "./theme.js";
import { TourCanvas } from "./tour-canvas.js";

const FORMATS = { gpx: "GPX", geojson: "GeoJSON" };
const HOUR_MS = 3600000;
const NEAR = 15; // the level on which a stop is shown

/** Return the question that the state's `plan` holds, "2026-03-09T20:00/4" or with "/" and a group of units, or null. */
export function questionIn(text) {
  const [from, hours, ...group] = text.split("/");
  const read = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(from) && Number(hours) > 0;
  return read ? { from, hours: Number(hours), group: group.join("/") } : null;
}

/** Return a question as the state holds it. */
export const questionText = ({ from, hours, group }) => [from, hours, ...(group ? [group] : [])].join("/");

const parameters = ({ from, hours, group }) => ({ from, length: hours, units: group });

/** Return the next full hour after a moment, on the workspace's clock, as "2026-03-09T20:00". */
export function nextHour(iso, timeZone) {
  const next = new Date(Math.floor(Date.parse(iso) / HOUR_MS) * HOUR_MS + HOUR_MS);
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-CA", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone,
  }).formatToParts(next).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** Return tours of stops in order, by unit. */
export function toursOf(features, clock) {
  const tours = new Map();
  for (const { geometry, properties } of features) {
    if (properties.part !== "stop") continue;
    const [lng, lat] = geometry.coordinates;
    if (!tours.has(properties.unit)) tours.set(properties.unit, []);
    tours.get(properties.unit).push({
      lat, lng, number: properties.stop, cell: properties.cell, time: clock(properties.arrive), leave: clock(properties.leave),
    });
  }
  return [...tours].map(([unit, stops]) => ({ unit, stops: stops.sort((a, b) => a.number - b.number) }));
}

/** Build the form, the list and the layer; they follow `plan` and `plan_unit` of the state. */
export function createTours({ map, store, about, measure }) {
  map.createPane("tours").style.zIndex = 455;
  map.getPane("tours").style.pointerEvents = "none";
  const colors = (at, theme) => PALETTE[at % PALETTE.length][theme === "dark" ? 1 : 0];
  const canvas = new TourCanvas({ pane: "tours", theme: themeInForce(store.get()), colors });
  const [from, hours, group] = ["plan-from", "plan-hours", "plan-group"].map(byId);
  let tours = [];
  let summary = null;
  let going = null;

  const clock = (iso) => new Intl.DateTimeFormat(locale(), {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: about.time_zone,
  }).format(new Date(iso));

  /** Offer the hours after the newest data; a reader may type others. */
  function offer() {
    const asOf = measure.drawn?.info?.provenance?.data_as_of;
    if (!from.value && asOf) from.value = nextHour(asOf, about.time_zone);
  }

  /** Offer the groups that units are in; a link may name one that is gone, and the server says so. */
  function offerGroups(chosen) {
    const names = [...new Set([...about.groups, ...(chosen ? [chosen] : [])])];
    group.replaceChildren(el("option", { value: "" }, t("plan.every")), ...names.map((name) => el("option", { value: name }, name)));
    group.value = chosen;
    byId("plan-group-row").hidden = names.length === 0;
  }

  async function load() {
    const asked = questionIn(store.get().plan);
    going?.abort();
    byId("plan").hidden = !asked;
    document.body.classList.toggle("with-plan", Boolean(asked));
    if (!asked) { canvas.remove(); tours = []; summary = null; return; }
    from.value = asked.from;
    hours.value = String(asked.hours);
    offerGroups(asked.group);
    going = new AbortController();
    try {
      const found = await whileBusy(t("busy.plan"), () => getJson("api/plan", parameters(asked), going.signal));
      if (store.get().plan !== questionText(asked)) return;
      tours = toursOf(found.features, clock);
      summary = found.summary;
      canvas.addTo(map);
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      store.set({ plan: "", plan_unit: "" });
      complain(error);
    }
  }

  function draw() {
    if (!summary) return;
    const { plan_unit: chosen, plan } = store.get();
    canvas.setTours(tours, tours.some(({ unit }) => unit === chosen) ? chosen : "");
    byId("plan-said").textContent = [
      t("plan.said", { tours: number(summary.tours), stops: number(summary.stops), from: clock(summary.from), to: clock(summary.to) }),
      summary.reporting ? "" : t("plan.ahead"), ...summary.warnings,
    ].filter(Boolean).join(" ");
    byId("plan-formats").replaceChildren(...Object.entries(FORMATS).map(([f, name]) => el("a", {
      href: address("api/plan/export", { f, ...parameters(questionIn(plan)) }), download: `plan.${f}`,
      "aria-label": t("take.as", { layer: t("plan.title"), format: name }),
    }, name)));
    const focused = document.activeElement?.dataset?.unit;
    byId("plan-list").replaceChildren(...tours.map((tour, at) => row(tour, at, tour.unit === chosen)));
    if (focused) unitButton(focused)?.focus();
  }

  const unitButton = (unit) => [...byId("plan-list").querySelectorAll(":scope > li > button")].find((one) => one.dataset.unit === unit);

  function row({ unit, stops }, at, own) {
    const mark = el("i", { class: "plan-mark", "aria-hidden": "true" });
    mark.style.background = colors(at, themeInForce(store.get()));
    const span = `${stops[0].time}–${stops[stops.length - 1].leave}`;
    const button = el("button", {
      type: "button", "data-unit": unit, "aria-expanded": String(own), click: () => choose(own ? "" : unit),
    }, mark, el("strong", {}, unit), el("span", { class: "quiet" }, t("plan.stops", { n: number(stops.length) })), el("span", {}, span));
    return el("li", {}, button, own ? el("ol", {}, ...stops.map((stop) => el("li", { value: stop.number },
      el("button", { type: "button", class: "link", click: () => goNear(map, [stop.lat, stop.lng], NEAR) }, `${stop.time}–${stop.leave}`),
      el("span", { class: "quiet" }, ` ${stop.cell}`)))) : null);
  }

  function choose(unit) {
    store.set({ plan_unit: unit });
    const tour = tours.find((one) => one.unit === unit);
    if (tour) map.fitBounds(tour.stops.map(({ lat, lng }) => [lat, lng]), { ...roomAround(), maxZoom: NEAR });
  }

  function ask() {
    store.set({ plan: questionText({ from: from.value.slice(0, 16), hours: Number(hours.value), group: group.value }), plan_unit: "" });
  }

  byId("plan-go").addEventListener("click", () => {
    if (from.value && hours.reportValidity()) ask();
    else from.focus();
  });
  byId("plan-close").addEventListener("click", () => { store.set({ plan: "", plan_unit: "" }); byId("plan-go").focus(); });
  store.watch((state, changed) => {
    if (changed.has("plan")) load();
    else if (changed.has("plan_unit") || changed.has("lang")) draw();
    if (changed.has("layer") || changed.has("column")) offer();
    if (changed.has("lang")) offerGroups(group.value);
  });

  return {
    start: () => { offer(); offerGroups(""); return load(); },
    setTheme: (theme) => { canvas.setTheme(theme); draw(); },
    busy: () => false,
    /** Take a click on a stop: choose its unit. Return whether there was one. */
    click(latlng) {
      const stop = canvas.hit(map.latLngToContainerPoint(latlng));
      if (stop) { store.set({ plan_unit: stop.unit }); unitButton(stop.unit)?.scrollIntoView({ block: "nearest" }); }
      return Boolean(stop);
    },
  };
}
