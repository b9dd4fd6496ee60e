/** Search by district, cell code, camera, place, or coordinates: lon,lat in any datum, or metres. */

import { getJson } from "./api.js";
import { coordinatesIn } from "./coordinates.js";
import { byId, el, afterPause } from "./dom.js";
import { t } from "./i18n.js";
import { goNear } from "./map-view.js";
import { complain } from "./notices.js";
import { middleOf } from "./polygons.js";

const { geogridLattice } = globalThis;
const CODE = /^\d+mE\d+N-?\d+$/i;
const FOUND_IN = ["cameras", "places", "rooms", "checkpoints", "depots", "areas", "zones"];
const MOST = 8;
const NEAR_ZOOM = 15;

/** Build the search box. */
export function createSearch({ map, store, lattice, districts, choose, features }) {
  const input = byId("search");
  const list = byId("search-results");
  let results = [];
  let at = -1;
  const example = geogridLattice.cellCode(lattice, geogridLattice.idOf(lattice, 0));

  const goTo = (lat, lng) => goNear(map, [lat, lng], Math.max(map.getZoom(), NEAR_ZOOM));

  function openCell(id, [lat, lng] = geogridLattice.cellCentre(lattice, id)) {
    store.set({ cell: geogridLattice.cellCode(lattice, id) });
    goTo(lat, lng);
  }

  /** Read coordinates; a datum or a system may stand before them, such as `gcj02 117.63,26.27` or `epsg:4548 563350,2906650`. */
  async function coordinates(text) {
    const typed = coordinatesIn(text);
    if (!typed) return null;
    const { system, x, y } = typed;
    const [lat, lng] = typed.metres ? await ofMetres(typed) : geogridLattice.unshift(system || "wgs84", y, x);
    const position = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? geogridLattice.cellAt(lattice, ...lattice.project(lat, lng)) : -1;
    if (position < 0) {
      return { label: t(typed.metres ? "search.metres_outside" : "search.outside", { lon: x, lat: y }), kind: "" };
    }
    return {
      label: `${Number(lng.toFixed(6))}, ${Number(lat.toFixed(6))}${system || typed.metres ? " (WGS-84)" : ""}`, kind: t("kind.point"),
      go: () => openCell(geogridLattice.idOf(lattice, position), [lat, lng]),
    };
  }

  /** Return where metres lie; those of no named system are the grid's. */
  async function ofMetres({ system, x, y }) {
    const { lon, lat } = await getJson("api/points", { x, y, system: system || "working" });
    return [lat, lon];
  }

  function cell(text) {
    if (!CODE.test(text)) return null;
    const code = text.replace(/^(\d+)me/i, "$1mE").replace(/n/i, "N");
    const id = geogridLattice.cellOfCode(lattice, code);
    if (id < 0 || geogridLattice.positionOf(lattice, id) < 0) return null;
    return { label: code, kind: t("kind.cell"), go: () => openCell(id) };
  }

  async function find(text) {
    const wanted = text.trim();
    if (!wanted) return [];
    const exact = (await coordinates(wanted)) ?? cell(wanted);
    if (exact) return [exact];
    const low = wanted.toLowerCase();
    const found = districts.ids
      .filter((id) => [id, districts.name(id), districts.plainName(id)].some((name) => name.toLowerCase().includes(low)))
      .map((id) => ({ label: districts.name(id), kind: t("kind.district"), go: () => choose(id) }));
    for (const layer of FOUND_IN) found.push(...await registered(layer, low, MOST - found.length));
    return found.slice(0, MOST);
  }

  /** Return what a register has under a number or a name. */
  async function registered(layer, low, most) {
    const hits = [];
    for (const feature of most > 0 ? await features.all(layer) : []) {
      if (hits.length >= most) break;
      const { id = feature.id, name } = feature.properties;
      const middle = middleOf(feature.geometry);
      if (!middle || ![id, name].some((one) => String(one ?? "").toLowerCase().includes(low))) continue;
      const [lng, lat] = middle;
      hits.push({ label: name ? `${id} ${name}` : String(id), kind: t(layer === "cameras" ? "kind.camera" : "kind.place"), go: () => {
        features.switchOn(layer);
        goNear(map, [lat, lng], 16);
      } });
    }
    return hits;
  }

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show() {
    const rows = results.length ? results : [{ label: t("search.nothing", { example }), kind: "" }];
    list.replaceChildren(...rows.map((row, i) => el("li", {
      id: `result-${i}`, role: "option", "aria-selected": String(i === at), "aria-disabled": row.go ? null : "true",
      mousedown: (event) => { event.preventDefault(); take(row); },
    }, el("span", {}, row.label), el("span", { class: "kind" }, row.kind))));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (at >= 0) input.setAttribute("aria-activedescendant", `result-${at}`);
  }

  function take(row) {
    if (!row?.go) return;
    close();
    row.go();
  }

  async function search() {
    const text = input.value;
    if (!text.trim()) { close(); return; }
    try {
      const found = await find(text);
      if (input.value !== text) return;
      results = found;
      at = found.length ? 0 : -1;
      show();
    } catch (error) {
      complain(error);
    }
  }

  input.addEventListener("input", afterPause(150, search));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || list.hidden || results.length === 0) return;
    event.preventDefault();
    at = (at + step + results.length) % results.length;
    show();
  });
  byId("search-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await search();
    take(results[Math.max(0, at)]);
  });
}
