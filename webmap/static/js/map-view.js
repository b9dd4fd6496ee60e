/** The Leaflet map: panes, the districts as ground and outline, names, and the view. */

import { byId, el, afterPause } from "./dom.js";
import { t, currentLanguage } from "./i18n.js";

const { L, geogridLattice } = globalThis;
// Measures lie above the land and Leaflet's tiles (200), and below all lines.
// Each layer of places has a pane of its own from 400 on (feature-view.js).
export const PANES = { ground: 150, measure: 205, other: 210, outline: 380, chosen: 460, names: 480 };
const ROOM_AROUND = { paddingTopLeft: [356, 24] };
const NARROW = matchMedia("(max-width: 719px)");
const PANEL_END = 344; // px: where the panel ends in the wide form
const LOW = matchMedia("(max-height: 420px)");
const foldedHeight = () => (LOW.matches ? 72 : 210); // px: of the panel in the narrow form
// Steps of the zoom: a sheet of paper is filled closer than a window. Both are exact in binary, so that a link is short.
export const ZOOM_SNAP = { screen: 0.5, sheet: 0.125 };

const SHEET = 0.64; // of the height: the most that an open sheet takes in the narrow form

/** Return how much of the map's foot is hidden in the narrow form. */
function sheetHeight() {
  return document.querySelector("aside.cell:not([hidden]), .drawer:not([hidden])") ? SHEET * innerHeight : foldedHeight() + 10;
}

/** Return where a whole area may stand so that no panel hides it. */
export function roomAround() {
  return NARROW.matches
    ? { paddingTopLeft: [8, LOW.matches ? 8 : 60], paddingBottomRight: [8, sheetHeight()] }
    : { ...ROOM_AROUND, paddingBottomRight: document.querySelector("aside.cell:not([hidden])") ? [372, 24] : [24, 24] };
}

/**
 * Return the bounds of what is seen: beside the panel, or above it where it is folded at the foot.
 *
 * Where the land is seen from end to end, what lies beyond it is empty and is left out.
 */
export function seenBounds(map) {
  const { x, y } = map.getSize();
  const corners = NARROW.matches ? [[0, 0], [x, Math.max(y - foldedHeight(), y / 2)]] : [[PANEL_END, 0], [x, y]];
  const [a, b] = corners.map((corner) => map.containerPointToLatLng(corner));
  const { lat: top, lng: right } = map.land.getNorthEast();
  const { lat: low, lng: left } = map.land.getSouthWest();
  const [south, north] = b.lat <= low && a.lat >= top ? [low, top] : [b.lat, a.lat];
  const [west, east] = a.lng <= left && b.lng >= right ? [left, right] : [a.lng, b.lng];
  return L.latLngBounds([south, west], [north, east]);
}

/** Show a place near by, in what no sheet hides. */
export function goNear(map, place, zoom) {
  if (NARROW.matches) map.fitBounds([place, place], { ...roomAround(), maxZoom: zoom });
  else map.setView(place, zoom);
}

/** Move the map until a place stands above the sheet that hides it (narrow form). */
export function uncover(map, place) {
  if (!NARROW.matches) return;
  const free = innerHeight - sheetHeight();
  const { y } = map.latLngToContainerPoint(place);
  if (y > free - 40) map.panBy([0, y - free / 2]);
}

/** Return a map that keeps the state's view and follows it. */
export function createMap(store, lattice, crs) {
  const { xmin, ymin, xmax, ymax } = lattice.bounds;
  const area = L.latLngBounds([[xmin, ymin], [xmax, ymax]]
    .map(([x, y]) => lattice.unproject(x, y)));
  const map = L.map("map", {
    crs,
    zoomControl: false, attributionControl: false, minZoom: 6, maxZoom: 18,
    zoomSnap: store.get().print ? ZOOM_SNAP.sheet : ZOOM_SNAP.screen,
    maxBounds: area.pad(3), keyboardPanDelta: 120, wheelPxPerZoomLevel: 90,
  });
  map.land = area;
  for (const [name, zIndex] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    pane.style.pointerEvents = "none";
  }
  const { lat, lng, z } = store.get();
  if (lat !== null && lng !== null && z !== null) map.setView([lat, lng], z);
  else map.fitBounds(area, { ...roomAround(), animate: false });
  const fit = (box, options = {}) => map.fitBounds(box, { ...roomAround(), ...options });
  const goHome = () => fit(area);
  addControls(map, goHome);
  map.on("moveend", afterPause(120, () => {
    const centre = map.getCenter();
    store.set({
      lat: Number(centre.lat.toFixed(5)), lng: Number(centre.lng.toFixed(5)), z: map.getZoom(),
    });
  }));
  return { map, home: goHome, fit };
}

function addControls(map, goHome) {
  const zoom = L.control.zoom({
    position: "bottomright", zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out"),
  }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  const home = L.DomUtil.create("a", "home", zoom.getContainer());
  Object.assign(home, { href: "#map", textContent: "⤢" });
  home.setAttribute("role", "button");
  L.DomEvent.disableClickPropagation(home);
  L.DomEvent.on(home, "click", (event) => { L.DomEvent.preventDefault(event); goHome(); });
  map.translate = () => {
    home.title = t("map.home");
    home.setAttribute("aria-label", t("map.home"));
    for (const [button, key] of [["_zoomInButton", "map.zoom_in"], ["_zoomOutButton", "map.zoom_out"]]) {
      zoom[button].title = t(key);
      zoom[button].setAttribute("aria-label", t(key));
    }
  };
  map.translate();
}

/** Draw the districts; return how to point one out and how to find one. */
export function drawDistricts(map, features) {
  const shapes = { type: "FeatureCollection", features };
  const options = { interactive: false, smoothFactor: 1.2 };
  L.geoJSON(shapes, {
    ...options, pane: "ground", renderer: L.svg({ pane: "ground", padding: 0.5 }),
    style: { className: "land", weight: 0, fillOpacity: 1 },
  }).addTo(map);
  const lines = L.geoJSON(shapes, {
    ...options, pane: "outline", renderer: L.svg({ pane: "outline", padding: 0.5 }),
    style: { className: "district-line", fill: false },
  }).addTo(map);
  const byDistrict = new Map(lines.getLayers().map((line) => [String(line.feature.id), line]));
  const names = nameLabels(map, features);
  return {
    names,
    bounds: (id) => byDistrict.get(id)?.getBounds(),
    pointOut(id) {
      for (const [key, line] of byDistrict) {
        const path = line.getElement();
        if (path) path.classList.toggle("chosen", key === id);
        if (key === id) line.bringToFront();
      }
    },
  };
}

/** Return a district's name in the current language. */
export function districtName({ properties = {}, id }) {
  const english = currentLanguage() === "en" && properties.name_en;
  return english || properties.name || String(id);
}

function nameLabels(map, features) {
  const made = features.map((feature) => {
    const text = el("span", {}, districtName(feature));
    const icon = L.divIcon({ html: text, className: "district-name", iconSize: [0, 0] });
    const place = middle(feature.geometry);
    const marker = L.marker([place.lat, place.lng], {
      icon, interactive: false, keyboard: false, pane: "names",
    });
    return { feature, text, place, marker };
  });
  L.layerGroup(made.map(({ marker }) => marker)).addTo(map);
  const thin = () => keepApart(map, made);
  map.on("zoomend", thin);
  thin();
  return {
    translate() {
      for (const { feature, text } of made) text.textContent = districtName(feature);
      thin();
    },
  };
}

/** Show the names that do not cover one another; of two the larger district keeps its name. */
function keepApart(map, made) {
  const taken = [];
  const bySize = [...made].sort((a, b) => b.place.area - a.place.area);
  for (const { text } of bySize) text.hidden = false;
  const sizes = bySize.map(({ text }) => [text.offsetWidth / 2, text.offsetHeight / 2]);
  bySize.forEach(({ text, marker }, at) => {
    const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
    const [half, high] = sizes[at];
    text.hidden = taken.some((other) =>
      Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < other.high + high);
    if (!text.hidden) taken.push({ x, y, half, high });
  });
}

/** Return the centroid of the largest ring of a polygon and its area in square degrees. */
function middle(geometry) {
  const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  let best = { area: -1, lng: 0, lat: 0 };
  for (const [ring] of polygons) {
    const [x0, y0] = ring[0];
    let twice = 0, sx = 0, sy = 0;
    for (let i = 1; i < ring.length; i += 1) {
      const [ax, ay] = [ring[i - 1][0] - x0, ring[i - 1][1] - y0];
      const [bx, by] = [ring[i][0] - x0, ring[i][1] - y0];
      const cross = ax * by - bx * ay;
      twice += cross;
      sx += (ax + bx) * cross;
      sy += (ay + by) * cross;
    }
    if (Math.abs(twice) > best.area) {
      best = { area: Math.abs(twice), lng: x0 + sx / (3 * twice), lat: y0 + sy / (3 * twice) };
    }
  }
  return best;
}

/** Keep the sheet's handle in step (narrow form). */
export function watchSheet() {
  const panel = byId("panel");
  const handle = byId("sheet-handle");
  const turn = (open) => {
    panel.classList.toggle("open", open);
    handle.setAttribute("aria-expanded", String(open));
  };
  handle.addEventListener("click", () => turn(!panel.classList.contains("open")));
  let start = null;
  handle.addEventListener("pointerdown", (event) => { start = event.clientY; });
  addEventListener("pointerup", (event) => {
    if (start !== null && Math.abs(event.clientY - start) > 30) turn(event.clientY < start);
    start = null;
  });
  return turn;
}
