/** The line under the pointer: cell, district, value with its unit. */

import { byId, el, perFrame } from "./dom.js";
import { inWords } from "./format.js";

/** Show what the measure says where the pointer is. */
export function watchReadout({ map, measure, districts, timeZone }) {
  const box = byId("readout");
  const valueOf = (value, field) => [
    el("span", { class: "field" }, field.title),
    el("data", { class: value === null ? "value unknown" : "value", value: value === null ? "" : String(value) },
      inWords(value, { ...field, decimals: field.wire.decimals }, timeZone)),
  ];
  const show = perFrame((latlng) => {
    const cell = measure.at(latlng);
    if (!cell) { box.hidden = true; return; }
    box.replaceChildren(
      ...(cell.value === undefined ? [] : valueOf(cell.value, measure.drawn.field)),
      el("span", { class: "place" }, cell.district === null ? "" : districts.name(cell.district)),
      el("span", { class: "code" }, cell.code),
    );
    box.hidden = false;
  });
  map.on("mousemove", (event) => show(event.latlng));
  map.on("mouseout", () => { box.hidden = true; });
}
