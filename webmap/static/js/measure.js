/** The measure on the map: one column of one lattice layer, under the window of time. */

import { getBytes, getJson } from "./api.js";
import { otherWindowOf, questionOf, windowOf } from "./address.js";
import { busiestBox } from "./busiest.js";
import { choosable, classed } from "./classes.js";
import { comparable, difference, fates } from "./difference.js";
import { currentLanguage, t } from "./i18n.js";
import { cellMask, kindsLeftOut, readPairs, readRange } from "./layer-state.js";
import { complain, tell, whileBusy } from "./notices.js";
import { themeInForce } from "./theme.js";

const { L, geogridLattice } = globalThis;
const KEPT_ANSWERS = 24;

const PANE = "measure";
const OTHER_PANE = "other";
const USUAL = {
  coverage: "patrol_s", camera_coverage: "covered_share", hotspots: "hot", gaps: "state",
  forecast: "rank", reach: "minutes",
  "local-moran": "cluster", kde: "density", emerging: "category", "near-repeat": "alert", scan: "cluster",
};
const usualColumn = ({ layer, method }) => (layer === "hotspots" && USUAL[method]) || USUAL[layer];
const WATCHED = ["layer", "column", "breaks", "from", "to", "hours", "weekdays", "lang", "method", "weight",
  "compare", "b_from", "b_to", "b_hours", "b_weekdays"];

/** Return the measure that follows the state; `react` is called when another one is drawn. */
export function createMeasure({ map, store, mesh, lattice, react }) {
  let drawn = null; // {layerId, field, info, column, other}
  let layer = null;
  let second = null; // the other window's layer, under the swipe bar
  let going = null;
  let grid = null;
  const answers = new Map();

  const gridColumn = async (name) => geogridLattice.decodeColumn(
    await getBytes(`lattice/${mesh.version}/grid/${name}.bin`), mesh.columns[name]);

  async function about(layerId, state, signal, column = "") {
    const asked = { ...questionOf(layerId, state), column };
    const key = JSON.stringify([layerId, currentLanguage(), asked]);
    if (!answers.has(key)) {
      answers.set(key, await getJson(`api/layers/${layerId}`, asked, signal));
      if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value);
    }
    return answers.get(key);
  }

  /** Return one column of a layer for a state's window, and what it is. */
  async function load(state, signal) {
    const { layer: layerId } = state;
    let info = await about(layerId, state, signal, state.column || usualColumn(state));
    let field = fieldOf(info, state.column || usualColumn(state));
    if (!field) return { layerId, info, field: null };
    if (!field.wire) { // an old link named a column that is not there
      info = await about(layerId, state, signal, field.name);
      field = fieldOf(info, field.name);
    }
    const bytes = await getBytes(
      `lattice/${info.version}/${layerId}/${field.name}.bin`, questionOf(layerId, state), signal);
    const column = geogridLattice.decodeColumn(bytes, field.wire);
    return { layerId, info, field: inClasses({ layerId, field, column }, state), column };
  }

  /** Return a field with the classes that the reader chose for it. */
  function inClasses({ layerId, field, column }, state) {
    const way = readPairs(state.breaks ?? "").get(columnKey({ layerId, field }));
    if (!way || !choosable(field)) return field;
    return { ...field, wire: { ...field.wire, legend: classed(field.wire.legend, column, geogridLattice.valueOf, way) } };
  }

  /** Return the measure of the state's window, with the other window's where two are compared. */
  async function both(state, signal) {
    const first = await load(state, signal);
    if (!state.compare || !first.field) return first;
    const how = comparable(first.field);
    const other = await load({ ...state, column: first.field.name, ...otherWindowOf(state) }, signal);
    if (state.compare === "swipe") return { ...first, other: other.column };
    if (!how) {
      tell(t("compare.not"));
      return first;
    }
    const column = how === "fates" ? fates(first.column, other.column, geogridLattice.valueOf)
      : difference(first.column, other.column, geogridLattice.valueOf, {
        unit: first.field.unit, decimals: first.field.wire.decimals, per: daysOf(first, other),
      });
    const perDay = column.meta.dtype === "f4" && daysOf(first, other)[0] !== 1;
    const title = t(perDay ? "compare.title.day" : "compare.title", { field: first.field.title });
    const meaning = t(how === "fates" ? "compare.meaning.gaps" : "compare.meaning");
    return { ...first, column, field: { ...first.field, title, meaning, wire: column.meta, difference: true } };
  }

  function onMap(column, look, state, pane) {
    return new L.LatticeLayer(lattice, {
      column, ...look, theme: themeInForce(state), opacity: state.opacity / 100, pane,
    }).addTo(map);
  }

  function draw(found, state) {
    drawn = found;
    second?.remove();
    second = null;
    if (!found.field) { layer?.remove(); layer = null; return; }
    const look = { legend: found.field.wire.legend, hidden: leftOut(state), filter: mask(state) };
    if (layer) layer.change({ column: found.column, ...look });
    else layer = onMap(found.column, look, state, PANE);
    if (found.other) {
      second = onMap(found.other, { ...look, filter: mask(state, found.other) }, state, OTHER_PANE);
    }
  }

  /** Return the indexes of the legend's classes that a state leaves out. */
  function leftOut({ hidden }) {
    const out = kindsLeftOut(hidden, columnKey(drawn));
    const keys = drawn.field.wire.legend.classes.map(({ key }) => key);
    const indexes = keys.flatMap((key, at) => (out.has(key) ? [at] : []));
    return out.has("null") ? [...indexes, geogridLattice.NULL_CLASS] : indexes;
  }

  /** Return which cells are of the chosen district and in the range of values; null for all. */
  function mask(state, column = drawn?.column) {
    const at = grid.district.meta.categories.indexOf(state.district);
    const inDistrict = at < 0 ? null : (cell) => grid.district.raw[cell] === at;
    const range = drawn?.field ? readRange(readPairs(state.range).get(columnKey(drawn))) : [null, null];
    const valueOf = column ? (cell) => geogridLattice.valueOf(column, cell) : null;
    return cellMask(lattice.nCells, { inDistrict, range, valueOf });
  }

  function filter(state) {
    const hidden = leftOut(state);
    layer?.change({ hidden, filter: mask(state) });
    second?.change({ hidden, filter: mask(state, drawn.other) });
  }

  /** Take the measure off the map, so that an old one is not taken for the one asked for. */
  function clear() {
    layer?.remove();
    second?.remove();
    layer = second = drawn = null;
  }

  /** Draw what the state asks for; before that `aim` gets the box that most of it lies in, if there is one. */
  async function show(aim = null) {
    const state = store.get();
    going?.abort();
    going = new AbortController();
    const { signal } = going;
    try {
      grid ??= await Promise.all([gridColumn("district"), gridColumn("area_m2")])
        .then(([district, area]) => ({ district, area }));
      if (!state.layer) return;
      const found = await whileBusy(
        t("busy.layer", { layer: t(`layer.${state.layer}`) }), () => both(state, signal));
      if (signal.aborted) return;
      const box = aim && found.column && busiestBox(lattice, found.column);
      if (box) aim(box.map(([row, col]) => geogridLattice.cellCentre(lattice, row * lattice.nCols + col)));
      draw(found, store.get());
      react(drawn);
    } catch (error) {
      if (error.name === "AbortError") return;
      clear();
      react(null);
      complain(error, () => show(aim));
    }
  }

  store.watch((state, changed) => {
    if (WATCHED.some((name) => changed.has(name))) show();
    if (changed.has("opacity")) for (const one of [layer, second]) one?.setOpacity(state.opacity / 100);
    if (["district", "range", "hidden"].some((name) => changed.has(name)) && layer && drawn) { filter(state); react(drawn); }
  });

  return {
    show,
    about,
    load,
    mask: () => mask(store.get()),
    /** Draw a frame of a film: another column under a legend that stays. */
    showFrame(found, legend) {
      drawn = { ...found, field: { ...found.field, wire: { ...found.field.wire, legend } } };
      const state = store.get();
      layer?.change({ column: found.column, legend, hidden: leftOut(state), filter: mask(state) });
      react(drawn);
    },
    get drawn() { return drawn; },
    get layer() { return layer; },
    setTheme: (theme) => { for (const one of [layer, second]) one?.setTheme(theme); if (drawn) react(drawn); },
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

/** Return by how many days each window is divided: none where they are as long, or no amounts. */
function daysOf(first, other) {
  const [a, b] = [first, other].map(({ info }) => info.completeness?.days_imported ?? 1);
  return a === b || first.field.scale !== "amount" || !a || !b ? [1, 1] : [a, b];
}

/** Return under which name the address keeps what is filtered of a column. */
export const columnKey = ({ layerId, field }) => `${layerId}.${field.name}${field.difference ? ".difference" : ""}`;

/** Return the fields of a layer that can be drawn; those without `wire` are worked out when asked. */
export const drawable = (info) => info.fields.filter((field) => field.scale !== "text");

/** Return the field that is asked for, or the one a layer is known by. */
function fieldOf(info, name) {
  const fields = drawable(info);
  return fields.find((field) => field.name === name)
    ?? fields.find((field) => field.name === USUAL[info.id]) ?? fields[0] ?? null;
}
