/** Taking it away: every layer as a file, and the view as a link. */

import { address } from "./api.js";
import { questionOf, writeAddress } from "./address.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { tell } from "./notices.js";
import { windowWords } from "./window-panel.js";

const NAMES = {
  gpkg: "GPKG", geojson: "GeoJSON", csv: "CSV", fgb: "FlatGeobuf", parquet: "GeoParquet",
  xlsx: "XLSX", zip: "Shapefile", kml: "KML",
};

/** Build the dialog and the link button. */
export function createTake({ store, about, layers, districts }) {
  byId("take-open").addEventListener("click", () => { fill(); byId("take-dialog").showModal(); });
  byId("link-copy").addEventListener("click", copy);

  function fill() {
    const state = store.get();
    byId("take-scope").textContent = t("take.scope", {
      district: state.district ? districts.name(state.district) : t("district.all"),
      window: windowWords(state, about.days),
    });
    byId("take-list").replaceChildren(...layers.flatMap(({ id }) => [
      el("span", {}, t(`layer.${id}`)),
      el("span", { class: "formats" }, ...about.formats.map((format) => el("a", {
        href: address(`api/layers/${id}/export`, { f: format, district: state.district, ...questionOf(id, state) }),
        download: `${id}.${format}`,
        "aria-label": t("take.as", { layer: t(`layer.${id}`), format: NAMES[format] ?? format }),
      }, NAMES[format] ?? format))),
    ]));
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
