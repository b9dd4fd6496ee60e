/** The track of one unit, shown when someone says what for; each look is written down. */

import { getJson, send } from "./api.js";
import { windowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { moment, number } from "./format.js";
import { t } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";
import { windowWords } from "./window-panel.js";

const { L } = globalThis;

/** Build the dialog. A track is not part of the address: a link does not show it to others. */
export function createTrack({ map, store, about, fit }) {
  const dialog = byId("track-dialog");
  const renderer = L.svg({ pane: "chosen", padding: 0.5 });
  let line = null;
  byId("track-open").hidden = !about.days;

  async function open(unit = "") {
    try {
      const { units, looks } = await getJson("api/tracks");
      byId("track-unit").replaceChildren(...units.map((name) => el("option", { value: name }, name)));
      if (unit) byId("track-unit").value = unit;
      byId("track-purpose").value = "";
      byId("track-window").textContent = t("track.window", { window: windowWords(store.get(), about.days) });
      byId("track-log").replaceChildren(log(looks));
      dialog.showModal();
      byId(unit ? "track-purpose" : "track-unit").focus();
    } catch (error) {
      complain(error);
    }
  }

  function log(looks) {
    if (looks.length === 0) return el("p", { class: "quiet" }, t("track.nolooks"));
    return el("table", { class: "facts" }, el("tbody", {}, ...looks.map((look) => el("tr", {},
      el("th", { scope: "row" }, moment(look.at, about.time_zone)),
      el("td", {}, `${look.unit}: ${look.purpose}`)))));
  }

  async function show() {
    const state = store.get();
    const asked = { unit: byId("track-unit").value, purpose: byId("track-purpose").value, ...windowOf(state) };
    try {
      const track = await whileBusy(t("busy.track"), () => send("api/tracks", asked));
      draw(track);
    } catch (error) {
      complain(error);
    }
  }

  function draw({ geometry, properties, look }) {
    close();
    const lines = geometry.coordinates.map((part) => part.map(([lng, lat]) => [lat, lng]));
    const ends = lines.flatMap((part) => [part[0], part.at(-1)]);
    line = L.layerGroup([
      L.polyline(lines, { className: "track-halo", interactive: false, pane: "chosen", renderer }),
      L.polyline(lines, { className: "track-line", interactive: false, pane: "chosen", renderer }),
      ...ends.slice(0, 200).map((point) => L.circleMarker(point, {
        radius: 4, className: "track-end", interactive: false, pane: "chosen", renderer,
      })),
    ]).addTo(map);
    byId("track-shown").hidden = false;
    byId("track-said").textContent = t("track.said", {
      unit: properties.unit, fixes: number(properties.fixes), look: number(look),
      from: moment(properties.from, about.time_zone), to: moment(properties.to, about.time_zone),
    });
    if (ends.length) fit(L.latLngBounds(ends).pad(0.1));
  }

  function close() {
    line?.remove();
    line = null;
    byId("track-shown").hidden = true;
  }

  byId("track-open").addEventListener("click", () => open());
  byId("track-close").addEventListener("click", () => { close(); byId("track-open").focus(); });
  byId("track-form").addEventListener("submit", (event) => {
    if (event.submitter?.value === "go") show();
  });
  // A track of another time must not be taken for one of this.
  store.watch((state, changed) => {
    if (line && ["from", "to", "hours", "weekdays"].some((name) => changed.has(name))) close();
  });
  return { open, close, get shown() { return line !== null; } };
}
