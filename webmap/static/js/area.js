/** Ask for the statistics of an area: drawn on the map, picked, or what the map shows now. */

import { address, send } from "./api.js";
import { windowOf } from "./address.js";
import { createAreaPick, isNamed } from "./area-pick.js";
import { byId, el } from "./dom.js";
import { number, percent } from "./format.js";
import { t, word } from "./i18n.js";
import { complain, tell as notify, whileBusy } from "./notices.js";
import { ringsOf } from "./polygons.js";

const { L } = globalThis;
const LEAST_CORNERS = 3;
const CLOSE_PX = 12; // a click this near the first corner closes the area
const SAME_PX = 4; // the second click of two is on the first
const ROWS = [
  ["land_km2", 1], ["cells", 0], ["patrol_h", 1], ["patrolled_share", "share"], ["required_cells", 0],
  ["gaps", 0], ["incidents", 0], ["cameras", 0], ["camera_km2", 1],
];

/** Return corners as text for the address, and back; none where a whole area needs more. */
export const cornersText = (corners) => corners.map(([lat, lng]) => `${lng.toFixed(5)},${lat.toFixed(5)}`).join(";");
export function cornersOf(text, least = LEAST_CORNERS) {
  const corners = text.split(";").map((pair) => pair.split(",").map(Number)).filter((pair) =>
    pair.length === 2 && pair.every(Number.isFinite) && Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90);
  return corners.length >= least ? corners.map(([lng, lat]) => [lat, lng]) : [];
}

/** Return the polygon of the corners in the address; null where there are too few. */
function drawnGeometry(text) {
  const points = cornersOf(text).map(([lat, lng]) => [lng, lat]);
  return points.length ? { type: "Polygon", coordinates: [[...points, points[0]]] } : null;
}

/** Build the tool; `busy()` tells whether clicks on the map belong to it. */
export function createArea({ map, store, layers, outlines }) {
  let corners = [];
  let drawing = false;
  let picking = false; // the next click on the map picks an area
  let shape = null;
  let going = null;
  const renderer = L.svg({ pane: "chosen", padding: 0.5 });

  const pick = createAreaPick({ store, layers, outlines, choose: (name) => { end(); store.set({ area: name, corners: "" }); } });

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
    draw();
    store.set({ area: "", corners: "" });
    hint();
    byId("map").focus();
  }

  function draw() {
    picking = false;
    drawing = true;
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("drawing");
  }

  /** Take up the corners that the address has: of a link, after a reload, or of a step that is undone. */
  function follow({ corners: text }) {
    if (text === cornersText(corners)) return;
    corners = cornersOf(text, 1);
    if (corners.length) draw();
    if (drawing) outline(corners, false);
  }

  /** Let the next click on the map pick an area, or no more. */
  function beginPick() {
    if (picking) { cancel(); return; }
    end();
    picking = true;
    map.getContainer().classList.add("drawing");
    hint();
    byId("map").focus();
  }

  async function take(latlng) {
    try {
      const name = await pick.at(latlng);
      if (name) store.set({ area: name, corners: "" }); else notify(t("area.nothing"));
    } catch (error) {
      complain(error);
    }
  }

  function end() {
    drawing = picking = false;
    map.getContainer().classList.remove("drawing");
    setTimeout(() => { if (!drawing) map.doubleClickZoom.enable(); }, 300);
  }

  function finish() {
    if (corners.length < LEAST_CORNERS) { cancel(); return; }
    const text = cornersText(corners);
    end();
    store.set({ area: text, corners: "" });
  }

  function cancel() {
    end();
    corners = [];
    outline([], false);
    store.set({ area: "", corners: "" });
    show();
  }

  function hint() {
    byId("area-said").textContent = drawing ? t("area.draw", { n: corners.length }) : picking ? t("area.pick.how") : "";
    byId("area-done").hidden = !drawing || corners.length < LEAST_CORNERS;
    byId("area-clear").hidden = !drawing && !picking && !store.get().area;
    byId("area-draw").setAttribute("aria-pressed", String(drawing));
    byId("area-point").setAttribute("aria-pressed", String(picking));
    pick.mark();
  }

  /** Take a corner, or the area that is picked; return whether the click was the tool's. */
  function click(latlng) {
    if (picking) { end(); hint(); take(latlng); return true; }
    if (!drawing) return false;
    const first = corners[0] && map.latLngToContainerPoint(corners[0]);
    const here = map.latLngToContainerPoint(latlng);
    if (first && corners.length >= LEAST_CORNERS && first.distanceTo(here) < CLOSE_PX) { finish(); return true; }
    const last = corners.length && map.latLngToContainerPoint(corners.at(-1));
    if (last && last.distanceTo(here) < SAME_PX) return true;
    corners.push([latlng.lat, latlng.lng]);
    outline(corners, false);
    store.set({ corners: cornersText(corners) });
    hint();
    return true;
  }

  function takeView() {
    end();
    const box = map.getBounds().pad(-0.02);
    const [west, south, east, north] = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    store.set({ area: cornersText([[south, west], [south, east], [north, east], [north, west]]), corners: "" });
  }

  async function show() {
    const state = store.get();
    follow(state);
    hint();
    going?.abort();
    going = new AbortController();
    const { signal } = going;
    try {
      const geometry = isNamed(state.area) ? await pick.geometryOf(state.area) : drawnGeometry(state.area);
      if (signal.aborted) return;
      byId("area-stats").hidden = geometry === null;
      if (!geometry) { if (!drawing) outline([], false); return; }
      outline(ringsOf(geometry), true);
      const found = await whileBusy(t("busy.area"), () => send(
        address("api/areas/stats", windowOf(state)), geometry, "POST", signal));
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
  byId("area-point").addEventListener("click", beginPick);
  map.on("dblclick", () => { if (drawing) finish(); });
  store.watch((state, changed) => {
    if (["area", "corners", "from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name))) show();
    if (changed.has("lang")) pick.fill();
  });
  pick.fill().catch((error) => complain(error, pick.fill));
  return { click, show, cancel, busy: () => drawing || picking };
}
