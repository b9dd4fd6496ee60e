/** Counted circles on a canvas: many incidents drawn as one where they lie too near to be told apart. */

import { apart } from "./circles.js";
import { number } from "./format.js";
import { MapCanvas } from "./map-canvas.js";

const { L } = globalThis;
const SMALLEST_PX = 9;
const GROWTH_PX = 5.5; // of the radius, for each tenfold
const COLORS = { light: ["#9a3b00", "#ffffff"], dark: ["#ff8f4a", "#1b0d02"] };

const radiusOf = (n) => SMALLEST_PX + GROWTH_PX * Math.log10(n);

export const ClusterCanvas = MapCanvas.extend({
  _name: "clusters",

  initialize({ pane, theme = "light" }) {
    this._theme = theme;
    this._clusters = [];
    this._apart = null; // the circles of one zoom, wherever the map is
    this._drawn = [];
    L.setOptions(this, { pane });
  },

  /** Take [lng, lat, n] of each; those that would cover one another are drawn as one. */
  setClusters(clusters) {
    this._clusters = clusters;
    this._apart = null;
    return this._redraw();
  },

  /** Return the circles at the map's zoom. They do not depend on where the map is, so that a pan moves none. */
  _circles() {
    const zoom = this._map.getZoom();
    if (this._apart?.zoom !== zoom) {
      const points = this._clusters.map(([lng, lat, n]) => ({ ...this._map.project([lat, lng], zoom), lng, lat, n }));
      this._apart = { zoom, circles: apart(points, radiusOf) };
    }
    return this._apart.circles;
  },

  /** Return {lng, lat, n} of the circle under a place on the map's container, or null. */
  hit({ x, y }) {
    const over = this._drawn.filter((one) => Math.hypot(one.x - x, one.y - y) <= one.radius);
    return over.length ? over[over.length - 1] : null;
  },

  _draw(context, { width, height }) {
    const map = this._map;
    const drawn = this._circles().map((circle) => ({
      ...circle, ...map.latLngToContainerPoint([circle.lat, circle.lng]),
    })).filter(({ x, y, radius }) => x > -radius && y > -radius && x < width + radius && y < height + radius);
    const [fill, ink] = COLORS[this._theme === "dark" ? "dark" : "light"];
    const font = getComputedStyle(document.body).fontFamily;
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineWidth: 1.5, strokeStyle: ink });
    for (const { x, y, n, radius } of drawn) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.globalAlpha = 0.88;
      context.fillStyle = fill;
      context.fill();
      context.globalAlpha = 1;
      context.stroke();
      const words = n < 10000 ? number(n) : `${number(n / 1000)}k`;
      context.font = `650 ${n < 1000 ? 11 : 12}px ${font}`;
      context.fillStyle = ink;
      context.fillText(words, x, y + 0.5);
    }
    return drawn;
  },
});
