/** Start the page: state from the address, data from the server, parts wired by the state. */

import { getFeatures, getJson } from "./api.js";
import { readAddress, writeAddress } from "./address.js";
import { createArea } from "./area.js";
import { chosenBasemap, createBasemap, crsFor, getMesh } from "./basemap.js";
import { createCameraReport } from "./camera-report.js";
import { createCellPanel } from "./cell-panel.js";
import { createCompare } from "./compare.js";
import { createDesk } from "./desk.js";
import { createDistrictFilter, createDistricts, createDistrictTable } from "./districts.js";
import { byId } from "./dom.js";
import { createFeatureView } from "./feature-view.js";
import { createFolds } from "./fold.js";
import { t, translatePage, useLanguage } from "./i18n.js";
import { watchKeys } from "./keys.js";
import { createMap, drawDistricts, watchSheet } from "./map-view.js";
import { createMeasure } from "./measure.js";
import { createMeasurePanel } from "./measure-panel.js";
import { watchNews } from "./news.js";
import { complain, tell, whileBusy } from "./notices.js";
import { watchReadout } from "./readout.js";
import { createPlay } from "./play.js";
import { createPrint } from "./print.js";
import { createSearch } from "./search.js";
import { createStore } from "./store.js";
import { createTake } from "./take.js";
import { nextTheme, watchTheme } from "./theme.js";
import { createTimeline } from "./timeline.js";
import { createTours } from "./tours.js";
import { createTrack } from "./track.js";
import { createUndo } from "./undo.js";
import { createUnits } from "./units.js";
import { createWindowPanel } from "./window-panel.js";
import { createWorst } from "./worst.js";

const { geogridLattice } = globalThis;
const ORDER = ["coverage", "gaps", "hotspots", "camera_coverage", "reach", "forecast"]; // where were we, where not, ...
const placeOf = (id) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length);

/** The server has read the address and the browser's wish already. */
const servedLanguage = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");

function openState(layers) {
  const state = readAddress(location.search);
  state.lang = servedLanguage();
  const lattices = layers.filter(({ kind }) => kind === "lattice").map(({ id }) => id);
  if (!lattices.includes(state.layer)) {
    state.layer = lattices[0] ?? "";
  }
  return createStore(state);
}

function watchLanguage(store, about, parts) {
  const other = () => (store.get().lang === "zh" ? "en" : "zh");
  const change = async () => {
    const wanted = other();
    try {
      await useLanguage(wanted);
      translatePage(about.name);
      store.set({ lang: wanted });
      parts.forEach((translate) => translate());
    } catch (error) {
      complain(error, change);
    }
  };
  byId("language").addEventListener("click", change);
  return change;
}

function watchMapClicks({ map, store, measure, tools }) {
  const open = (latlng) => {
    if (tools.some((tool) => tool.click(latlng))) return;
    const cell = measure.at(latlng);
    if (cell) store.set({ cell: cell.code });
    else tell(t("cell.offgrid"));
  };
  map.on("click", (event) => open(event.latlng));
  return () => open(map.getCenter());
}

function escape(store, tools) {
  const { cell, table, plan } = store.get();
  const busy = tools.find((tool) => tool.busy());
  if (busy) { busy.cancel(); return; }
  if (cell) store.set({ cell: "" });
  else if (table) store.set({ table: "" });
  else if (plan) store.set({ plan: "", plan_unit: "" });
}

/** Fetch what the page begins with; where cells lie depends on the ground. */
async function load() {
  const asked = readAddress(location.search);
  const soon = asked.basemap ? null : getMesh(null);
  const { workspace: about, layers: ready, slow_layers: slow } = await getJson("api/layers");
  const layers = [...ready, ...slow];
  const basemap = chosenBasemap(about, asked);
  return { about, layers, basemap, mesh: await (soon ?? getMesh(basemap)) };
}

async function start() {
  await useLanguage(servedLanguage());
  const { about, layers, basemap, mesh } = await whileBusy(t("busy.map"), load);
  layers.sort((a, b) => placeOf(a.id) - placeOf(b.id));
  const store = openState(layers);
  const folds = createFolds(["compare", "area", "plan"].filter((name) => store.get()[name] || (name === "area" && store.get().corners)));
  const linked = store.get().z !== null; // the address says what is seen
  const placed = linked || store.get().district !== "";
  translatePage(about.name);
  const lattice = geogridLattice.onDatum(geogridLattice.openMesh(mesh), basemap?.datum);
  const { map, home, fit } = createMap(store, lattice, crsFor(basemap));
  const ground = createBasemap({ map, store, about, basemap });
  const { features: outlines } = await getFeatures("districts");
  const drawn = drawDistricts(map, outlines);
  const districts = createDistricts(mesh, outlines);
  let panel = null;
  const measure = createMeasure({ map, store, mesh, lattice, react: (shown) => panel.show(shown) });
  panel = createMeasurePanel({ store, layers, timeZone: about.time_zone, measure, methods: about.methods });
  const common = { map, store, lattice, measure, layers, districts, timeZone: about.time_zone };
  createWindowPanel({ store, days: about.days });
  createCompare({ map, store, days: about.days });
  const timeline = createTimeline({ store, days: about.days });
  const { choose } = createDistrictFilter({ store, districts, outlines: drawn, fit, home });
  const table = createDistrictTable({ store, districts, choose });
  const units = createUnits({ store, days: about.days });
  const cameras = createCameraReport({ map, store, districts });
  const features = createFeatureView({ map, store, layers, about });
  const area = createArea({ map, store, layers, outlines });
  const desk = createDesk({ map, store, about, districts });
  const tours = createTours({ map, store, about, measure });
  const tools = [area, desk, tours, features];
  createTrack({ map, store, about, fit });
  const undo = createUndo(store);
  createPlay({ store, measure, features, days: about.days });
  const cell = createCellPanel(common);
  createWorst(common);
  createSearch({ ...common, choose, features });
  createTake({ store, about, layers, districts });
  const print = createPrint({ map, store, about, districts, measure });
  watchReadout(common);
  watchSheet();
  watchTheme(store, (theme) => { for (const one of [measure, features, tours]) one.setTheme(theme); });
  const language = watchLanguage(store, about, [map.translate, drawn.names.translate, ground.translate]);
  watchKeys({
    table: table.toggle, units: units.toggle, cameras: cameras.toggle, home, language, column: panel.stepColumn, measure: panel.choose,
    theme: () => nextTheme(store), escape: () => escape(store, tools), enter: watchMapClicks({ ...common, tools }), undo: () => desk.undo() || undo(),
    area: () => { folds.open("area"); byId("area-draw").click(); }, folds: folds.toggleAll,
  });
  store.watch((state) => history.replaceState(null, "", `${location.pathname}${writeAddress(state)}`));
  if (placed && store.get().z === null) fit(drawn.bounds(store.get().district) ?? map.getBounds(), { animate: false });
  // Open where patrols were; far-off land without any would make the first view empty.
  await measure.show(placed ? null : (box) => fit(box, { animate: false }));
  await Promise.all([cell.show(), area.show(), desk.start()]);
  print.start({ linked });
  document.body.dataset.ready = "true";
  watchNews();
  await Promise.all([features.start(), timeline.load(), tours.start()]);
}

start().catch((error) => complain(error, () => location.reload()));
