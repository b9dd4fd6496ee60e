/*
 * L.LatticeLayer: a lattice of cells as a Leaflet layer, on canvas, without WebGL.
 *
 *   new L.LatticeLayer(lattice, {column, legend, theme, outlines, ...options of L.GridLayer})
 *     lattice   from geogridLattice.openMesh(json)
 *     column    from geogridLattice.decodeColumn(buffer, meta)
 *     legend    what column_legend() wrote; column.meta.legend when left out
 *     theme     "light" or "dark"
 *
 *   setColumn(column, legend)   draws another column; tiles on the map are repainted where they are
 *   setTheme(theme)             changes colours
 *   setHidden(indexes)          leaves out these classes of the legend
 *   setFilter(filter)           null, a Uint8Array (0 = left out), or position -> boolean
 *   valueAt(latlng)             -> {position, id, code, value}, or null off the grid
 *   codeAt(latlng)              -> the cell's public code, or null off the grid
 *   counts(weights)             -> cells (or the sum of weights) per class, the last for null
 *   redraw()                    repaints the tiles on the map
 */
(function (root) {
  "use strict";

  const lattices = root.geogridLattice;
  const { L } = root;

  function maskOf(filter, count) {
    if (typeof filter !== "function") return filter;
    const mask = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) mask[i] = filter(i) ? 1 : 0;
    return mask;
  }

  L.LatticeLayer = L.GridLayer.extend({
    options: {
      theme: "light",
      outlines: true,
      noWrap: true,
      maxZoom: 22,
      updateWhenZooming: false,
      className: "lattice-layer",
    },

    initialize(lattice, options) {
      const { xmin, ymin, xmax, ymax } = lattice.bounds;
      const { column, legend, ...rest } = options;
      const corners = [lattice.unproject(xmin, ymin), lattice.unproject(xmax, ymax)];
      L.GridLayer.prototype.initialize.call(this, { bounds: corners, ...rest });
      this.lattice = lattice;
      this._mask = null;
      this._hidden = new Set();
      this._useColumn(column, legend);
    },

    setColumn(column, legend) {
      this._hidden = new Set();
      this._useColumn(column, legend);
      return this.redraw();
    },

    setTheme(theme) {
      this.options.theme = theme;
      this._usePalette();
      return this.redraw();
    },

    setHidden(indexes) {
      this._hidden = new Set(indexes);
      this._usePalette();
      return this.redraw();
    },

    setFilter(filter) {
      if (filter === null && this._mask === null) return this; // nothing to paint anew
      this._mask = maskOf(filter, this.lattice.nCells);
      return this.redraw();
    },

    valueAt(latlng) {
      const [mx, my] = this.lattice.project(latlng.lat, latlng.lng);
      const position = lattices.cellAt(this.lattice, mx, my);
      if (position < 0) return null;
      const id = lattices.idOf(this.lattice, position);
      const code = lattices.cellCode(this.lattice, id);
      return { position, id, code, value: lattices.valueOf(this.column, position) };
    },

    codeAt(latlng) {
      const found = this.valueAt(latlng);
      return found && found.code;
    },

    counts(weights) {
      return lattices.classCounts(this.classes, this.legend.classes.length, this._mask, weights);
    },

    redraw() {
      for (const { el, coords } of Object.values(this._tiles || {})) this._paint(el, coords);
      return this;
    },

    createTile(coords) {
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      canvas.setAttribute("role", "presentation");
      this._paint(canvas, coords);
      return canvas;
    },

    _useColumn(column, legend) {
      this.column = column;
      this.legend = legend || column.meta.legend;
      this.classes = lattices.classify(column, this.legend);
      this._usePalette();
    },

    _usePalette() {
      const { fill, hatch } = lattices.palette(this.legend, this.options.theme);
      for (const index of this._hidden) {
        fill[index] = 0;
        hatch[index] = 0;
      }
      this._colours = { fill, hatch };
    },

    _paint(canvas, coords) {
      const size = this.getTileSize().x;
      const pixels = Math.round(size * (root.devicePixelRatio || 1));
      if (canvas.width !== pixels) {
        canvas.width = pixels;
        canvas.height = pixels;
      }
      const words = lattices.paint({ x: coords.x, y: coords.y, z: coords.z, size, pixels },
        this.lattice,
        {
          ...this._colours,
          classes: this.classes,
          mask: this._mask,
          outlines: this.options.outlines,
        });
      const image = new ImageData(new Uint8ClampedArray(words.buffer), pixels, pixels);
      canvas.getContext("2d").putImageData(image, 0, 0);
    },
  });
})(globalThis);
