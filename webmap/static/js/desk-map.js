/** Cameras of the desk on the map: a handle to move, one to turn, and what they see. */

import { el } from "./dom.js";
import { t } from "./i18n.js";

const { L } = globalThis;
const DEGREE_M = 111320; // of latitude
const ARC_STEPS = 24;
const turned = (degrees) => ((Math.round(degrees) % 360) + 360) % 360;

/** Return the place that lies some metres from another, in a direction from north. */
export function placeAt({ lat, lon }, metres, bearing) {
  const angle = (bearing * Math.PI) / 180;
  return [
    lat + (metres * Math.cos(angle)) / DEGREE_M,
    lon + (metres * Math.sin(angle)) / (DEGREE_M * Math.cos((lat * Math.PI) / 180)),
  ];
}

/** Return the direction from north in which one place lies from another, whole degrees. */
export function bearingTo({ lat, lon }, { lat: lat2, lng }) {
  const east = (lng - lon) * Math.cos((lat * Math.PI) / 180);
  return turned((Math.atan2(east, lat2 - lat) * 180) / Math.PI);
}

/** Tell whether a camera sees all round. */
export const allRound = ({ bearing, view_angle: angle }) =>
  bearing === null || bearing === undefined || !angle || angle >= 360;

/** Return the outline of what a camera sees on open ground. */
export function sector(camera) {
  const whole = allRound(camera);
  const [from, width] = whole ? [0, 360] : [camera.bearing - camera.view_angle / 2, camera.view_angle];
  const arc = Array.from({ length: ARC_STEPS + 1 }, (_, i) => placeAt(camera, camera.range, from + (width * i) / ARC_STEPS));
  return whole ? arc : [[camera.lat, camera.lon], ...arc];
}

/** Draw cameras; `change(id, patch)` is called when a hand moves or turns one, at its end with `done`. */
export function createDeskMap(map, change) {
  const group = L.layerGroup();
  const renderer = L.svg({ pane: "chosen", padding: 0.5 });

  function handle(place, className, name, title) {
    const icon = L.divIcon({ className: `desk-handle ${className}`, html: el("span", {}, name), iconSize: [26, 26] });
    return L.marker(place, { icon, draggable: true, keyboard: false, alt: title, title, bubblingMouseEvents: false });
  }

  function draw(cameras) {
    group.clearLayers();
    for (const camera of cameras) {
      const now = { ...camera };
      const view = L.polygon(sector(now), { className: "desk-view", interactive: false, pane: "chosen", renderer }).addTo(group);
      const stand = handle([camera.lat, camera.lon], "stand", camera.id, t("desk.move", { id: camera.id })).addTo(group);
      const turn = allRound(camera) ? null
        : handle(placeAt(now, now.range, now.bearing), "turn", "↻", t("desk.turn", { id: camera.id })).addTo(group);
      stand.on("drag", ({ latlng }) => {
        [now.lat, now.lon] = [latlng.lat, latlng.lng];
        view.setLatLngs(sector(now));
        turn?.setLatLng(placeAt(now, now.range, now.bearing));
        change(camera.id, { lat: now.lat, lon: now.lon }, false);
      });
      stand.on("dragend", () => change(camera.id, { lat: now.lat, lon: now.lon }, true));
      turn?.on("drag", ({ latlng }) => {
        now.bearing = bearingTo(now, latlng);
        view.setLatLngs(sector(now));
        change(camera.id, { bearing: now.bearing }, false);
      });
      turn?.on("dragend", () => change(camera.id, { bearing: now.bearing }, true));
    }
  }

  return { draw, show(wanted) { if (wanted) group.addTo(map); else group.remove(); } };
}
