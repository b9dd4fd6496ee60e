/** The address line holds the whole state, so that a link shows the same view. */

export const DEFAULTS = Object.freeze({
  lang: "", theme: "auto", lat: null, lng: null, z: null,
  layer: "", column: "", on: "roads,checkpoints", order: "", fade: "", without: "",
  hidden: "", range: "", breaks: "", opacity: 85,
  from: "", to: "", hours: "", weekdays: "", district: "", cell: "", table: "", basemap: "", method: "", weight: "",
  sort: "", swipe: "",
  area: "", corners: "", desk: "", draft: "", print: "", compare: "", b_from: "", b_to: "", b_hours: "", b_weekdays: "",
  plan: "", plan_unit: "", report: "",
});
const NUMBERS = new Set(["lat", "lng", "z", "opacity"]);

/** Return the state that a query string holds; what it does not hold is as by default. */
export function readAddress(query) {
  const state = { ...DEFAULTS };
  for (const [name, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(DEFAULTS, name)) continue;
    if (!NUMBERS.has(name)) state[name] = text;
    else if (text !== "" && Number.isFinite(Number(text))) state[name] = Number(text);
  }
  state.opacity = Math.min(100, Math.max(10, state.opacity));
  if (!["light", "dark"].includes(state.theme)) state.theme = "auto";
  if (!["swipe", "difference"].includes(state.compare)) state.compare = "";
  if (Math.abs(state.lat) > 90 || Math.abs(state.lng) > 180) state.lat = state.lng = state.z = null;
  return state;
}

/** Return the query string of a state, without what is as by default. */
export function writeAddress(state) {
  const query = new URLSearchParams();
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const value = state[name];
    if (value !== usual && value !== null && value !== undefined) query.set(name, String(value));
  }
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

/** Return the part of the state that is the window of time, as request parameters. */
export function windowOf({ from, to, hours, weekdays }) {
  return { from, to, hours, weekdays };
}

/** Return the window that the state's is compared with, under the names of a window. */
export function otherWindowOf(state) {
  return { from: state.b_from, to: state.b_to, hours: state.b_hours, weekdays: state.b_weekdays };
}

/** Return everything that a layer is asked with. */
export function questionOf(layerId, state) {
  const window = windowOf(state);
  if (layerId === "hotspots" && state.method) return { ...window, method: state.method };
  if (layerId === "gaps" && state.weight) return { ...window, weight: state.weight };
  return window;
}

/** Return the order of a table that "column:1" or "column:-1" names; the usual one where it has no such column. */
export function sortIn(text, columns, usual) {
  const [column, direction] = text.split(":");
  return columns.includes(column) && ["1", "-1"].includes(direction) ? { column, direction: Number(direction) } : usual;
}

/** Return the ids of a comma-separated list as a Set. */
export function listed(text) {
  return new Set(text.split(",").filter(Boolean));
}
