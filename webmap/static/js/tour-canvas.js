/** Tours on a canvas: a line through each unit's stops, their numbers, and the times of the chosen one. */

import { MapCanvas } from "./map-canvas.js";

const { L } = globalThis;
const NUMBERS_FROM_ZOOM = 12.5; // further out numbers cover one another
const STOP_PX = 9;
const SMALL_PX = 3.5;
const FAINT = 0.25;
const DASHES = [[], [9, 4], [3, 4]]; // units of one colour are told apart by their line

export const TourCanvas = MapCanvas.extend({
  _name: "tours",

  /** `colors` gives the colour of the n-th unit and the theme. */
  initialize({ pane, theme, colors }) {
    this._theme = theme;
    this._colors = colors;
    this._tours = [];
    this._chosen = "";
    this._drawn = [];
    L.setOptions(this, { pane });
  },

  /** Take {unit, stops: [{lat, lng, number, time}]} of each. */
  setTours(tours, chosen) {
    this._tours = tours;
    this._chosen = chosen;
    return this._redraw();
  },

  /** Return {unit, number} of the stop under a place on the map's container, or null. */
  hit({ x, y }) {
    const near = this._drawn.filter((one) => Math.hypot(one.x - x, one.y - y) <= STOP_PX);
    return near.find(({ unit }) => unit === this._chosen) ?? near[near.length - 1] ?? null;
  },

  _draw(context) {
    const drawn = [];
    const tours = this._tours.map((tour, at) => ({ ...tour, at, own: tour.unit === this._chosen }))
      .sort((a, b) => Number(a.own) - Number(b.own)); // the chosen one on top
    for (const tour of tours) this._drawTour(context, tour, drawn);
    return drawn;
  },

  _drawTour(context, { unit, stops, at, own }, drawn) {
    const dark = this._theme === "dark";
    const [color, halo] = [this._colors(at, this._theme), dark ? "#0b1016" : "#ffffff"];
    const points = stops.map((stop) => ({ ...this._map.latLngToContainerPoint([stop.lat, stop.lng]), ...stop }));
    context.globalAlpha = this._chosen && !own ? FAINT : 1;
    context.lineJoin = "round";
    const path = new Path2D();
    points.forEach(({ x, y }, n) => path[n ? "lineTo" : "moveTo"](x, y));
    for (const [style, width, dash] of [[halo, own ? 7 : 4.5, []], [color, own ? 3.5 : 2, DASHES[Math.floor(at / 8) % 3]]]) {
      Object.assign(context, { strokeStyle: style, lineWidth: width });
      context.setLineDash(dash);
      context.stroke(path);
    }
    context.setLineDash([]);
    const numbered = own || this._map.getZoom() >= NUMBERS_FROM_ZOOM;
    const font = getComputedStyle(document.body).fontFamily;
    for (const { x, y, number, time } of points) {
      context.beginPath();
      context.arc(x, y, numbered ? STOP_PX : SMALL_PX, 0, 2 * Math.PI);
      Object.assign(context, { fillStyle: color, strokeStyle: halo, lineWidth: 1.5 });
      context.fill();
      context.stroke();
      if (numbered) {
        Object.assign(context, { textAlign: "center", textBaseline: "middle", font: `700 10px ${font}`, fillStyle: halo });
        context.fillText(String(number), x, y + 0.5);
      }
      if (own) {
        Object.assign(context, { textAlign: "left", font: `650 12px ${font}`, lineWidth: 4, strokeStyle: halo, fillStyle: dark ? "#e8eef4" : "#16202b" });
        context.strokeText(time, x + STOP_PX + 3, y);
        context.fillText(time, x + STOP_PX + 3, y);
      }
      drawn.push({ x, y, unit, number });
    }
    context.globalAlpha = 1;
  },
});
