/** Districts: the filter, and the table that is the map's twin. */

import { getJson } from "./api.js";
import { sortIn, windowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { number, percent } from "./format.js";
import { currentLanguage, t, word } from "./i18n.js";
import { districtName } from "./map-view.js";
import { complain, whileBusy } from "./notices.js";

const COLUMNS = [
  "name", "land_km2", "patrolled_share", "patrol_h", "required_cells", "gaps", "incidents",
  "cameras", "camera_km2",
];
const DECIMALS = { land_km2: 1, patrol_h: 1, camera_km2: 1 };
const WORST_FIRST = -1;

/** Return the districts of the workspace with names in the current language. */
export function createDistricts(mesh, features) {
  const byDistrict = new Map(features.map((feature) => [String(feature.id), feature]));
  const plain = new Map(mesh.districts.ids.map((id, at) => [id, mesh.districts.names[at]]));
  const name = (id) => (byDistrict.has(id) ? districtName(byDistrict.get(id)) : plain.get(id) ?? id);
  return { ids: mesh.districts.ids, name, plainName: (id) => plain.get(id) ?? id };
}

/** Build the filter; choosing a district zooms to it. */
export function createDistrictFilter({ store, districts, outlines, fit, home }) {
  const select = byId("district");
  const fill = () => {
    const collator = new Intl.Collator(currentLanguage() === "zh" ? "zh-CN" : "en");
    const ids = [...districts.ids].sort((a, b) => collator.compare(districts.name(a), districts.name(b)));
    select.replaceChildren(el("option", { value: "" }, t("district.all")),
      ...ids.map((id) => el("option", { value: id }, districts.name(id))));
    select.value = store.get().district;
  };
  select.addEventListener("change", () => choose(select.value));
  function choose(id) {
    store.set({ district: id });
    const box = outlines.bounds(id);
    if (box) fit(box); else if (id === "") home();
  }
  store.watch((state, changed) => {
    if (changed.has("lang")) fill();
    if (changed.has("district")) { select.value = state.district; outlines.pointOut(state.district); }
  });
  fill();
  outlines.pointOut(store.get().district);
  return { choose };
}

/** Build the table; it is loaded when it is opened. */
export function createDistrictTable({ store, districts, choose }) {
  let rows = [];
  const usual = { column: "patrolled_share", direction: -WORST_FIRST };
  const inForce = () => sortIn(store.get().sort, COLUMNS, usual);
  let going = null;

  function open(wanted) {
    store.set({ table: wanted ? "1" : "", sort: "" });
    if (wanted) byId("table-body").focus();
    else byId("table-open").focus();
  }

  async function load() {
    const state = store.get();
    const shown = state.table === "1";
    byId("table").hidden = !shown;
    byId("table-open").setAttribute("aria-expanded", String(shown));
    document.querySelector(".stage").classList.toggle("with-drawer", shown);
    if (!shown) return;
    going?.abort();
    going = new AbortController();
    const { signal } = going;
    if (rows.length === 0) byId("table-body").replaceChildren(el("p", { class: "quiet" }, t("busy.table")));
    try {
      const found = await whileBusy(t("busy.table"), () => getJson("api/districts", windowOf(state), signal));
      if (signal.aborted) return;
      rows = found.districts;
      draw();
    } catch (error) {
      complain(error, load);
    }
  }

  function columns() {
    return COLUMNS.filter((name) => name === "name" || rows.some((row) => row[name] !== undefined));
  }

  function draw() {
    if (rows.length === 0) {
      byId("table-body").replaceChildren(el("p", { class: "quiet" }, t("table.empty")));
      return;
    }
    const shown = columns();
    byId("table-body").replaceChildren(el("table", { class: "totals" },
      el("thead", {}, el("tr", {}, ...shown.map(header))),
      el("tbody", {}, ...sorted().map((row) => line(row, shown))),
      el("tfoot", {}, total(shown))));
  }

  function header(column) {
    const order = inForce();
    const now = order.column === column;
    return el("th", { scope: "col", "aria-sort": now ? (order.direction > 0 ? "ascending" : "descending") : "none",
      title: word("col", `${column}.long`, "") || null },
    el("button", {
      type: "button", "data-column": column,
      "aria-label": t("table.sort", { column: t(`col.${column}`) }),
      click: () => {
        store.set({ sort: `${column}:${now ? -order.direction : column === "name" ? 1 : -1}` });
        byId("table-body").querySelector(`[data-column="${column}"]`).focus();
      },
    }, `${t(`col.${column}`)}${now ? (order.direction > 0 ? " ▲" : " ▼") : ""}`));
  }

  function sorted() {
    const { column, direction } = inForce();
    const collator = new Intl.Collator(currentLanguage() === "zh" ? "zh-CN" : "en");
    const value = (row) => (column === "name" ? districts.name(row.district) : row[column]);
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null); // not known comes last
      return direction * (column === "name" ? collator.compare(x, y) : x - y);
    });
  }

  function line(row, shown) {
    const id = row.district;
    return el("tr", { class: id === store.get().district ? "chosen" : "", "data-district": id },
      ...shown.map((column) => (column === "name"
        ? el("td", {}, el("button", { type: "button", class: "name", click: () => choose(id) }, districts.name(id)))
        : cell(column, row[column]))));
  }

  function cell(column, value) {
    if (value === null || value === undefined) return el("td", { class: "quiet" }, t("value.unknown"));
    if (column !== "patrolled_share") return el("td", {}, number(value, DECIMALS[column] ?? 0));
    const filled = el("i");
    filled.style.width = `${Math.min(100, 100 * value)}%`;
    return el("td", {},
      el("span", { class: "bar", "aria-hidden": "true" }, filled),
      el("span", { class: "share" }, percent(value)));
  }

  function total(shown) {
    return el("tr", {}, ...shown.map((column) => {
      if (column === "name") return el("td", {}, t("table.total"));
      if (column === "patrolled_share") return el("td");
      const known = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
      return cell(column, known.length ? known.reduce((sum, value) => sum + value, 0) : null);
    }));
  }

  byId("table-open").addEventListener("click", () => open(store.get().table !== "1"));
  byId("table-close").addEventListener("click", () => open(false));
  store.watch((state, changed) => {
    if (["table", "from", "to", "hours", "weekdays"].some((name) => changed.has(name))) load();
    else if (state.table === "1" && ["lang", "district", "sort"].some((name) => changed.has(name))) draw();
  });
  load();
  return { toggle: () => open(store.get().table !== "1") };
}
