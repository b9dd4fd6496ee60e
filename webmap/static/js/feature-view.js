/** Places on the map: switching layers on and off, loading, tips. */

import { ageWords, broughtIn, together } from "./ages.js";
import { getFeatures, getJson } from "./api.js";
import { listed, windowOf } from "./address.js";
import { el, perFrame } from "./dom.js";
import { createCameraSight } from "./camera-sight.js";
import { ClusterCanvas } from "./cluster-canvas.js";
import { number } from "./format.js";
import { FeatureCanvas } from "./feature-canvas.js";
import { featureStyles, tipWords } from "./feature-style.js";
import { t } from "./i18n.js";
import { createLayerList } from "./layer-list.js";
import { arranged, kindsLeftOut, readPairs, withKind, withPair } from "./layer-state.js";
import { PANES } from "./map-view.js";
import { complain, whileBusy } from "./notices.js";
import { themeInForce } from "./theme.js";

const { L } = globalThis;
const ORDER = ["spots", "positions", "leaks", "incidents", "checkpoints", "cameras", "rooms", "places", "roads_never", "roads", "areas", "zones", "depots", "buildings"];
// Drawn only when they are near enough to be told apart, and asked for by what the map shows.
const BY_VIEW = { incidents: 12, buildings: 14 };
const IN_TIME = new Set(["incidents", "spots", "positions", "roads_never"]);
const CLUSTERED = "incidents"; // drawn as counted circles where they are too many to be told apart
const MEASURE = "measure"; // its place among the layers; below all as a rule
const LOWEST = 400; // above the district lines and below what is chosen, see PANES in map-view.js
const NEARER = 2; // levels that a click on a cluster goes down
const SLOW = new Set(["spots", "positions", "leaks", "roads_never"]); // not counted before someone asks
const MADE_OF = { positions: ["tracks"], leaks: ["roads", "checkpoints"] }; // those that are no layer on the server
const MOST_IN_VIEW = 8000;
const AT_ONCE = 3; // questions under way: on a slow link a round trip each would add up; a browser has six for all

/** Build the list of layers and keep the map in step with it. */
export function createFeatureView({ map, store, layers, about }) {
  const styles = featureStyles();
  const has = (id) => layers.some((layer) => layer.id === id);
  const made = { positions: Boolean(about.days), leaks: has("roads") && has("checkpoints") };
  const ids = ORDER.filter((id) => made[id] ?? has(id));
  const usual = [...ids, MEASURE];
  const order = () => arranged(usual, store.get().order);
  const isOn = (id) => listed(store.get().on).has(id);
  const opacityOf = (id) => Math.min(100, Math.max(10, Number(readPairs(store.get().fade).get(id) ?? 100) || 100));
  const leftOut = (id) => kindsLeftOut(store.get().without, id);
  const infos = new Map(); // what the server says of each layer
  const canvases = new Map();
  const loaded = new Map(); // layer id -> {features, matched}
  const counts = new Map();
  const going = new Map();
  let askedBrought = false;
  let brought = null; // when each kind was brought in; asked for when a layer holds no date
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

  const paneOf = (id) => `layer-${id}`;
  for (const id of ids) map.createPane(paneOf(id)).style.pointerEvents = "none";
  const clusters = new ClusterCanvas({ pane: paneOf(CLUSTERED), theme: themeInForce(store.get()) });

  /** Put the layers above one another as the list has them; the measure stays on the land unless it was moved. */
  function arrange() {
    const now = order();
    now.forEach((id, at) => {
      const level = LOWEST + 2 * (now.length - at);
      if (id !== MEASURE) map.getPane(paneOf(id)).style.zIndex = level;
      else {
        const lowest = at === now.length - 1;
        map.getPane("measure").style.zIndex = lowest ? PANES.measure : level;
        map.getPane("other").style.zIndex = lowest ? PANES.other : level + 1;
      }
    });
  }

  function fade() {
    for (const id of ids) map.getPane(paneOf(id)).style.opacity = opacityOf(id) / 100;
  }

  function canvas(id) {
    if (!canvases.has(id)) {
      canvases.set(id, new FeatureCanvas(styles[id], { pane: paneOf(id), theme: themeInForce(store.get()) }));
    }
    return canvases.get(id);
  }

  async function ask(id) {
    if (!(id in BY_VIEW)) {
      if (!loaded.has(id) || IN_TIME.has(id) || id in made) loaded.set(id, await whileBusy(
        t("busy.layer", { layer: t(`layer.${id}`) }), () => fetched(id)));
      return loaded.get(id);
    }
    if (map.getZoom() < BY_VIEW[id] && id !== CLUSTERED) return { features: [], matched: null };
    going.get(id)?.abort();
    going.set(id, new AbortController());
    if (map.getZoom() < BY_VIEW[id]) {
      const zoom = Math.max(0, Math.floor(map.getZoom()));
      const without = [...leftOut(id)].map(encodeURIComponent).join("|");
      return getJson("api/incidents/clusters", { zoom, without, ...inTime(id) }, going.get(id).signal);
    }
    const box = map.getBounds().pad(0.15);
    const clamp = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(5);
    const bbox = [
      clamp(box.getWest(), 180), clamp(box.getSouth(), 90), clamp(box.getEast(), 180), clamp(box.getNorth(), 90),
    ].join(",");
    return getFeatures(id, { bbox, ...inTime(id) }, { most: MOST_IN_VIEW, signal: going.get(id).signal });
  }

  function draw(id, found) {
    if (found.clusters) {
      found.categories.forEach((category) => styles[id].kindOf({ properties: { category } }));
      clusters.setClusters(found.clusters).addTo(map);
      loaded.set(id, { features: [], matched: null });
      counts.set(id, found.numberMatched);
      canvases.get(id)?.remove();
      return;
    }
    if (id === CLUSTERED) clusters.remove();
    loaded.set(id, found);
    if (!(id in BY_VIEW)) counts.set(id, found.matched);
    canvas(id).setHidden(leftOut(id)).setFeatures(found.features);
    canvas(id).addTo(map);
  }

  async function show(id) {
    const on = listed(store.get().on).has(id);
    if (!on) {
      canvases.get(id)?.remove();
      if (id === CLUSTERED) clusters.remove();
      return;
    }
    try {
      const found = await ask(id);
      if (!isOn(id)) return;
      draw(id, found);
      if (id === "cameras") await see();
      list.draw();
    } catch (error) {
      if (error.name !== "AbortError") complain(error, () => show(id));
    }
  }

  /** Say what is not drawn, how old a layer is and what is missing from it. */
  function notes(id, open) {
    const { data_as_of: asOf, completeness, provenance = {} } = infos.get(id) ?? {};
    const found = loaded.get(id);
    if (!asOf && found) askBrought();
    const kinds = MADE_OF[id] ?? Object.keys(provenance.inputs ?? {});
    const parts = ageWords({ asOf, completeness, brought: brought && together(kinds, brought) }, about.time_zone);
    if (open) parts.push(...(provenance.sources ?? []));
    return [hint(id, found), found && parts.join(" ")].filter(Boolean);
  }

  function askBrought() {
    if (askedBrought) return;
    askedBrought = true;
    broughtIn().then((kinds) => { brought = kinds; list.draw(); }).catch(complain);
  }

  function hint(id, found) {
    if (!(id in BY_VIEW)) return "";
    if (map.getZoom() < BY_VIEW[id]) return t(id === CLUSTERED ? "layers.clustered" : "layers.zoom", { zoom: BY_VIEW[id] });
    if (!found || found.matched === null || found.features.length >= found.matched) return "";
    return t("layers.part", { shown: number(found.features.length), all: number(found.matched) });
  }

  function kinds(id) {
    if (!loaded.has(id)) return [];
    const out = leftOut(id);
    return Object.entries(styles[id].looks(themeInForce(store.get()), 18)).filter(([kind], at, all) => kind !== "" || all.length === 1)
      .sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, look]) => ({ kind, look, shown: !out.has(kind) }));
  }

  const list = createLayerList({
    order, fixed: MEASURE, isOn: (id) => isOn(id), count: (id) => counts.get(id), notes, kinds,
    opacity: (id) => opacityOf(id),
    act: {
      toggle,
      arrange: (ids) => store.set({ order: ids.join() === usual.join() ? "" : ids.join(",") }),
      fade: (id, value) => store.set({ fade: withPair(store.get().fade, id, value === 100 ? "" : String(value)) }),
      show: (id, kind, shown) => store.set({ without: withKind(store.get().without, id, kind, shown) }),
    },
  });

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
    const cluster = clusters.hit(event.containerPoint);
    const found = cluster ? null : nearest(event.containerPoint);
    if (cluster) {
      tip.setLatLng([cluster.lat, cluster.lng]).setContent(el("span", {}, t("tip.cluster", { n: number(cluster.n) }))).addTo(map);
      return;
    }
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
    if (changed.has("on")) { list.draw(); ids.forEach(show); }
    if (changed.has("order")) { arrange(); list.draw(); }
    if (changed.has("fade")) { fade(); if (!document.activeElement?.id.startsWith("layer-fade-")) list.draw(); }
    if (changed.has("without")) {
      for (const [id, one] of canvases) one.setHidden(leftOut(id));
      if (isOn(CLUSTERED) && map.getZoom() < BY_VIEW[CLUSTERED]) show(CLUSTERED);
      list.draw();
    }
    if (["from", "to", "hours", "weekdays"].some((name) => changed.has(name))) again();
    if (changed.has("district") && listed(state.on).has("leaks")) show("leaks");
    if (changed.has("lang")) { tip.remove(); list.draw(); }
  });
  arrange();
  fade();
  list.draw();

  return {
    start: async () => {
      await Promise.all([...listed(store.get().on)].filter((id) => ids.includes(id)).map(show));
      const left = ids.filter((id) => !infos.has(id) && !SLOW.has(id));
      const next = async () => {
        for (let id = left.shift(); id; id = left.shift()) {
          const info = await getJson(`api/layers/${id}`);
          infos.set(id, info);
          if (!counts.has(id)) counts.set(id, info.count);
          list.draw();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
    },
    setTheme: (theme) => { for (const one of [...canvases.values(), clusters]) one.setTheme(theme); list.draw(); },
    /** Return all features of a layer, shown or not; for the search. */
    async all(id) {
      if (!ids.includes(id)) return [];
      if (!loaded.has(id)) loaded.set(id, await getFeatures(id));
      return loaded.get(id).features;
    },
    /** Show a film's frame, or the state's own window again after `null`. */
    async showFrame(window) { frame = window; await again(); },
    /** Take a click on a cluster: go nearer to it. Return whether there was one. */
    click(latlng) {
      const cluster = clusters.hit(map.latLngToContainerPoint(latlng));
      if (cluster) map.setView([cluster.lat, cluster.lng], Math.min(map.getMaxZoom(), Math.floor(map.getZoom()) + NEARER));
      return Boolean(cluster);
    },
    busy: () => false,
    switchOn: (id) => { if (ids.includes(id)) toggle(id, true); },
  };
}
