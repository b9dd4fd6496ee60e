/** How places look: shape tells the layer, colour and size tell the kind (colour never alone). */

import { moment } from "./format.js";
import { t, word } from "./i18n.js";

// Okabe and Ito's eight colours, told apart by people with any colour vision; light, dark.
export const PALETTE = [
  ["#d55e00", "#ff8f4a"], ["#0072b2", "#58b4e8"], ["#aa4499", "#e08fd0"], ["#00795b", "#35c99f"],
  ["#8a6d00", "#e8c84a"], ["#5b5ea6", "#a9abf0"], ["#6b4c2a", "#c9a27a"], ["#444f5a", "#b4bec8"],
];
const HALO = { light: "#ffffff", dark: "#0b1016" };
const nth = (theme, pair) => pair[theme === "dark" ? 1 : 0];

/** Points grow with the zoom, so that a whole city is a texture and a street is not. */
function grown(radius, zoom) {
  if (zoom < 10) return Math.max(1, radius * 0.3);
  if (zoom < 12) return radius * 0.55;
  return zoom < 14 ? radius * 0.8 : radius;
}

/** Return how long ago a unit was heard, before the newest fix of them all. */
const heard = ({ age_min: age }) => (age <= 15 ? "now" : age <= 60 ? "hour" : "old");

/** Return a style for points with the property `name`; `kinds` names those with a fixed look. */
function points({ name, kinds = {}, shape, radius, colors, view = false, least = 0 }) {
  const seen = new Map();
  const kindOf = ({ properties }) => {
    const kind = name === "heard" ? heard(properties) : String(properties[name] ?? "");
    if (!seen.has(kind)) seen.set(kind, seen.size);
    return kind;
  };
  // What is hollow is drawn first, so that it never hides what is in service.
  const ordered = () => [...seen].sort(([a], [b]) => Boolean(kinds[b]?.hollow) - Boolean(kinds[a]?.hollow));
  const looks = (theme, zoom) => Object.fromEntries(ordered().map(([kind, at]) => {
    const own = kinds[kind] ?? {};
    const color = nth(theme, own.colors ?? colors ?? PALETTE[at % PALETTE.length]);
    const look = {
      shape, color, line: HALO[theme], hollow: own.hollow,
      radius: Math.max(least, grown(own.radius ?? radius, zoom)),
    };
    if (view && (kind === "on" || kind === "")) look.view = `${color}${theme === "dark" ? "40" : "33"}`;
    return [kind, look];
  }));
  return { kindOf, looks, seen };
}

// One quiet colour, told apart by width: what is measured lies under the roads and must be seen.
const ROAD = ["#4c5866", "#a7b4c2"];
const ROADS = {
  expressway: { width: 1.9, from: 0 }, motorway: { width: 1.9, from: 0 },
  national: { width: 1.2, from: 0 }, trunk: { width: 1.2, from: 0 }, primary: { width: 1.1, from: 9 },
  county: { width: 0.8, from: 10 }, secondary: { width: 0.8, from: 10 },
};
// From afar a road covers the cells it runs through, so it fades.
const roadAlpha = (zoom) => (zoom < 10 ? 0.3 : zoom < 11.5 ? 0.5 : 0.8);
const STREET = { width: 0.5, from: 12.5 };

function roads() {
  const seen = new Map();
  const kindOf = ({ properties }) => {
    const kind = String(properties.class ?? "");
    seen.set(kind, true);
    return kind;
  };
  const looks = (theme, zoom) => Object.fromEntries([...seen.keys()]
    .map((kind) => [kind, ROADS[kind] ?? STREET])
    .filter(([, road]) => zoom >= road.from)
    .map(([kind, road]) => [kind, {
      color: nth(theme, ROAD), alpha: roadAlpha(zoom), width: road.width * (zoom >= 14 ? 2 : zoom >= 11 ? 1.2 : 0.7),
    }]));
  return { kindOf, looks, seen };
}

/** Roads that nobody drove on: whole ones, and dashed the parts of others. */
function roadsNever() {
  const color = ["#b3261e", "#ff7263"];
  const looks = (theme, zoom) => {
    const width = zoom >= 14 ? 3.2 : zoom >= 11 ? 2 : 1.2;
    return { never: { color: nth(theme, color), width }, part: { color: nth(theme, color), width, dash: [5, 4] } };
  };
  return { kindOf: ({ properties }) => String(properties.state ?? "never"), looks, seen: new Map() };
}

function areas({ name = "kind", colors, dash, filled = "22", from = 0 }) {
  const seen = new Map();
  const kindOf = ({ properties }) => {
    const kind = String(properties[name] ?? "");
    seen.set(kind, true);
    return kind;
  };
  const looks = (theme, zoom) => Object.fromEntries(zoom < from ? [] : [...seen.keys()].map((kind) => {
    const color = nth(theme, colors);
    return [kind, {
      color, width: 1.4, dash, fill: `${color}${filled}`,
      shape: "square", radius: grown(5, zoom), line: HALO[theme],
    }];
  }));
  return { kindOf, looks, seen };
}

/** Areas of hotspots: what stays is filled, what comes and goes is hatched. */
function spots() {
  const kindOf = ({ properties }) => String(properties.part ?? "");
  const colors = ["#7a0f3c", "#ff8fc0"];
  const looks = (theme) => {
    const color = nth(theme, colors);
    return {
      fringe: { color, width: 1.2, dash: [4, 3], hatch: color, shape: "square", radius: 5, line: HALO[theme], hollow: true },
      core: { color, width: 2.2, fill: `${color}26`, shape: "square", radius: 5, line: HALO[theme] },
    };
  };
  return { kindOf, looks, seen: new Map() };
}

/** Return the style of each layer that can be drawn; made anew for each page. */
export function featureStyles() {
  return {
    spots: spots(),
    positions: points({
      name: "heard", shape: "square", radius: 6, least: 5, colors: ["#00795b", "#35c99f"],
      kinds: { hour: { radius: 5 }, old: { hollow: true, radius: 5, colors: ["#6f7780", "#8f99a3"] } },
    }),
    leaks: points({
      name: "state", shape: "diamond", radius: 6, least: 4.5,
      kinds: {
        guarded: { colors: ["#00795b", "#35c99f"] }, leak: { colors: ["#b3261e", "#ff7263"], radius: 7.5 },
        point: { colors: ["#123a7a", "#9dc1ff"], hollow: true, radius: 7.5 },
      },
    }),
    roads_never: roadsNever(),
    roads: roads(),
    areas: areas({ colors: ["#3454a4", "#8fb0ff"], dash: [6, 4], filled: "11" }),
    zones: areas({ colors: ["#a4262c", "#ff9a94"], dash: [3, 3] }),
    buildings: areas({ colors: ["#7a7267", "#8b8378"], from: 14 }),
    depots: areas({ colors: ["#00795b", "#35c99f"] }),
    places: points({ name: "kind", shape: "diamond", radius: 5 }),
    cameras: points({
      name: "status", shape: "dot", radius: 4, colors: ["#0a6aa1", "#57c1f5"], view: true,
      kinds: { off: { colors: ["#6f7780", "#8f99a3"], hollow: true }, planned: { colors: ["#aa4499", "#e08fd0"], hollow: true } },
    }),
    rooms: points({
      name: "class", shape: "square", radius: 4.5, colors: ["#123a7a", "#9dc1ff"],
      kinds: { 1: { radius: 6.5 }, 2: { radius: 5.2 }, 3: { radius: 4 } },
    }),
    checkpoints: points({
      name: "status", shape: "triangle", radius: 7, least: 4, colors: ["#b5480b", "#ffb36b"],
    }),
    incidents: points({
      name: "category", shape: "dot", radius: 4.2,
    }),
  };
}

/** Return what a kind of a layer is called. */
export function kindWords(layerId, kind) {
  if (kind === "" || kind === "null") return t("value.unknown");
  return layerId === "rooms" ? word("place", `class${kind}`, kind) : word("place", kind, kind);
}

/** Return one line about a feature, for its tip. */
export function tipWords(layerId, { id, properties }, timeZone) {
  const kind = properties.kind ?? properties.class ?? properties.category ?? properties.status;
  const what = word("one", layerId, t(`layer.${layerId}`));
  const parts = [`${what} ${properties.id ?? id}`, properties.name];
  if (kind !== undefined && kind !== null) parts.push(kindWords(layerId, String(kind)));
  if (layerId === "cameras") {
    if (properties.bearing !== null && properties.bearing !== undefined) {
      parts.push(t("tip.bearing", { n: Math.round(properties.bearing) }));
    }
    if (properties.range) parts.push(t("tip.range", { n: Math.round(properties.range) }));
  }
  if (layerId === "positions") parts.push(t("tip.at", { time: moment(properties.at, timeZone) }));
  if (layerId === "leaks") {
    parts.splice(0, parts.length, kindWords(layerId, properties.state), properties.checkpoints, t("tip.road", { road: properties.road }));
  }
  return parts.filter(Boolean).join(" · ");
}
