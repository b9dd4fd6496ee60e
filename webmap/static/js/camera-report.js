/** What the cameras cover, what fails with one of them and what is overdue: tables with a way to each camera. */

import { address, getJson } from "./api.js";
import { byId, el } from "./dom.js";
import { number, percent } from "./format.js";
import { currentLanguage, t, word } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";

const NAME = "cameras"; // of this drawer in the address
const MOST_ROWS = 300; // a longer table is slow to lay out; sorting brings others to the top
const NEAR_ZOOM = 17;
// The columns of each table of the report, in its order of use; the first names the row.
const TABLES = {
  districts: ["district", "seen_share", "twice_share", "roads_seen_share", "places", "places_seen", "seen_km2", "land_km2", "roads_km"],
  hours: ["hour", "cameras", "seen_share", "seen_km2", "roads_seen_share", "places_seen_share"],
  roads: ["class", "seen_share", "twice_share", "seen_km", "km"],
  places: ["kind", "register", "places", "seen", "twice", "shown_share"],
  cameras: ["id", "district", "rank", "lost_m2", "lost_share", "lost_road_m", "lost_places"],
  poles: ["id", "district", "rank", "cameras", "lost_m2", "lost_share", "lost_road_m", "lost_places"],
  networks: ["id", "district", "rank", "cameras", "lost_m2", "lost_share", "lost_road_m", "lost_places"],
  care: ["camera", "name", "district", "wrong", "overdue_days", "review_due", "retention_days", "findings", "status"],
  zones: ["camera", "district", "zone", "kind", "seen_m2"],
  standing: ["camera", "district", "zone", "kind"],
};
const TEXT = new Set(["id", "camera", "name", "district", "class", "kind", "register", "zone", "status", "findings", "review_due"]);
const SMALL_FIRST = new Set([...TEXT, "rank", "hour"]);
const UNSORTED = new Set(["findings"]);
const DECIMALS = { seen_km2: 2, land_km2: 1, roads_km: 1, seen_km: 1, km: 1 };

/** Return the order that a click on a column asks for: turned where it is the order already. */
export function nextOrder(order, column) {
  const first = SMALL_FIRST.has(column) ? column : `-${column}`;
  if (order.replace("-", "") !== column) return first;
  return order.startsWith("-") ? column : `-${column}`;
}

/** Return table and order that the address holds; the first table in its own order by default. */
export function reportOf(text) {
  const [table, order = ""] = text.split(",");
  const column = order.replace("-", "");
  if (!Object.hasOwn(TABLES, table)) return { table: "districts", order: "" };
  return { table, order: TABLES[table].includes(column) && !UNSORTED.has(column) ? order : "" };
}

/** Build the drawer; it is loaded when it is opened. */
export function createCameraReport({ map, store, districts }) {
  let words = {}; // of findings, in the reader's language
  let going = null;
  const shown = () => store.get().table === NAME;
  const body = byId("cameras-body");

  function open(wanted) {
    store.set({ table: wanted ? NAME : "" });
    (wanted ? body : byId("cameras-open")).focus();
  }

  function ask(table, order) {
    store.set({ report: order ? `${table},${order}` : table });
  }

  async function load() {
    byId("cameras").hidden = !shown();
    byId("cameras-open").setAttribute("aria-expanded", String(shown()));
    document.querySelector(".stage").classList.toggle("with-drawer", store.get().table !== "");
    going?.abort();
    if (!shown()) return;
    going = new AbortController();
    const { signal } = going;
    const { hours, district } = store.get();
    const { table, order } = reportOf(store.get().report);
    tabs(table);
    try {
      const [about, found] = await whileBusy(t("busy.cameras"), () => Promise.all([
        getJson("api/cameras/report", { hours, rows: 0 }, signal),
        getJson("api/cameras/report/rows", { table, order, hours, district, rows: MOST_ROWS }, signal),
      ]));
      if (signal.aborted) return;
      words = about.care.words;
      draw(about, found, order);
    } catch (error) {
      if (error.name === "AbortError") return;
      body.replaceChildren(el("p", { class: "quiet" }, error.message));
    }
  }

  function tabs(chosen) {
    byId("cameras-tabs").replaceChildren(...Object.keys(TABLES).map((name) => el("button", {
      type: "button", "data-table": name, "aria-pressed": String(name === chosen), click: () => ask(name, ""),
    }, t(`cameras.${name}`))));
    const asked = { hours: store.get().hours, table: chosen };
    byId("cameras-csv").href = address("api/cameras/report/export", { f: "csv", ...asked });
    byId("cameras-xlsx").href = address("api/cameras/report/export", { f: "xlsx", ...asked });
  }

  function draw(about, { table, matched, rows }, order) {
    const columns = TABLES[table];
    const more = matched - rows.length;
    const focused = document.activeElement?.dataset.column;
    body.replaceChildren(
      el("p", { class: "told" }, el("strong", {}, said(about, table, matched)), " ", el("span", { class: "quiet" }, t(`cameras.${table}.how`))),
      ...(rows.length ? [el("table", { class: "totals units" },
        el("thead", {}, el("tr", {}, ...columns.map((column) => header(table, column, order)))),
        el("tbody", {}, ...rows.map((row) => line(row, columns))))] : []),
      ...(more > 0 ? [el("p", { class: "quiet" }, t("units.more", { n: number(more) }))] : []));
    if (focused) body.querySelector(`[data-column="${focused}"]`)?.focus();
  }

  /** Say in one sentence what the table comes to. */
  function said({ cameras, total, failures, care, zones, as_of: day }, table, matched) {
    if (Object.hasOwn(failures, table)) {
      const { groups, missed, spare } = failures[table];
      return t("cameras.said.failures", { missed: number(missed), groups: number(groups), spare: number(spare) });
    }
    if (table === "care") return t("cameras.said.care", { found: number(care.with_findings), all: number(care.cameras), day });
    if (table === "zones") return t("cameras.said.zones", { n: number(matched), zones: number(zones.zones), km2: number(zones.lost_km2, 4) });
    if (table === "standing") return t("cameras.said.standing", { n: number(matched), zones: number(zones.zones) });
    return t("cameras.said.seen", { counted: number(cameras.counted), all: number(cameras.cameras),
      land: percent(total.seen_share ?? 0, 2), roads: percent(total.roads_seen_share ?? 0), seen: number(total.places_seen), places: number(total.places) });
  }

  function header(table, column, order) {
    const now = order.replace("-", "") === column;
    const rising = !order.startsWith("-");
    const title = t(`camcol.${column}`);
    const text = TEXT.has(column) ? "text" : "";
    if (UNSORTED.has(column)) return el("th", { scope: "col", class: `${text} plain` }, title);
    return el("th", { scope: "col", class: text, "aria-sort": now ? (rising ? "ascending" : "descending") : "none" },
      el("button", {
        type: "button", "data-column": column, "aria-label": t("table.sort", { column: title }), click: () => ask(table, nextOrder(order, column)),
      }, `${title}${now ? (rising ? " ▲" : " ▼") : ""}`));
  }

  function line(row, columns) {
    return el("tr", {}, ...columns.map((column, at) => {
      const value = row[column];
      const unknown = value === null || value === undefined || (value === "" && column === "review_due");
      const names = [TEXT.has(column) ? "text" : "", unknown ? "quiet" : "", column === "findings" ? "reason" : "",
        column === "wrong" && value > 0 ? "wrong" : ""].filter(Boolean).join(" ");
      return el(at ? "td" : "th", { class: names || null, scope: at ? null : "row" },
        at || !row.box ? inWords(column, value) : way(row, value));
    }));
  }

  /** Return the button that goes to a camera, or to all of a pole or a network segment. */
  function way({ box: [west, south, east, north] }, name) {
    return el("button", {
      type: "button", class: "name", title: t("cameras.go"),
      click: () => {
        const { left, height } = byId(NAME).getBoundingClientRect(); // what it leaves of the map
        map.fitBounds([[south, west], [north, east]], { maxZoom: NEAR_ZOOM, paddingTopLeft: [left, 0], paddingBottomRight: [0, height] });
        const on = new Set(store.get().on.split(",").filter(Boolean));
        store.set({ on: [...on.add("cameras")].join(",") });
      },
    }, name);
  }

  function inWords(column, value) {
    if (column === "class" && value === "") return t("cameras.unclassed");
    if (value === null || value === undefined || (value === "" && column === "review_due")) return t("value.unknown");
    if (column === "district") return value ? districts.name(value) : "–";
    if (column === "hour") return `${String(value).padStart(2, "0")}:00`;
    if (column === "findings") return value.map((name) => words[name] ?? name).join(currentLanguage() === "zh" ? "；" : "; ");
    if (column === "register") return word("layer", value, value);
    if (column === "kind" || column === "class" || column === "status") return word("place", value, value);
    if (column.endsWith("_share")) return percent(value, column === "lost_share" ? 2 : 1);
    return typeof value === "number" ? number(value, DECIMALS[column] ?? 0) : value;
  }

  byId("cameras-open").addEventListener("click", () => open(!shown()));
  byId("cameras-close").addEventListener("click", () => open(false));
  store.watch((state, changed) => {
    const asked = ["hours", "district", "report", "lang"].some((name) => changed.has(name));
    if (changed.has("table") || (asked && shown())) load().catch((error) => complain(error, load));
  });
  load().catch((error) => complain(error, load));
  return { toggle: () => open(!shown()) };
}
