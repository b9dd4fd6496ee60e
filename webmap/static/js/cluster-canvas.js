/** Counted circles on a canvas: many incidents drawn as one where they lie too near to be told apart. */

import { number } from "./format.js";

const { L } = globalThis;
const SMALLEST_PX = 9;
const GROWTH_PX = 5.5; // of the radius, for each tenfold
const COLORS = { light: ["#9a3b00", "#ffffff"], dark: ["#ff8f4a", "#1b0d02"] };

const radiusOf = (n) => SMALLEST_PX + GROWTH_PX * Math.log10(n);

export const ClusterCanvas = L.Layer.extend({
  initialize({ pane, theme = "light" }) {
    this._theme = theme;
    this._clusters = [];
    this._drawn = [];
    L.setOptions(this, { pane });
  },

  /** Take [lng, lat, n] of each; the smallest are drawn last, so that none is hidden. */
  setClusters(clusters) {
    this._clusters = [...clusters].sort((a, b) => b[2] - a[2]);
    return this._redraw();
  },

  setTheme(theme) {
    this._theme = theme;
    return this._redraw();
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide clusters", this.getPane());
    this._canvas.setAttribute("aria-hidden", "true");
    map.on("moveend zoomend resize", this._redraw, this);
    this._redraw();
  },

  onRemove(map) {
    map.off("moveend zoomend resize", this._redraw, this);
    this._canvas.remove();
    this._canvas = null;
    this._drawn = [];
  },

  /** Return {lng, lat, n} of the circle under a place on the map's container, or null. */
  hit({ x, y }) {
    const over = this._drawn.filter((one) => Math.hypot(one.x - x, one.y - y) <= one.radius);
    return over.length ? over[over.length - 1] : null;
  },

  _redraw() {
    const map = this._map;
    if (!map || !this._canvas) return this;
    const size = map.getSize();
    const ratio = Math.min(2, devicePixelRatio || 1);
    Object.assign(this._canvas, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this._canvas.getContext("2d");
    context.scale(ratio, ratio);
    this._drawn = this._clusters.map(([lng, lat, n]) => ({
      ...map.latLngToContainerPoint([lat, lng]), lng, lat, n, radius: radiusOf(n),
    })).filter(({ x, y, radius }) => x > -radius && y > -radius && x < size.x + radius && y < size.y + radius);
    const [fill, ink] = COLORS[this._theme === "dark" ? "dark" : "light"];
    const font = getComputedStyle(document.body).fontFamily;
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineWidth: 1.5, strokeStyle: ink });
    for (const { x, y, n, radius } of this._drawn) {
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
    return this;
  },
});
