/** Taking it away: every layer as a file, all of it or what the map shows, and the view as a link. */

import { address, getFile } from "./api.js";
import { questionOf, writeAddress } from "./address.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { complain, tell, whileBusy } from "./notices.js";
import { holds, parametersOf, partsOf } from "./taken.js";
import { windowWords } from "./window-panel.js";

const NAMES = {
  gpkg: "GPKG", geojson: "GeoJSON", csv: "CSV", fgb: "FlatGeobuf", parquet: "GeoParquet",
  xlsx: "XLSX", zip: "Shapefile", kml: "KML", provenance: "",
};
const DATUMS = { wgs84: "WGS-84", cgcs2000: "CGCS2000", gcj02: "GCJ-02", bd09: "BD-09", working: "" };
const KEPT_MS = 60000; // a browser that asks where to put a file has this long

/** Hand a file to the reader. */
function give(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** Build the dialog and the link button. */
export function createTake({ store, about, layers, districts }) {
  const left = new Set(); // parts that the reader does not want
  let datum = "wgs84";
  byId("take-open").addEventListener("click", () => { fill(); byId("take-dialog").showModal(); });
  byId("link-copy").addEventListener("click", copy);
  byId("take-datum").addEventListener("change", (event) => { datum = event.target.value; fill(); });

  function fill() {
    const state = store.get();
    const parts = partsOf(state, layers.map(({ id }) => id));
    byId("take-scope").textContent = t("take.window", { window: windowWords(state, about.days) });
    byId("take-datum").replaceChildren(...Object.entries(DATUMS).map(([value, name]) => el("option", { value }, name || t("take.working"))));
    byId("take-datum").value = datum;
    byId("take-datum-said").textContent = datum === "wgs84" ? "" : t("take.only_wgs84");
    const offered = [
      parts.district && ["district", t("take.district", { district: districts.name(parts.district) })],
      parts.area && ["area", t("take.area")],
      Object.keys(parts.where).length > 0 && ["where", t("take.where", { layers: Object.keys(parts.where).map((id) => t(`layer.${id}`)).join(", ") })],
    ].filter(Boolean);
    byId("take-parts").replaceChildren(...offered.map(([name, words]) => choice(name, words)));
    const chosen = new Set(offered.map(([name]) => name).filter((name) => !left.has(name)));
    const focused = document.activeElement?.id;
    byId("take-list").replaceChildren(...layers.flatMap(({ id }) => row(id, parts, chosen)));
    if (focused?.startsWith("take-")) byId(focused)?.focus();
  }

  function choice(name, words) {
    const box = el("input", { type: "checkbox", id: `take-part-${name}`, change: () => {
      if (box.checked) left.delete(name); else left.add(name);
      fill();
    } });
    box.checked = !left.has(name);
    return el("label", { class: "check", for: box.id }, box, words);
  }

  function row(id, parts, chosen) {
    const layer = t(`layer.${id}`);
    const formats = [...about.formats, "provenance"];
    return [
      el("span", {}, layer),
      el("span", { class: "formats" }, ...formats.map((format) => (holds(format, datum)
        ? fileLink(id, format, layer, parametersOf(id, format, datum, parts, chosen))
        : el("span", { class: "quiet", title: t("take.only_wgs84") }, NAMES[format])))),
    ];
  }

  function fileLink(id, format, layer, parameters) {
    const words = NAMES[format] || t("take.provenance");
    const name = format === "provenance" ? `${id}.provenance.json` : `${id}.${format}`;
    const href = address(`api/layers/${id}/export`, { ...parameters, ...questionOf(id, store.get()) });
    const take = async () => {
      try {
        give(await whileBusy(t("take.busy", { layer, format: words }), () => getFile(href)), name);
      } catch (error) {
        byId("take-dialog").close(); // a notice behind it would not be seen
        complain(error, take);
      }
    };
    return el("a", {
      href, download: name, "aria-label": t("take.as", { layer, format: words }),
      click: (event) => { event.preventDefault(); take(); },
    }, words);
  }

  async function copy() {
    const link = `${location.origin}${location.pathname}${writeAddress(store.get())}`;
    try {
      await navigator.clipboard.writeText(link);
      tell(t("take.copied"));
    } catch {
      tell(t("take.uncopied")); // browsers refuse it outside https and loopback
    }
  }
}
