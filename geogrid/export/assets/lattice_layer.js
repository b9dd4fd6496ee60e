/*
 * L.LatticeLayer: a lattice of cells as a Leaflet layer, on canvas, without WebGL.
 *
 *   new L.LatticeLayer(lattice, {column, legend, theme, outlines, ...options of L.GridLayer})
 *     lattice   from geogridLattice.openMesh(json)
 *     column    from geogridLattice.decodeColumn(buffer, meta)
 *     legend    what column_legend() wrote; column.meta.legend when left out
 *     theme     "light" or "dark"
 *     hidden    indexes of classes of the legend that are left out
 *     filter    null, a Uint8Array (0 = left out), or position -> boolean
 *
 *   change({column, legend, theme, hidden, filter})
 *                               any of them at once; tiles are repainted once, where they are
 *   setColumn(column, legend)   draws another column, with all its classes
 *   setTheme(theme)             changes colours
 *   setHidden(indexes)          leaves out these classes of the legend
 *   setFilter(filter)           leaves out cells
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

  /** Tell whether two collections hold the same indexes. */
  function alike(some, others) {
    const [one, other] = [new Set(some), new Set(others)];
    return one.size === other.size && [...one].every((index) => other.has(index));
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
      const { column, legend, hidden = [], filter = null, ...rest } = options;
      const corners = [lattice.unproject(xmin, ymin), lattice.unproject(xmax, ymax)];
      L.GridLayer.prototype.initialize.call(this, { bounds: corners, ...rest });
      this.lattice = lattice;
      this._mask = null;
      this.change({ column, legend, hidden, filter });
    },

    /** Take over what is given, and paint the tiles once if anything of it is new. */
    change({ column, legend, theme = this.options.theme, hidden = this._hidden, filter }) {
      const masked = filter !== undefined && !(filter === null && this._mask === null);
      const coloured = theme !== this.options.theme || !alike(hidden, this._hidden);
      if (!column && !masked && !coloured) return this;
      if (column) {
        this.column = column;
        this.legend = legend || column.meta.legend;
        this.classes = lattices.classify(column, this.legend);
      }
      if (masked) this._mask = maskOf(filter, this.lattice.nCells);
      if (column || masked) {
        this._dense = lattices.denseClasses(this.lattice, this.classes, this._mask);
      }
      this.options.theme = theme;
      this._hidden = new Set(hidden);
      this._usePalette();
      return this.redraw();
    },

    setColumn(column, legend) { return this.change({ column, legend, hidden: [] }); },
    setTheme(theme) { return this.change({ theme }); },
    setHidden(hidden) { return this.change({ hidden }); },
    setFilter(filter) { return this.change({ filter }); },

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
        { ...this._colours, dense: this._dense, outlines: this.options.outlines });
      const image = new ImageData(new Uint8ClampedArray(words.buffer), pixels, pixels);
      canvas.getContext("2d").putImageData(image, 0, 0);
    },
  });
})(globalThis);
