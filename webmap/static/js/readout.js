/** The line under the pointer: cell, district, value with its unit. */

import { byId, el, perFrame } from "./dom.js";
import { inWords } from "./format.js";

/** Show what the measure says where the pointer is. */
export function watchReadout({ map, measure, districts, timeZone }) {
  const box = byId("readout");
  const show = perFrame((latlng) => {
    const cell = measure.at(latlng);
    if (!cell) { box.hidden = true; return; }
    const { field } = measure.drawn;
    const unknown = cell.value === null ? " unknown" : "";
    box.replaceChildren(
      el("span", { class: "field" }, field.title),
      el("data", { class: `value${unknown}`, value: cell.value === null ? "" : String(cell.value) },
        inWords(cell.value, { ...field, decimals: field.wire.decimals }, timeZone)),
      el("span", { class: "place" }, districts.name(cell.district)),
      el("span", { class: "code" }, cell.code),
    );
    box.hidden = false;
  });
  map.on("mousemove", (event) => show(event.latlng));
  map.on("mouseout", () => { box.hidden = true; });
}
