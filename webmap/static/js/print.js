/** The print page, A4 or A3, and the view as a PNG. */

import { byId, el, perFrame } from "./dom.js";
import { moment } from "./format.js";
import { t } from "./i18n.js";
import { roomAround, seenBounds, ZOOM_SNAP } from "./map-view.js";
import { complain, tell } from "./notices.js";
import { pictureOf } from "./picture.js";
import { windowWords } from "./window-panel.js";

const PAPERS = ["a4", "a3"];
const MARGIN = 12; // px around the sheet on the screen
const AT_ONCE = { animate: false, reset: true }; // to the fraction of a pixel: a mere pan is rounded
const STILL = 2; // px: so much Leaflet rounds by when a window changes
const LEAST_SCALE = 0.5; // below this a sheet that is too high is scrolled

/** Return a copy of a list or table as it is printed: its pictures drawn, without boxes and what is left out. */
function printed(element) {
  const copy = element.cloneNode(true);
  const drawn = element.querySelectorAll("canvas");
  copy.querySelectorAll("canvas").forEach((canvas, at) => canvas.getContext("2d").drawImage(drawn[at], 0, 0));
  copy.querySelectorAll("tr, li").forEach((row) => { if (row.querySelector("input")?.checked === false) row.remove(); });
  copy.querySelectorAll("input").forEach((input) => input.remove());
  copy.removeAttribute("id");
  return copy;
}

/** Build both; the state's `print` is the paper, so that a link opens the same sheet. */
export function createPrint({ map, store, about, districts, measure }) {
  const title = byId("sheet-title");
  let before = null; // what the screen showed: centre and zoom
  let wanted = null; // the area that the sheet is to show
  let laid = null; // and how it was laid on the sheet

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
    byId("sheet-legend").replaceChildren(el("h2", {}, said.measure), printed(byId("legend")), ...places(), ...tours());
    const units = byId("sheet-legend").querySelector(".sheet-tours");
    const room = byId("sheet").querySelector(".sheet-north").getBoundingClientRect().top;
    if (units && units.getBoundingClientRect().bottom > room) units.remove(); // the words above it stay
  }

  /** Return the places that are switched on, with their signs. */
  function places() {
    return [...document.querySelectorAll("#layers > li:has(> label input:checked)")].flatMap((row) => {
      const [label, kinds] = ["label", "ul"].map((part) => row.querySelector(part));
      const name = el("h3", {}, ...[...printed(label).childNodes].filter((part) => !part.matches(".count")));
      return kinds ? [name, printed(kinds)] : [name];
    });
  }

  /** Return the tours that are drawn: when, and which colour is whose. */
  function tours() {
    if (byId("plan").hidden) return [];
    const units = [...byId("plan-list").querySelectorAll(":scope > li > button")]
      .map((button) => el("li", {}, button.querySelector("i").cloneNode(true), button.dataset.unit));
    return [el("h3", {}, t("plan.title")), el("p", { class: "small" }, byId("plan-said").textContent), el("ul", { class: "sheet-tours" }, ...units)];
  }

  /** Make the sheet as large as the window lets it be; on paper it has its own size. */
  function layOut() {
    const page = byId("sheet-page");
    const top = byId("sheet-tools").offsetHeight + 2 * MARGIN;
    const wide = (document.documentElement.clientWidth - 2 * MARGIN) / page.offsetWidth;
    const high = (innerHeight - top - MARGIN) / page.offsetHeight;
    document.body.style.setProperty("--sheet-top", `${top}px`);
    document.body.style.setProperty("--sheet-scale", Math.min(1, wide, Math.max(high, LEAST_SCALE)));
  }

  const view = () => ({ centre: map.getCenter(), zoom: map.getZoom() });
  const unmoved = () => laid !== null && map.getZoom() === laid.zoom
    && map.project(map.getCenter()).distanceTo(map.project(laid.centre)) < STILL;

  /** Show the whole of an area on the sheet. */
  function lay(area) {
    wanted = area;
    map.fitBounds(area, AT_ONCE);
    laid = view();
  }

  /** Open, change or close the sheet; without `area` the map keeps its centre and its scale. */
  function turn(area) {
    const { print } = store.get();
    const on = PAPERS.includes(print);
    document.body.classList.toggle("printing", on);
    for (const paper of PAPERS) document.body.classList.toggle(`paper-${paper}`, print === paper);
    byId("sheet").hidden = !on;
    byId("sheet-paper").value = on ? print : PAPERS[0];
    map.options.zoomSnap = on ? ZOOM_SNAP.sheet : ZOOM_SNAP.screen;
    if (on) { layOut(); fill(); }
    const { centre, zoom } = view();
    map.invalidateSize({ animate: false });
    if (on && area) lay(area);
    else if (on) map.setView(centre, zoom, AT_ONCE); // the new size has moved the centre by up to a pixel
  }

  /** Follow the state; what was seen on the screen is seen on the sheet, and again on the screen after it. */
  function follow() {
    const open = !byId("sheet").hidden;
    const on = PAPERS.includes(store.get().print);
    if (on && !open) { before = view(); turn(seenBounds(map)); return; }
    if (on) { turn(unmoved() ? wanted : map.getBounds()); return; }
    if (!open) return;
    const back = unmoved() ? before : null;
    const area = map.getBounds();
    [before, laid, wanted] = [null, null, null];
    turn();
    if (back) map.setView(back.centre, back.zoom, AT_ONCE);
    else map.fitBounds(area, { ...roomAround(), ...AT_ONCE });
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
  const refill = perFrame(() => { if (!byId("sheet").hidden) fill(); });
  for (const id of ["legend", "layers", "plan-list"]) new MutationObserver(refill).observe(byId(id), { childList: true });
  addEventListener("resize", perFrame(() => { if (!byId("sheet").hidden) layOut(); }));
  addEventListener("beforeprint", () => { if (!byId("sheet").hidden) fill(); });
  byId("print-open").addEventListener("click", () => { store.set({ print: PAPERS[0], cell: "", table: "" }); byId("sheet-go").focus(); });
  byId("sheet-close").addEventListener("click", () => { store.set({ print: "" }); byId("print-open").focus(); });
  byId("sheet-go").addEventListener("click", () => { fill(); window.print(); });
  byId("sheet-paper").addEventListener("change", (event) => store.set({ print: event.target.value }));
  title.addEventListener("input", fill);
  byId("png-save").addEventListener("click", save);
  store.watch((state, changed) => {
    if (changed.has("print")) follow();
    else if (state.print && changed.has("lang")) refill();
  });
  /** Open the sheet that a link asks for: with the link's view where it has one. */
  return { start({ linked }) { if (linked) turn(); else follow(); } };
}
