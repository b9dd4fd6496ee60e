/** Places on the map: switching layers on and off, loading, tips. */

import { getFeatures, getJson } from "./api.js";
import { listed, windowOf } from "./address.js";
import { byId, el, perFrame } from "./dom.js";
import { createCameraSight } from "./camera-sight.js";
import { moment, number } from "./format.js";
import { FeatureCanvas, symbol } from "./feature-canvas.js";
import { featureStyles, kindWords, tipWords } from "./feature-style.js";
import { t } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";
import { themeInForce } from "./theme.js";

const { L } = globalThis;
const ORDER = ["spots", "positions", "leaks", "checkpoints", "cameras", "rooms", "places", "incidents", "roads_never", "roads", "areas", "zones", "depots", "buildings"];
// Drawn only when they are near enough to be told apart, and asked for by what the map shows.
const BY_VIEW = { incidents: 12, buildings: 14 };
const IN_TIME = new Set(["incidents", "spots", "positions", "roads_never"]);
const LINES = new Set(["spots", "roads_never", "roads", "areas", "zones", "buildings", "depots"]);
const SLOW = new Set(["spots", "positions", "leaks", "roads_never"]); // not counted before someone asks
const MOST_IN_VIEW = 8000;
const MOST_KINDS = 12;

/** Build the list of layers and keep the map in step with it. */
export function createFeatureView({ map, store, layers, about }) {
  const styles = featureStyles();
  const has = (id) => layers.some((layer) => layer.id === id);
  const made = { positions: Boolean(about.days), leaks: has("roads") && has("checkpoints") };
  const ids = ORDER.filter((id) => made[id] ?? has(id));
  const infos = new Map(); // what the server says of each layer
  const canvases = new Map();
  const loaded = new Map(); // layer id -> {features, matched}
  const counts = new Map();
  const going = new Map();
  let frame = null; // the window of a film's frame, while it runs

  const lookAround = createCameraSight(map);
  const see = () => lookAround(canvas("cameras")).catch((error) => complain(error, see));
  /** Return the features of a layer, or of what is worked out for the map alone. */
  async function fetched(id) {
    if (!(id in made)) return getFeatures(id, inTime(id));
    const found = id === "positions"
      ? await getJson("api/positions", inTime(id))
      : await getJson("api/cordon", { zone: store.get().district || "city" });
    if (found.as_of) infos.set(id, { data_as_of: found.as_of });
    return { features: found.features, matched: found.numberMatched };
  }

  const inTime = (id) => (IN_TIME.has(id) ? windowOf(frame ?? store.get()) : {});

  function canvas(id) {
    if (!canvases.has(id)) {
      canvases.set(id, new FeatureCanvas(styles[id], {
        pane: LINES.has(id) ? "roads" : "points", theme: themeInForce(store.get()),
      }));
    }
    return canvases.get(id);
  }

  async function ask(id) {
    if (!(id in BY_VIEW)) {
      if (!loaded.has(id) || IN_TIME.has(id) || id in made) loaded.set(id, await whileBusy(
        t("busy.layer", { layer: t(`layer.${id}`) }), () => fetched(id)));
      return loaded.get(id);
    }
    if (map.getZoom() < BY_VIEW[id]) return { features: [], matched: null };
    going.get(id)?.abort();
    going.set(id, new AbortController());
    const box = map.getBounds().pad(0.15);
    const clamp = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(5);
    const bbox = [
      clamp(box.getWest(), 180), clamp(box.getSouth(), 90), clamp(box.getEast(), 180), clamp(box.getNorth(), 90),
    ].join(",");
    return getFeatures(id, { bbox, ...inTime(id) }, { most: MOST_IN_VIEW, signal: going.get(id).signal });
  }

  async function show(id) {
    const on = listed(store.get().on).has(id);
    if (!on) { canvases.get(id)?.remove(); return; }
    try {
      const found = await ask(id);
      if (!listed(store.get().on).has(id)) return;
      loaded.set(id, found);
      if (!(id in BY_VIEW)) counts.set(id, found.matched);
      canvas(id).setFeatures(found.features);
      canvas(id).addTo(map);
      if (id === "cameras") await see();
      list();
    } catch (error) {
      complain(error, () => show(id));
    }
  }

  function list() {
    const focused = document.activeElement?.id;
    const on = listed(store.get().on);
    byId("layers").replaceChildren(...ids.map((id) => item(id, on.has(id))));
    if (focused?.startsWith("layer-")) byId(focused)?.focus();
  }

  function item(id, on) {
    const box = el("input", { type: "checkbox", id: `layer-${id}`, change: () => toggle(id, box.checked) });
    box.checked = on;
    const count = counts.get(id);
    const row = el("li", {}, el("label", { for: `layer-${id}` }, box, t(`layer.${id}`),
      el("span", { class: "count" }, count === undefined ? "" : number(count))));
    if (on && id in BY_VIEW) row.append(...hint(id));
    if (on && loaded.has(id)) row.append(...kinds(id), ...age(id));
    return row;
  }

  function hint(id) {
    if (map.getZoom() < BY_VIEW[id]) return [el("small", { class: "hint quiet" }, t("layers.zoom", { zoom: BY_VIEW[id] }))];
    const found = loaded.get(id);
    if (!found || found.matched === null || found.features.length >= found.matched) return [];
    return [el("small", { class: "hint quiet" },
      t("layers.part", { shown: number(found.features.length), all: number(found.matched) }))];
  }

  /** Say how old a layer is and what is missing from it. */
  function age(id) {
    const { data_as_of: asOf, completeness = {}, provenance = {} } = infos.get(id) ?? {};
    const parts = asOf ? [t("layers.from", { time: moment(asOf, about.time_zone) })] : [];
    if (completeness.rows_refused) parts.push(t("layers.refused", { n: number(completeness.rows_refused) }));
    parts.push(...(provenance.sources ?? []));
    return parts.length ? [el("small", { class: "hint quiet" }, parts.join(" "))] : [];
  }

  function kinds(id) {
    const theme = themeInForce(store.get());
    const looks = Object.entries(styles[id].looks(theme, 18)).filter(([kind]) => kind !== "").sort();
    if (looks.length < 2 || looks.length > MOST_KINDS) return [];
    return [el("ul", {}, ...looks.map(([kind, look]) => el("li", {}, dot(look), kindWords(id, kind))))];
  }

  function toggle(id, wanted) {
    const on = listed(store.get().on);
    if (wanted) on.add(id); else on.delete(id);
    store.set({ on: ids.filter((one) => on.has(one)).join(",") });
  }

  /** Ask again for what depends on time. */
  const again = () => Promise.all([...IN_TIME].filter((id) => listed(store.get().on).has(id)).map(show));

  const nearest = (point) => [...listed(store.get().on)].map((id) => [id, canvases.get(id)?.hit(point)])
    .find(([, feature]) => feature);
  const tip = L.tooltip({ className: "point-tip", direction: "top", offset: [0, -8], pane: "tooltipPane" });
  function point(event) {
    const found = nearest(event.containerPoint);
    if (!found) { tip.remove(); return; }
    const [id, feature] = found;
    const [lng, lat] = feature.geometry.coordinates;
    tip.setLatLng([lat, lng]).setContent(el("span", {}, tipWords(id, feature, about.time_zone))).addTo(map);
  }
  map.on("mousemove", perFrame(point));
  map.on("click", point);
  map.on("mouseout", () => tip.remove());
  map.on("moveend", () => {
    for (const id of listed(store.get().on)) if (id in BY_VIEW) show(id);
    if (listed(store.get().on).has("cameras") && canvases.has("cameras")) see();
  });
  store.watch((state, changed) => {
    if (changed.has("on")) { list(); ids.forEach(show); }
    if (["from", "to", "hours", "weekdays"].some((name) => changed.has(name))) again();
    if (changed.has("district") && listed(state.on).has("leaks")) show("leaks");
    if (changed.has("lang")) { tip.remove(); list(); }
  });
  list();

  return {
    start: async () => {
      await Promise.all([...listed(store.get().on)].filter((id) => ids.includes(id)).map(show));
      for (const id of ids) {
        if (infos.has(id) || SLOW.has(id)) continue;
        const info = await getJson(`api/layers/${id}`);
        infos.set(id, info);
        counts.set(id, info.count);
        list();
      }
    },
    setTheme: (theme) => { for (const one of canvases.values()) one.setTheme(theme); list(); },
    /** Return all features of a layer, shown or not; for the search. */
    async all(id) {
      if (!ids.includes(id)) return [];
      if (!loaded.has(id)) loaded.set(id, await getFeatures(id));
      return loaded.get(id).features;
    },
    /** Show a film's frame, or the state's own window again after `null`. */
    async showFrame(window) { frame = window; await again(); },
    switchOn: (id) => { if (ids.includes(id)) toggle(id, true); },
  };
}

function dot(look) {
  const box = el("canvas", { class: "dot", width: 28, height: 28, "aria-hidden": "true" });
  const context = box.getContext("2d");
  if (!look.shape) {
    context.strokeStyle = look.color;
    context.lineWidth = Math.max(2.5, look.width * 1.4);
    context.beginPath();
    context.moveTo(0, 14);
    context.lineTo(28, 14);
    context.stroke();
    return box;
  }
  context.scale(2, 2);
  context.translate(7, 7);
  symbol(context, { ...look, radius: Math.min(4.6, look.radius) });
  return box;
}
