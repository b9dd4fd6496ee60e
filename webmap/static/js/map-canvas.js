/** A layer that draws on one canvas over the map, anew after each move: the ground of those that draw features. */

const { L } = globalThis;
const MOVES = "moveend zoomend resize";

/** `_draw(context, frame)` returns what is drawn, for `hit`; `_room` is drawn beyond each edge, of the map's size. */
export const MapCanvas = L.Layer.extend({
  _room: 0,
  _name: "",

  setTheme(theme) {
    this._theme = theme;
    return this._redraw();
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", `leaflet-zoom-hide ${this._name}`.trim(), this.getPane());
    this._canvas.setAttribute("aria-hidden", "true");
    map.on(MOVES, this._redraw, this);
    this._redraw();
  },

  onRemove(map) {
    map.off(MOVES, this._redraw, this);
    this._canvas.remove();
    this._canvas = null;
    this._drawn = [];
  },

  _redraw() {
    const map = this._map;
    if (!map || !this._canvas) return this;
    const size = map.getSize();
    const pad = size.multiplyBy(this._room).round();
    const corner = map.containerPointToLayerPoint([0, 0]).subtract(pad);
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [width, height] = [size.x + 2 * pad.x, size.y + 2 * pad.y];
    Object.assign(this._canvas, { width: width * ratio, height: height * ratio });
    Object.assign(this._canvas.style, { width: `${width}px`, height: `${height}px` });
    L.DomUtil.setPosition(this._canvas, corner);
    const context = this._canvas.getContext("2d");
    context.scale(ratio, ratio);
    this._drawn = this._draw(context, { corner, pad, ratio, width, height });
    return this;
  },
});
