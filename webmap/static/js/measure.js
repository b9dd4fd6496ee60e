/** The measure on the map: one column of one lattice layer, under the window of time. */

import { getBytes, getJson } from "./api.js";
import { windowOf } from "./address.js";
import { currentLanguage, t } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";
import { themeInForce } from "./theme.js";

const { L, geogridLattice } = globalThis;
const KEPT_ANSWERS = 24;
const MOST = 0.6; // of the lattice: more than that is the whole
const EMPTY = new Set(["not_required", "no_data", "off_duty", "none"]);
const OUTERMOST = 0.02; // of the cells at each side, left out of the first view

/** Return the measure that follows the state; `react` is called when another one is drawn. */
export function createMeasure({ map, store, mesh, lattice, react }) {
  let drawn = null; // {layerId, field, info}
  let layer = null;
  let going = null;
  let grid = null;
  const answers = new Map();

  const gridColumn = async (name) => geogridLattice.decodeColumn(
    await getBytes(`lattice/${mesh.version}/grid/${name}.bin`), mesh.columns[name]);

  async function about(layerId, state, signal) {
    const key = JSON.stringify([layerId, currentLanguage(), windowOf(state)]);
    if (!answers.has(key)) {
      answers.set(key, await getJson(`api/layers/${layerId}`, windowOf(state), signal));
      if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value);
    }
    return answers.get(key);
  }

  async function load(state, signal) {
    const info = await about(state.layer, state, signal);
    const field = fieldOf(info, state.column);
    if (!field) return { layerId: state.layer, info, field: null };
    const bytes = await getBytes(
      `lattice/${info.version}/${state.layer}/${field.name}.bin`, windowOf(state), signal);
    return { layerId: state.layer, info, field, column: geogridLattice.decodeColumn(bytes, field.wire) };
  }

  function draw(found, state) {
    drawn = found;
    if (!found.field) { layer?.remove(); layer = null; return; }
    if (!layer) {
      layer = new L.LatticeLayer(lattice, {
        column: found.column, theme: themeInForce(state), opacity: state.opacity / 100,
      }).addTo(map);
    } else layer.setColumn(found.column, found.field.wire.legend);
    filter(state);
  }

  function filter(state) {
    const at = grid.district.meta.categories.indexOf(state.district);
    layer?.setFilter(at < 0 ? null : Uint8Array.from(grid.district.raw, (district) => district === at));
  }

  /** Take the measure off the map, so that an old one is not taken for the one asked for. */
  function clear() {
    layer?.remove();
    layer = null;
    drawn = null;
  }

  async function show() {
    const state = store.get();
    going?.abort();
    going = new AbortController();
    const { signal } = going;
    try {
      grid ??= await Promise.all([gridColumn("district"), gridColumn("area_m2")])
        .then(([district, area]) => ({ district, area }));
      if (!state.layer) return;
      const found = await whileBusy(
        t("busy.layer", { layer: t(`layer.${state.layer}`) }), () => load(state, signal));
      if (signal.aborted) return;
      draw(found, store.get());
      react(drawn);
    } catch (error) {
      if (error.name === "AbortError") return;
      clear();
      react(null);
      complain(error, show);
    }
  }

  store.watch((state, changed) => {
    if (["layer", "column", "from", "to", "hours", "weekdays", "lang"].some((name) => changed.has(name))) show();
    if (changed.has("opacity")) layer?.setOpacity(state.opacity / 100);
    if (changed.has("district") && layer) { filter(state); react(drawn); }
  });

  return {
    show,
    about,
    get drawn() { return drawn; },
    get layer() { return layer; },
    setTheme: (theme) => { layer?.setTheme(theme); if (drawn) react(drawn); },
    setHidden: (indexes) => layer?.setHidden(indexes),
    /** Return the box that holds most of what is drawn as more than none; null where all is drawn. */
    busiest: () => (drawn?.column ? busiest(lattice, drawn.column) : null),
    counts: () => ({ cells: layer.counts(), m2: layer.counts(grid.area.raw) }),
    /** Return the cell at a place with its value and district, or null. */
    at({ lat, lng }) {
      const position = geogridLattice.cellAt(lattice, ...lattice.project(lat, lng));
      if (position < 0) return null;
      return {
        code: geogridLattice.cellCode(lattice, geogridLattice.idOf(lattice, position)),
        district: grid && geogridLattice.valueOf(grid.district, position),
        value: drawn?.column ? geogridLattice.valueOf(drawn.column, position) : undefined,
      };
    },
  };
}

/** Return the corners of the box with most cells over zero; null without any, or if all over. */
function busiest(lattice, column) {
  const rows = new Uint32Array(lattice.nRows);
  const cols = new Uint32Array(lattice.nCols);
  let all = 0;
  for (let position = 0; position < lattice.nCells; position += 1) {
    const value = geogridLattice.valueOf(column, position);
    if (value === null || (typeof value === "number" ? value <= 0 : EMPTY.has(value))) continue;
    const id = geogridLattice.idOf(lattice, position);
    rows[Math.floor(id / lattice.nCols)] += 1;
    cols[id % lattice.nCols] += 1;
    all += 1;
  }
  if (all === 0) return null;
  const [south, north] = middleOf(rows, all);
  const [west, east] = middleOf(cols, all);
  if (north - south > MOST * rows.length || east - west > MOST * cols.length) return null;
  return [[south, west], [north, east]]
    .map(([row, col]) => geogridLattice.cellCentre(lattice, row * lattice.nCols + col));
}

/** Return where a histogram has its middle, without the outermost at each end. */
function middleOf(counts, all) {
  const left = all * OUTERMOST;
  let [sum, first, last] = [0, 0, counts.length - 1];
  while (sum + counts[first] <= left) sum += counts[first++];
  sum = 0;
  while (sum + counts[last] <= left) sum += counts[last--];
  return [first, last];
}

/** Return the fields of a layer that can be drawn. */
export const drawable = (info) => info.fields.filter((field) => field.wire);

/** Return the field that is asked for, or the one a layer is known by. */
export function fieldOf(info, name) {
  const fields = drawable(info);
  const usual = { coverage: "patrol_s", camera_coverage: "covered_share", hotspots: "hot", gaps: "state" };
  return fields.find((field) => field.name === name)
    ?? fields.find((field) => field.name === usual[info.id]) ?? fields[0] ?? null;
}
