/** The ground under everything: none, or tiles that the installation names, in their datum. */

import { getJson, ServerError } from "./api.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { complain } from "./notices.js";

const { L, geogridLattice } = globalThis;
const PATIENCE_MS = 15000; // without a single tile
const DISTORTED = new Set(["gcj02", "bd09"]);

/** Return the ground that the state asks for, or null. */
export function chosenBasemap(about, state) {
  return about.basemaps.find(({ id }) => id === state.basemap) ?? null;
}

/** Fetch where cells lie over a ground. */
export function getMesh(basemap) {
  const shifted = basemap && DISTORTED.has(basemap.datum);
  return getJson("lattice/mesh.json", shifted ? { datum: basemap.datum } : {});
}

/** Return the Leaflet CRS whose places are WGS-84 over a ground in its own datum. */
export function crsFor(basemap) {
  return geogridLattice.crsOf(L, basemap?.datum);
}

/** Say once when no tile of a ground comes; the map goes on over the districts. */
function watchTiles(layer, name) {
  let came = false;
  let told = false;
  let timer = 0;
  const silent = () => {
    clearTimeout(timer);
    if (came || told) return;
    told = true;
    const retry = () => { told = false; layer.redraw(); };
    complain(new ServerError(t("basemap.silent", { name })), retry);
  };
  layer.on("tileload", () => { came = true; clearTimeout(timer); });
  layer.on("loading", () => { clearTimeout(timer); timer = setTimeout(silent, PATIENCE_MS); });
  layer.on("load", silent); // all tiles of the view have come or failed
}

/** Draw the ground, and let the reader choose another. */
export function createBasemap({ map, store, about, basemap }) {
  if (basemap) {
    const tiles = L.tileLayer(basemap.url, {
      zIndex: 0, minNativeZoom: basemap.min_zoom, maxNativeZoom: basemap.max_zoom, maxZoom: 22, noWrap: true, className: "basemap",
    });
    watchTiles(tiles, basemap.name);
    tiles.addTo(map);
    if (basemap.attribution) {
      const credit = el("div", { class: "ground-credit" }, basemap.attribution);
      const control = L.control({ position: "bottomleft" });
      control.onAdd = () => credit;
      control.addTo(map);
    }
  }
  const select = byId("basemap");
  byId("basemap-section").hidden = about.basemaps.length === 0;
  select.addEventListener("change", () => {
    store.set({ basemap: select.value });
    location.reload(); // a map keeps the projection that it was made with
  });
  function translate() {
    select.replaceChildren(
      el("option", { value: "" }, t("basemap.none")),
      ...about.basemaps.map(({ id, name }) => el("option", { value: id }, name)));
    select.value = basemap?.id ?? "";
    byId("basemap-datum").textContent = basemap && DISTORTED.has(basemap.datum)
      ? t("basemap.shifted", { datum: basemap.datum === "gcj02" ? "GCJ-02" : "BD-09" }) : "";
  }
  translate();
  return { translate };
}
