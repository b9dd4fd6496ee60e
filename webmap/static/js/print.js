/** The print page, A4 or A3, and the view as a PNG. */

import { afterPause, byId, el } from "./dom.js";
import { moment } from "./format.js";
import { t } from "./i18n.js";
import { complain, tell } from "./notices.js";
import { pictureOf } from "./picture.js";
import { windowWords } from "./window-panel.js";

const PAPERS = ["a4", "a3"];

/** Build both; the state's `print` is the paper, so that a link opens the same sheet. */
export function createPrint({ map, store, about, districts, measure }) {
  const title = byId("sheet-title");

  function words() {
    const state = store.get();
    const { field, info } = measure.drawn ?? {};
    const asOf = info?.provenance?.data_as_of;
    const sources = info?.provenance?.sources ?? [];
    return {
      title: title.value.trim() || t("sheet.title", {
        measure: field?.title ?? t(`layer.${state.layer}`),
        district: state.district ? districts.name(state.district) : about.name,
      }),
      subtitle: `${windowWords(state, about.days)}${about.synthetic ? " · SYNTHETIC DEMO 合成演示数据" : ""}`,
      measure: field?.title ?? "",
      source: [
        asOf ? t("measure.age", { time: moment(asOf, about.time_zone) }) : "",
        t("sheet.made", { time: moment(new Date().toISOString(), about.time_zone) }),
        sources.length ? t("sheet.source", { sources: sources.join("; ") }) : "",
        document.querySelector(".ground-credit")?.textContent ?? "",
      ].filter(Boolean).join(" "),
    };
  }

  function fill() {
    const said = words();
    byId("sheet-name").textContent = said.title;
    byId("sheet-when").textContent = said.subtitle;
    byId("sheet-source").textContent = said.source;
    const legend = byId("legend").cloneNode(true);
    legend.removeAttribute("id");
    // A cloned canvas is empty, and a printed box cannot be ticked.
    const drawn = byId("legend").querySelectorAll("canvas");
    legend.querySelectorAll("canvas").forEach((canvas, at) => canvas.getContext("2d").drawImage(drawn[at], 0, 0));
    legend.querySelectorAll("tr").forEach((row) => { if (row.querySelector("input")?.checked === false) row.remove(); });
    legend.querySelectorAll("input").forEach((input) => input.remove());
    byId("sheet-legend").replaceChildren(el("h2", {}, said.measure), legend, ...places(), ...tours());
    const units = byId("sheet-legend").querySelector(".sheet-tours");
    const room = byId("sheet").querySelector(".sheet-north").getBoundingClientRect().top;
    if (units && units.getBoundingClientRect().bottom > room) units.remove(); // the words above it stay
  }

  /** Return the places that are switched on, with their signs. */
  function places() {
    return [...document.querySelectorAll("#layers > li:has(> label input:checked)")].flatMap((row) => {
      const kinds = row.querySelector("ul")?.cloneNode(true);
      const drawn = row.querySelectorAll("ul li:has(input:checked) canvas");
      kinds?.querySelectorAll("li").forEach((kind) => { if (kind.querySelector("input")?.checked === false) kind.remove(); });
      kinds?.querySelectorAll("canvas").forEach((canvas, at) => canvas.getContext("2d").drawImage(drawn[at], 0, 0));
      kinds?.querySelectorAll("input").forEach((input) => input.remove());
      const name = el("h3", {}, row.querySelector("label").childNodes[1].textContent);
      return kinds ? [name, kinds] : [name];
    });
  }

  /** Return the tours that are drawn: when, and which colour is whose. */
  function tours() {
    if (byId("plan").hidden) return [];
    const units = [...byId("plan-list").querySelectorAll(":scope > li > button")].map((button) => {
      const unit = el("li", {}, button.querySelector("i").cloneNode(true), ` ${button.dataset.unit}`);
      Object.assign(unit.style, { display: "inline-block", width: "32%" });
      return unit;
    });
    return [el("h3", {}, t("plan.title")), el("p", { class: "small" }, byId("plan-said").textContent), el("ul", { class: "sheet-tours" }, ...units)];
  }

  function show() {
    const { print } = store.get();
    const on = PAPERS.includes(print);
    document.body.classList.toggle("printing", on);
    for (const paper of PAPERS) document.body.classList.toggle(`paper-${paper}`, print === paper);
    byId("sheet").hidden = !on;
    byId("sheet-paper").value = on ? print : PAPERS[0];
    if (on) fill();
    map.invalidateSize({ animate: false });
  }

  function give(blob) {
    const link = el("a", { href: URL.createObjectURL(blob), download: `${store.get().layer || "map"}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function save() {
    try {
      pictureOf(map, { ...words(), ground: true }).toBlob(give, "image/png");
    } catch (error) {
      if (error.name !== "SecurityError") { complain(error); return; }
      // A browser lets no page read back what another server drew.
      pictureOf(map, { ...words(), ground: false }).toBlob(give, "image/png");
      tell(t("png.ground"));
    }
  }

  // Layers and tours come after the sheet is open; what is printed is what is drawn by then.
  const refill = afterPause(100, () => { if (!byId("sheet").hidden) fill(); });
  for (const id of ["legend", "layers", "plan-list"]) new MutationObserver(refill).observe(byId(id), { childList: true });
  addEventListener("beforeprint", () => { if (!byId("sheet").hidden) fill(); });
  byId("print-open").addEventListener("click", () => { store.set({ print: PAPERS[0], cell: "", table: "" }); byId("sheet-go").focus(); });
  byId("sheet-close").addEventListener("click", () => { store.set({ print: "" }); byId("print-open").focus(); });
  byId("sheet-go").addEventListener("click", () => { fill(); window.print(); });
  byId("sheet-paper").addEventListener("change", (event) => store.set({ print: event.target.value }));
  title.addEventListener("input", fill);
  byId("png-save").addEventListener("click", save);
  store.watch((state, changed) => { if (changed.has("print") || (state.print && changed.has("lang"))) show(); });
  return { show, close: () => store.set({ print: "" }) };
}
