/** Choosing a measure, and its legend with counts and land. */

import { ageWords, broughtIn, together } from "./ages.js";
import { createBreaks } from "./breaks.js";
import { byId, el } from "./dom.js";
import { columnKey, drawable } from "./measure.js";
import { classWords, number, unitSign } from "./format.js";
import { t } from "./i18n.js";
import { kindsLeftOut, withKind } from "./layer-state.js";
import { complain } from "./notices.js";
import { createRange } from "./range.js";
import { themeInForce } from "./theme.js";

const MOST_EMPTY = 9;

/** Build the panel; return how to show what is drawn. `methods` are those of hotspots. */
export function createMeasurePanel({ store, layers, timeZone, measure, methods }) {
  const lattices = layers.filter(({ kind }) => kind === "lattice");
  const bare = lattices.every(({ id }) => id === "grid"); // nothing is imported yet
  const range = createRange(store);
  const breaks = createBreaks(store);
  const filters = (drawn) => { range.show(drawn); breaks.show(drawn); };

  function tabs() {
    const { layer } = store.get();
    byId("measure-tabs").replaceChildren(...lattices.map(({ id }) => el("button", {
      type: "button", role: "radio", "aria-checked": String(id === layer), "data-layer": id,
      tabindex: id === layer ? 0 : -1,
      click: () => store.set({ layer: id, column: "" }),
      keydown: (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        stepLayer(step);
        byId("measure-tabs").querySelector('[aria-checked="true"]').focus();
      },
    }, t(`layer.${id}`))));
    byId("meaning").textContent = lattices.length ? "" : t("measure.empty");
    byId("column").hidden = lattices.length === 0;
    const select = byId("method");
    select.replaceChildren(...methods.map((name, at) => el("option", { value: at === 0 ? "" : name }, t(`method.${name}`))));
    select.value = store.get().method;
    byId("method-row").hidden = layer !== "hotspots";
    byId("weight-row").hidden = layer !== "gaps";
    byId("weight").checked = store.get().weight === "harm";
    byId("method-note").textContent = layer === "hotspots" ? t(`note.${store.get().method || methods[0]}`) : "";
  }

  function stepLayer(step) {
    const now = lattices.findIndex(({ id }) => id === store.get().layer);
    const next = lattices[(now + step + lattices.length) % lattices.length];
    if (next) store.set({ layer: next.id, column: "" });
  }

  function stepColumn(step) {
    if (!measure.drawn?.field) return;
    const fields = drawable(measure.drawn.info);
    const now = fields.findIndex(({ name }) => name === measure.drawn.field.name);
    store.set({ column: fields[(now + step + fields.length) % fields.length].name });
  }

  function show(drawn) {
    if (!drawn) {
      byId("column").replaceChildren();
      byId("meaning").textContent = t("measure.refused");
      byId("legend").replaceChildren();
      byId("data-age").textContent = "";
      byId("sources").hidden = true;
      filters(null);
      return;
    }
    const { info, field } = drawn;
    const select = byId("column");
    select.replaceChildren(...drawable(info).map(({ name, title, unit, scale }) =>
      el("option", { value: name }, unit && unit !== "s" && scale !== "time" ? `${title} (${unitSign(unit)})` : title)));
    if (!field) {
      byId("meaning").textContent = t("measure.nocolumns");
      byId("legend").replaceChildren();
      filters(null);
      return;
    }
    select.value = field.name;
    byId("meaning").textContent = bare ? t("measure.empty") : field.meaning ?? "";
    const key = columnKey(drawn);
    const out = kindsLeftOut(store.get().hidden, key);
    filters(drawn);
    legend(field, key, out);
    age(info).catch(complain);
  }

  function legend(field, key, out) {
    const { classes } = field.wire.legend;
    const counts = measure.counts();
    byId("measure-tabs").dataset.drawn = field.name; // for those who wait until it is drawn
    const rows = [...classes, { ...field.wire.legend.null, key: "null" }]
      .map((one, at) => ({ one, at: at === classes.length ? 255 : at, cells: counts.cells[at], m2: counts.m2[at] }))
      // Of many kinds those that are nowhere would only be read past.
      .filter(({ cells, one }) => cells > 0 || (one.key !== "null" && classes.length <= MOST_EMPTY));
    const table = el("table", {},
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, t("legend.class")),
        el("th", { scope: "col" }, t("legend.cells")),
        el("th", { scope: "col" }, t("legend.km2")))),
      el("tbody", {}, ...rows.map((row) => legendRow(row, field, key, out))));
    const focused = document.activeElement?.closest?.("#legend [data-class]")?.dataset.class;
    byId("legend").replaceChildren(table);
    if (focused !== undefined) [...table.querySelectorAll("[data-class]")].find((row) => row.dataset.class === focused)?.querySelector("input").focus();
  }

  function legendRow({ one, cells, m2 }, field, key, out) {
    const box = el("input", {
      type: "checkbox", "aria-description": t("legend.hide"),
      change: () => store.set({ hidden: withKind(store.get().hidden, key, one.key, box.checked) }),
    });
    box.checked = !out.has(one.key);
    const words = el("span", { class: "words" }, classWords(one, field, timeZone));
    return el("tr", { "data-class": one.key },
      el("td", {}, el("label", {}, box, swatch(one, themeInForce(store.get())), words)),
      el("td", {}, number(cells)),
      el("td", {}, number(m2 / 1e6, m2 < 1e7 ? 1 : 0)));
  }

  /** Tell how old the data are; where they hold no moment, when their files were brought in. */
  async function age({ provenance = {}, completeness }) {
    const { data_as_of: asOf, sources = [], inputs = {} } = provenance;
    const put = (brought) => { byId("data-age").textContent = ageWords({ asOf, completeness, brought }, timeZone).join(" "); };
    put(null);
    byId("sources").hidden = sources.length === 0;
    byId("sources-list").replaceChildren(...sources.map((source) => el("li", {}, source)));
    if (asOf) return;
    const brought = together(Object.keys(inputs), await broughtIn());
    if (measure.drawn?.info.provenance === provenance) put(brought);
  }

  byId("column").addEventListener("change", (event) => store.set({ column: event.target.value }));
  byId("method").addEventListener("change", (event) => store.set({ method: event.target.value, column: "" }));
  byId("weight").addEventListener("change", (event) => store.set({ weight: event.target.checked ? "harm" : "" }));
  const opacity = byId("opacity");
  opacity.value = String(store.get().opacity);
  opacity.addEventListener("input", () => store.set({ opacity: Number(opacity.value) }));
  store.watch((state, changed) => { if (changed.has("opacity")) opacity.value = String(state.opacity); });
  store.watch((state, changed) => { if (["layer", "method", "weight", "lang"].some((name) => changed.has(name))) tabs(); });
  tabs();
  return { show, stepColumn, choose: (at) => lattices[at] && store.set({ layer: lattices[at].id, column: "" }) };
}

/** Return a small picture of a class: its colour, and its hatching where it has one. */
function swatch(one, theme) {
  const box = el("canvas", { class: "swatch", width: 52, height: 32, "aria-hidden": "true" });
  const context = box.getContext("2d");
  context.globalAlpha = one.opacity ?? 1;
  context.fillStyle = one[theme] ?? "transparent";
  context.fillRect(0, 0, 52, 32);
  context.globalAlpha = 1;
  if (one.hatch) {
    context.strokeStyle = one.hatch[theme];
    context.lineWidth = 3.5;
    for (let x = -32; x < 52; x += 12) {
      context.beginPath();
      context.moveTo(x, 32);
      context.lineTo(x + 32, 0);
      context.stroke();
    }
  }
  return box;
}
