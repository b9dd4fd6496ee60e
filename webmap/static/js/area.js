/** Ask for the statistics of an area: drawn on the map, or what the map shows now. */

import { address, send } from "./api.js";
import { windowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { number, percent } from "./format.js";
import { t, word } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";

const { L } = globalThis;
const LEAST_CORNERS = 3;
const CLOSE_PX = 12; // a click this near the first corner closes the area
const ROWS = [
  ["land_km2", 1], ["cells", 0], ["patrol_h", 1], ["patrolled_share", "share"], ["required_cells", 0],
  ["gaps", 0], ["incidents", 0], ["cameras", 0], ["camera_km2", 1],
];

/** Return corners as text for the address, and back. */
export const cornersText = (corners) => corners.map(([lat, lng]) => `${lng.toFixed(5)},${lat.toFixed(5)}`).join(";");
export function cornersOf(text) {
  const corners = text.split(";").map((pair) => pair.split(",").map(Number)).filter((pair) =>
    pair.length === 2 && pair.every(Number.isFinite) && Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90);
  return corners.length >= LEAST_CORNERS ? corners.map(([lng, lat]) => [lat, lng]) : [];
}

/** Build the tool; `busy()` tells whether clicks on the map belong to it. */
export function createArea({ map, store }) {
  let corners = [];
  let drawing = false;
  let shape = null;
  let going = null;
  const renderer = L.svg({ pane: "chosen", padding: 0.5 });

  function outline(points, closed) {
    shape?.remove();
    shape = null;
    if (points.length === 0) return;
    const Kind = closed ? L.polygon : L.polyline;
    shape = L.layerGroup([
      Kind(points, { className: closed ? "drawn-area" : "drawn-line", interactive: false, pane: "chosen", renderer }),
      ...(closed ? [] : points.map((point) => L.circleMarker(point, {
        radius: 5, className: "drawn-corner", interactive: false, pane: "chosen", renderer,
      }))),
    ]).addTo(map);
  }

  function begin() {
    drawing = true;
    corners = [];
    store.set({ area: "" });
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("drawing");
    hint();
    byId("map").focus();
  }

  function end() {
    drawing = false;
    map.getContainer().classList.remove("drawing");
    setTimeout(() => map.doubleClickZoom.enable(), 300);
  }

  function finish() {
    if (corners.length < LEAST_CORNERS) { cancel(); return; }
    const text = cornersText(corners);
    end();
    store.set({ area: text });
  }

  function cancel() {
    end();
    corners = [];
    outline([], false);
    store.set({ area: "" });
    show();
  }

  function hint() {
    byId("area-said").textContent = drawing ? t("area.draw", { n: corners.length }) : "";
    byId("area-done").hidden = !drawing || corners.length < LEAST_CORNERS;
    byId("area-clear").hidden = !drawing && !store.get().area;
    byId("area-draw").setAttribute("aria-pressed", String(drawing));
  }

  /** Take a corner; return whether the click was the tool's. */
  function click(latlng) {
    if (!drawing) return false;
    const first = corners[0] && map.latLngToContainerPoint(corners[0]);
    const here = map.latLngToContainerPoint(latlng);
    if (first && corners.length >= LEAST_CORNERS && first.distanceTo(here) < CLOSE_PX) { finish(); return true; }
    corners.push([latlng.lat, latlng.lng]);
    outline(corners, false);
    hint();
    return true;
  }

  function takeView() {
    end();
    const box = map.getBounds().pad(-0.02);
    const [west, south, east, north] = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    store.set({ area: cornersText([[south, west], [south, east], [north, east], [north, west]]) });
  }

  async function show() {
    const state = store.get();
    const points = cornersOf(state.area);
    hint();
    going?.abort();
    byId("area-stats").hidden = points.length === 0;
    if (points.length === 0) { if (!drawing) outline([], false); return; }
    outline(points, true);
    going = new AbortController();
    const { signal } = going;
    const ring = [...points, points[0]].map(([lat, lng]) => [lng, lat]);
    try {
      const found = await whileBusy(t("busy.area"), () => send(
        address("api/areas/stats", windowOf(state)), { type: "Polygon", coordinates: [ring] }, "POST", signal));
      if (!signal.aborted) tell(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      byId("area-stats").hidden = true;
      complain(error);
    }
  }

  function tell(found) {
    const words = (value, decimals) => (value === null ? t("value.unknown")
      : decimals === "share" ? percent(value) : number(value, decimals));
    const rows = ROWS.filter(([name]) => found[name] !== undefined)
      .map(([name, decimals]) => [t(`area.${name}`), words(found[name], decimals), name]);
    for (const [state, count] of Object.entries(found.states ?? {})) {
      if (["not_required", "met"].includes(state)) continue;
      rows.push([`${t("area.state")}: ${word("state", state)}`, number(count), `state-${state}`]);
    }
    byId("area-stats").replaceChildren(
      el("p", { class: "small quiet" }, found.districts.join(", ")),
      el("table", { class: "facts" }, el("tbody", {}, ...rows.map(([name, text, key]) =>
        el("tr", { "data-row": key }, el("th", { scope: "row" }, name), el("td", {}, text))))));
  }

  byId("area-draw").addEventListener("click", () => (drawing ? cancel() : begin()));
  byId("area-done").addEventListener("click", finish);
  byId("area-clear").addEventListener("click", cancel);
  byId("area-view").addEventListener("click", takeView);
  map.on("dblclick", () => { if (drawing) { corners.pop(); finish(); } });
  store.watch((state, changed) => {
    if (["area", "from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name))) show();
  });
  return { click, show, cancel, busy: () => drawing };
}
