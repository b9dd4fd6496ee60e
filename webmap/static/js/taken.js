/** What of a layer is taken away, in the words of the command line; pure functions, tested in node. */

import { kindsLeftOut, readPairs, readRange } from "./layer-state.js";

// The column by which the map tells the kinds of a layer apart (feature-style.js).
const KIND_COLUMN = {
  spots: "part", roads_never: "state", roads: "class", areas: "kind", zones: "kind", buildings: "kind",
  depots: "kind", places: "kind", cameras: "status", rooms: "class", checkpoints: "status", incidents: "category",
};
const NUMBERS = /^(zero|-?\d+)$/; // the key of a class of numbers
const ONLY_WGS84 = new Set(["geojson", "kml"]);

/** Return whether a format can hold coordinates in a datum. */
export const holds = (format, datum) => datum === "wgs84" || !ONLY_WGS84.has(format);

const escaped = (kind) => encodeURIComponent(kind === "null" ? "" : kind).replaceAll("..", "%2E%2E");

/** Return the columns of a lattice layer under which something is kept, from "coverage.visits:...". */
function columnsIn(text, layerId) {
  return [...readPairs(text).keys()].map((key) => [key, key.split(".")])
    .filter(([, [layer, , ...more]]) => layer === layerId && more.length === 0) // a difference is in no file
    .map(([key, [, column]]) => [key, column]);
}

/** Return the conditions under which the map shows values of a layer; empty where it shows all. */
export function conditionsOf(layerId, state) {
  const parts = columnsIn(state.range, layerId).map(([key, column]) => [column, readPairs(state.range).get(key)])
    .filter(([, range]) => readRange(range).some((end) => end !== null)).map(([column, range]) => `${column}=${range}`);
  for (const [key, column] of columnsIn(state.hidden, layerId)) {
    const kinds = [...kindsLeftOut(state.hidden, key)].filter((kind) => !NUMBERS.test(kind));
    if (kinds.length) parts.push(`${column}!=${kinds.map(escaped).join(",")}`);
  }
  const out = [...kindsLeftOut(state.without, layerId)];
  if (out.length && KIND_COLUMN[layerId]) parts.push(`${KIND_COLUMN[layerId]}!=${out.map(escaped).join(",")}`);
  return parts.join(";");
}

/** Return what the map shows of all layers: a district, an area, values; only those that leave something out. */
export function partsOf(state, layerIds) {
  return {
    district: state.district,
    area: state.area, // corners, or the name of one that was picked
    where: Object.fromEntries(layerIds.map((id) => [id, conditionsOf(id, state)]).filter(([, text]) => text)),
  };
}

/** Return the parameters of a file: `chosen` names the parts that are kept. */
export function parametersOf(layerId, format, datum, parts, chosen) {
  return {
    f: format,
    datum: datum === "wgs84" ? "" : datum,
    district: chosen.has("district") ? parts.district : "",
    area: chosen.has("area") ? parts.area : "",
    where: chosen.has("where") ? parts.where[layerId] ?? "" : "",
  };
}
