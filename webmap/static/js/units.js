/** The units whose receivers made the data: a table, worst first, that tells what is wrong. */

import { getJson } from "./api.js";
import { sortIn, windowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { duration, number, percent } from "./format.js";
import { currentLanguage, t, word } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";

const COLUMNS = [
  "unit", "reason", "clock_off_h", "silent_share", "step_s", "spikes", "frozen", "rejected_h",
  "tracked_h", "fixes", "days", "group",
];
const TEXT = new Set(["unit", "group", "reason"]);
const WORST_FIRST = { column: "reason", direction: -1 };
const MOST_ROWS = 500; // a longer table is slow to lay out; sorting brings others to the top
// What is wrong, and the column with the number of it.
const WHERE = {
  ahead: "clock_off_h", behind: "clock_off_h", silent: "silent_share", frozen: "frozen",
  spikes: "spikes", rejected: "rejected_h", slow: "step_s",
};
const IN_WORDS = {
  step_s: duration,
  tracked_h: (value) => number(value, 1),
  rejected_h: (value) => number(value, 1),
  silent_share: (value) => percent(value),
  clock_off_h: (value) => (value === 0 ? t("units.agrees") : t("units.off", { n: (value > 0 ? "+" : "−") + Math.abs(value) })),
};

/** Build the table; it is loaded when it is opened. `days` are null where no tracks are. */
export function createUnits({ store, days }) {
  let report = { units: [], wrong: 0 };
  const inForce = () => sortIn(store.get().sort, COLUMNS, WORST_FIRST);
  let going = null;
  const shown = () => store.get().table === "units";

  function open(wanted) {
    store.set({ table: wanted ? "units" : "", sort: "" });
    byId(wanted ? "units-body" : "units-open").focus();
  }

  async function load() {
    byId("units").hidden = !shown();
    byId("units-open").setAttribute("aria-expanded", String(shown()));
    document.querySelector(".stage").classList.toggle("with-drawer", store.get().table !== "");
    going?.abort();
    if (!shown()) return;
    if (!days) {
      byId("units-body").replaceChildren(el("p", { class: "quiet" }, t("window.none")));
      return;
    }
    going = new AbortController();
    const { signal } = going;
    if (report.units.length === 0) byId("units-body").replaceChildren(el("p", { class: "quiet" }, t("busy.units")));
    try {
      report = await whileBusy(t("busy.units"), () =>
        getJson("api/units", windowOf(store.get()), signal));
      if (!signal.aborted) draw();
    } catch (error) {
      complain(error, load);
    }
  }

  function draw() {
    const { units, wrong } = report;
    const said = units.length ? t("units.told", { wrong: number(wrong), all: number(units.length) }) : t("units.none");
    const rows = sorted();
    const more = rows.length - MOST_ROWS;
    const columns = COLUMNS.filter((name) => name !== "group" || units.some((unit) => unit.group));
    byId("units-body").replaceChildren(
      el("p", { class: "told" }, el("strong", {}, said), " ", el("span", { class: "quiet" }, t("units.places"))),
      ...(units.length ? [el("table", { class: "totals units" },
        el("thead", {}, el("tr", {}, ...columns.map(header))),
        el("tbody", {}, ...rows.slice(0, MOST_ROWS).map((unit) => line(unit, columns))))] : []),
      ...(more > 0 ? [el("p", { class: "quiet" }, t("units.more", { n: number(more) }))] : []));
  }

  function header(column) {
    const order = inForce();
    const now = order.column === column;
    const title = t(`unitcol.${column}`);
    const first = TEXT.has(column) && column !== "reason" ? 1 : -1;
    return el("th", {
      scope: "col", class: TEXT.has(column) ? "text" : "", title: word("unitcol", `${column}.long`, "") || null,
      "aria-sort": now ? (order.direction > 0 ? "ascending" : "descending") : "none",
    }, el("button", {
      type: "button", "data-column": column, "aria-label": t("table.sort", { column: title }),
      click: () => {
        store.set({ sort: `${column}:${now ? -order.direction : first}` });
        byId("units-body").querySelector(`[data-column="${column}"]`).focus();
      },
    }, `${title}${now ? (order.direction > 0 ? " ▲" : " ▼") : ""}`));
  }

  function sorted() {
    const { column, direction } = inForce();
    // The server sends the worst first.
    if (column === "reason") return direction < 0 ? [...report.units] : [...report.units].reverse();
    const collator = new Intl.Collator(currentLanguage() === "zh" ? "zh-CN" : "en", { numeric: true });
    return [...report.units].sort((a, b) => {
      const [x, y] = [a[column], b[column]];
      if (x === null || y === null) return (x === null) - (y === null); // not known comes last
      return direction * (TEXT.has(column) ? collator.compare(x, y) : x - y);
    });
  }

  function line(unit, columns) {
    const wrong = new Set(unit.remarks.map((name) => WHERE[name]));
    return el("tr", { "data-unit": unit.unit }, ...columns.map((column) => {
      const names = [TEXT.has(column) ? "text" : "", column === "reason" ? "reason" : "", wrong.has(column) ? "wrong" : ""];
      const known = unit[column] !== null;
      if (!known && column !== "group") names.push("quiet");
      return el(column === "unit" ? "th" : "td", {
        class: names.filter(Boolean).join(" ") || null, scope: column === "unit" ? "row" : null,
      }, known ? words(column, unit[column]) : unknown(column));
    }));
  }

  function words(column, value) {
    if (TEXT.has(column)) return value;
    return (IN_WORDS[column] ?? number)(value);
  }

  function unknown(column) {
    if (column === "group") return "";
    return t(column === "clock_off_h" ? "units.untold" : "value.unknown");
  }

  byId("units-open").addEventListener("click", () => open(!shown()));
  byId("units-close").addEventListener("click", () => open(false));
  store.watch((state, changed) => {
    const asked = ["from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name));
    if (changed.has("table") || (asked && shown())) load();
    else if (changed.has("sort") && shown()) draw();
  });
  load();
  return { toggle: () => open(!shown()) };
}
