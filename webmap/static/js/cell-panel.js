/** Everything known of one cell, in a side panel. */

import { getJson } from "./api.js";
import { windowOf } from "./address.js";
import { factSections } from "./cell-facts.js";
import { byId, el } from "./dom.js";
import { inWords, quantity } from "./format.js";
import { historySection } from "./history.js";
import { t } from "./i18n.js";
import { uncover } from "./map-view.js";
import { complain } from "./notices.js";

const { L, geogridLattice } = globalThis;
const OPEN_FIRST = new Set(["gaps", "coverage"]);

/** Follow the cell that the state names. */
export function createCellPanel({ map, store, lattice, measure, layers, districts, timeZone }) {
  let outline = null;
  let going = null;

  function mark(code) {
    outline?.remove();
    outline = null;
    const id = code ? geogridLattice.cellOfCode(lattice, code) : -1;
    if (id < 0) return;
    outline = L.layerGroup(["chosen-halo", "chosen-cell"].map((className) =>
      L.polygon(geogridLattice.cellRing(lattice, id), {
        className, fill: false, interactive: false, pane: "chosen", renderer: chosenRenderer,
      }))).addTo(map);
  }
  const chosenRenderer = L.svg({ pane: "chosen", padding: 0.5 });

  async function show() {
    const state = store.get();
    const { cell: code } = state;
    mark(code);
    going?.abort();
    byId("cell").hidden = !code;
    document.body.classList.toggle("with-cell", Boolean(code));
    if (!code) return;
    going = new AbortController();
    const { signal } = going;
    byId("cell-body").replaceChildren(el("h2", {}, t("cell.title", { code })), el("p", { class: "quiet" }, t("busy.cell")));
    try {
      const report = await getJson(`api/cells/${encodeURIComponent(code)}`, windowOf(state), signal);
      if (signal.aborted) return;
      byId("cell-body").replaceChildren(...head(report));
      const known = await Promise.all(Object.keys(report.layers ?? {})
        .filter((id) => layers.some((layer) => layer.id === id))
        .map(async (id) => [id, await measure.about(id, state, signal)]));
      if (signal.aborted) return;
      if (report.history) byId("cell-body").append(historySection(report.history));
      byId("cell-body").append(...factSections(report), ...known.map(([id, info]) => section(id, report.layers[id], info)));
    } catch (error) {
      if (error.name !== "AbortError") {
        complain(error);
        store.set({ cell: "" });
      }
    }
  }

  function head(report) {
    const facts = [
      [t("district.title"), districts.name(String(report.district))],
      [t("cell.land"), quantity(report.area_m2, { unit: "m2" })],
      [t("cell.centre"), `${report.lon.toFixed(5)}, ${report.lat.toFixed(5)}`],
    ];
    const parts = [el("h2", {}, t("cell.title", { code: report.cell }))];
    if (report.sentence) parts.push(el("p", { class: "sentence" }, report.sentence));
    parts.push(table(facts.map(([name, text]) => [name, el("td", {}, text)])));
    return parts;
  }

  function section(id, columns, info) {
    const rows = Object.entries(columns).filter(([, value]) => value !== "").map(([name, value]) => {
      const field = info?.fields.find((one) => one.name === name);
      const words = inWords(value, field && { ...field, decimals: field.wire?.decimals }, timeZone);
      return [field?.title ?? name, el("td", { class: value === null ? "unknown" : "" }, words), field?.meaning];
    });
    return el("details", { open: OPEN_FIRST.has(id) || store.get().layer === id },
      el("summary", {}, t(`layer.${id}`)), table(rows));
  }

  function table(rows) {
    return el("table", { class: "facts" }, el("tbody", {}, ...rows.map(([name, cell, meaning]) =>
      el("tr", { title: meaning }, el("th", { scope: "row" }, name), cell))));
  }

  byId("cell-close").addEventListener("click", () => {
    store.set({ cell: "" });
    byId("map").focus();
  });
  store.watch((state, changed) => {
    if (["cell", "from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name))) show();
    const id = state.cell && changed.has("cell") ? geogridLattice.cellOfCode(lattice, state.cell) : -1;
    if (id >= 0) uncover(map, geogridLattice.cellCentre(lattice, id));
  });
  return { show };
}
