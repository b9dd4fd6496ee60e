/*
 * A lattice of equal cells on a Web Mercator map: pure functions, no browser needed.
 *
 * A classic script, so that it also loads from file://. It sets `globalThis.geogridLattice`
 * (and `module.exports` in node). lattice_paint.js adds the
 * pixels, lattice_layer.js puts them on a Leaflet map. Load them in this order. lattice_datum.js
 * is for maps whose ground is not in WGS-84.
 *
 *   openMesh(json)                    -> lattice, from what lattice_wire.mesh() wrote
 *   latticeIndex(lattice, mx, my)     -> [col, row], floats; NaN outside the mesh
 *   positionOf(lattice, id)           -> position among the active cells, -1 for none
 *   idOf(lattice, position)           -> cell id, row * nCols + col
 *   cellAt(lattice, mx, my)           -> position of the active cell there, -1 for none
 *   cellCode(lattice, id)             -> public code, "250mE1000250N0998750"
 *   cellOfCode(lattice, code)         -> cell id, -1 for none
 *   cellRing(lattice, id)             -> four [lat, lng]; cellCentre(lattice, id) -> [lat, lng]
 *   decodeColumn(buffer, meta)        -> column, from the bytes of lattice_wire.wire_column()
 *   valueOf(column, position)         -> number, category, or null for "not known"
 *   classify(column, legend)          -> Uint8Array, class of each cell; NULL_CLASS for null
 *   classCounts(classes, n, mask, weights) -> Float64Array(n + 1), the last for null
 *   palette(legend, theme)            -> {fill, hatch}, Uint32Array(256) of pixels
 *   denseClasses(lattice, classes, mask), paint(tile, lattice, painting): in lattice_paint.js
 *
 * mx, my are metres in EPSG:3857. A pixel is ABGR in one little-endian 32-bit word, which is
 * what ImageData holds byte by byte as R, G, B, A.
 */
(function (root) {
  "use strict";

  const NULL_CLASS = 255;
  const NO_CELL = 254; // in the byte of a class; a legend has at most 254 classes, 0 to 253
  const SHIFT = { r: 0, g: 8, b: 16, a: 24 }; // of a little-endian ABGR word
  const RADIUS_M = 6378137; // of the sphere of EPSG:3857
  const WORLD_M = 2 * Math.PI * RADIUS_M;
  const NEWTON_STEPS = 6;
  const POWERS = Array.from({ length: 10 }, (_, n) => 10 ** n); // looking up is quicker

  /** Return a mesh as typed arrays, ready for the functions below. */
  function openMesh(json) {
    const count = json.runs.length;
    const first = new Int32Array(count + 1);
    const start = new Int32Array(count + 1);
    json.runs.forEach(([id, length], i) => {
      first[i] = id;
      start[i + 1] = start[i] + length;
    });
    first[count] = 0x7fffffff;
    const [xmin, ymin, xmax, ymax] = json.bounds_mercator;
    return {
      version: json.version,
      nRows: json.n_rows,
      nCols: json.n_cols,
      nCells: start[count],
      cellSizeM: json.cell_size_m,
      xMinM: json.x_min_m,
      yMinM: json.y_min_m,
      bounds: { xmin, ymin, xmax, ymax },
      nodes: json.nodes,
      stepX: (xmax - xmin) / (json.nodes - 1),
      stepY: (ymax - ymin) / (json.nodes - 1),
      x: Float64Array.from(json.x),
      y: Float64Array.from(json.y),
      first,
      start,
      districts: json.districts,
      project, // from a place in WGS-84 to the map, and back; lattice_datum.js has others
      unproject,
    };
  }

  function project(lat, lng) {
    const sin = Math.sin((lat * Math.PI) / 180);
    return [(RADIUS_M * lng * Math.PI) / 180, (RADIUS_M / 2) * Math.log((1 + sin) / (1 - sin))];
  }

  function unproject(mx, my) {
    const lat = 2 * Math.atan(Math.exp(my / RADIUS_M)) - Math.PI / 2;
    return [(lat * 180) / Math.PI, (mx / RADIUS_M) * (180 / Math.PI)];
  }

  /** Return [col, row] at fractional node (u, v); beyond the mesh its edge is continued. */
  function bilinear(lattice, u, v) {
    const { nodes, x, y } = lattice;
    const i = Math.min(Math.max(Math.floor(u), 0), nodes - 2);
    const j = Math.min(Math.max(Math.floor(v), 0), nodes - 2);
    const a = u - i;
    const b = v - j;
    const at = j * nodes + i;
    const low = at + nodes;
    return [
      (x[at] * (1 - a) + x[at + 1] * a) * (1 - b) + (x[low] * (1 - a) + x[low + 1] * a) * b,
      (y[at] * (1 - a) + y[at + 1] * a) * (1 - b) + (y[low] * (1 - a) + y[low + 1] * a) * b,
    ];
  }

  function latticeIndex(lattice, mx, my) {
    const { xmin, ymin, xmax, ymax } = lattice.bounds;
    if (!(mx >= xmin && mx <= xmax && my >= ymin && my <= ymax)) return [NaN, NaN];
    return bilinear(lattice, (mx - xmin) / lattice.stepX, (my - ymin) / lattice.stepY);
  }

  /** Return the last run that starts at or before an id; -1 when none does. */
  function runOf(lattice, id) {
    let low = 0;
    let high = lattice.first.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lattice.first[middle] <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function positionOf(lattice, id) {
    const run = runOf(lattice, id);
    if (run < 0) return -1;
    const position = lattice.start[run] + id - lattice.first[run];
    return position < lattice.start[run + 1] ? position : -1;
  }

  function idOf(lattice, position) {
    let low = 0;
    let high = lattice.start.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lattice.start[middle] <= position) low = middle + 1;
      else high = middle;
    }
    return lattice.first[low - 1] + position - lattice.start[low - 1];
  }

  function cellAt(lattice, mx, my) {
    const [col, row] = latticeIndex(lattice, mx, my).map(Math.floor);
    if (!(col >= 0 && col < lattice.nCols && row >= 0 && row < lattice.nRows)) return -1;
    return positionOf(lattice, row * lattice.nCols + col);
  }

  // ------------------------------------------------------------------ codes and shapes

  function padded(metres) {
    const sign = metres < 0 ? "-" : "";
    return sign + String(Math.abs(metres)).padStart(7 - sign.length, "0");
  }

  function cellCode(lattice, id) {
    const row = Math.floor(id / lattice.nCols);
    const east = lattice.xMinM + (id - row * lattice.nCols) * lattice.cellSizeM;
    const north = lattice.yMinM + row * lattice.cellSizeM;
    return `${lattice.cellSizeM}mE${padded(east)}N${padded(north)}`;
  }

  function cellOfCode(lattice, code) {
    const match = /^(\d+)mE(-?\d+)N(-?\d+)$/.exec(code);
    if (!match || Number(match[1]) !== lattice.cellSizeM) return -1;
    const col = (Number(match[2]) - lattice.xMinM) / lattice.cellSizeM;
    const row = (Number(match[3]) - lattice.yMinM) / lattice.cellSizeM;
    if (!(col >= 0 && col < lattice.nCols && row >= 0 && row < lattice.nRows)) return -1;
    const id = row * lattice.nCols + col;
    return Number.isInteger(id) && cellCode(lattice, id) === code ? id : -1;
  }

  /** Return [lat, lng] of a lattice place, by Newton's method on the mesh. */
  function latLngOf(lattice, col, row) {
    let u = (lattice.nodes - 1) * (col / lattice.nCols);
    let v = (lattice.nodes - 1) * (row / lattice.nRows);
    const h = 1e-4;
    for (let step = 0; step < NEWTON_STEPS; step += 1) {
      const at = bilinear(lattice, u, v);
      const east = bilinear(lattice, u + h, v);
      const north = bilinear(lattice, u, v + h);
      const a = (east[0] - at[0]) / h;
      const b = (north[0] - at[0]) / h;
      const c = (east[1] - at[1]) / h;
      const d = (north[1] - at[1]) / h;
      const determinant = a * d - b * c;
      u += (d * (col - at[0]) - b * (row - at[1])) / determinant;
      v += (a * (row - at[1]) - c * (col - at[0])) / determinant;
    }
    return lattice.unproject(
      lattice.bounds.xmin + u * lattice.stepX,
      lattice.bounds.ymin + v * lattice.stepY,
    );
  }

  function cellRing(lattice, id) {
    const row = Math.floor(id / lattice.nCols);
    const col = id - row * lattice.nCols;
    const corners = [[0, 0], [1, 0], [1, 1], [0, 1]];
    return corners.map(([i, j]) => latLngOf(lattice, col + i, row + j));
  }

  function cellCentre(lattice, id) {
    const row = Math.floor(id / lattice.nCols);
    return latLngOf(lattice, id - row * lattice.nCols + 0.5, row + 0.5);
  }

  // ------------------------------------------------------------------ columns and classes

  const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array };

  function decodeColumn(buffer, meta) {
    const Kind = ARRAYS[meta.dtype];
    if (!Kind) throw new Error(`unknown dtype ${meta.dtype}`);
    return { raw: new Kind(buffer), meta };
  }

  function isNull(column, raw) {
    return column.meta.dtype === "f4" ? Number.isNaN(raw) : raw === column.meta.null;
  }

  function valueOf(column, position) {
    const raw = column.raw[position];
    const { scale, offset, decimals, categories, dtype } = column.meta;
    if (raw === undefined || isNull(column, raw)) return null;
    if (categories && categories.length) return categories[raw];
    if (dtype === "f4") return raw;
    const steps = POWERS[decimals];
    return Math.round((raw * scale + offset) * steps) / steps; // drops what the scale adds
  }

  /** Return the least raw code whose value is at least `value`. */
  function rawFrom(column, value) {
    const { scale, offset, dtype } = column.meta;
    if (value === null) return -Infinity;
    if (dtype === "f4") return value;
    return Math.ceil((value - offset) / scale - 1e-6);
  }

  function classify(column, legend) {
    const { raw } = column;
    const classes = new Uint8Array(raw.length).fill(NULL_CLASS);
    if (legend.kind === "categorical" && column.meta.categories.length) {
      const known = legend.classes.length;
      for (let i = 0; i < raw.length; i += 1) if (raw[i] < known) classes[i] = raw[i];
      return classes;
    }
    const order = legend.classes
      .map((entry, index) => ({ entry, index }))
      .filter(({ entry }) => entry.key !== "zero");
    const froms = order.map(({ entry }) => rawFrom(column, entry.from));
    const zeroClass = legend.classes.findIndex((entry) => entry.key === "zero");
    const zero = zeroClass < 0 ? NaN : rawFrom(column, 0);
    const nothing = column.meta.dtype === "f4" ? NaN : column.meta.null;
    for (let i = 0; i < raw.length; i += 1) {
      const value = raw[i];
      if (value === nothing || value !== value) continue;
      if (value === zero) {
        classes[i] = zeroClass;
        continue;
      }
      for (let k = froms.length - 1; k >= 0; k -= 1) {
        if (value >= froms[k]) {
          classes[i] = order[k].index;
          break;
        }
      }
    }
    return classes;
  }

  function classCounts(classes, n, mask, weights) {
    const sums = new Float64Array(NULL_CLASS + 1);
    let from = 0;
    while (from < classes.length) { // neighbours are mostly alike: one stretch of them at a time
      const code = classes[from];
      let to = from + 1;
      while (to < classes.length && classes[to] === code) to += 1;
      sums[code] += mask || weights ? summed(from, to, mask, weights) : to - from;
      from = to;
    }
    return Float64Array.of(...sums.subarray(0, n), sums[NULL_CLASS]);
  }

  function summed(from, to, mask, weights) {
    let sum = 0;
    for (let i = from; i < to; i += 1) {
      if (!mask || mask[i]) sum += weights ? weights[i] : 1;
    }
    return sum;
  }

  function pixel(hex, opacity) {
    const value = parseInt(hex.slice(1), 16);
    const a = Math.round(opacity * 255);
    const r = (value >> 16) & 255;
    const g = (value >> 8) & 255;
    const b = value & 255;
    return ((a << SHIFT.a) | (b << SHIFT.b) | (g << SHIFT.g) | (r << SHIFT.r)) >>> 0;
  }

  function palette(legend, theme) {
    const fill = new Uint32Array(256);
    const hatch = new Uint32Array(256);
    const set = (index, entry) => {
      fill[index] = entry.opacity ? pixel(entry[theme], entry.opacity) : 0;
      hatch[index] = entry.hatch ? pixel(entry.hatch[theme], 0.9) : fill[index];
    };
    legend.classes.forEach((entry, index) => set(index, entry));
    set(NULL_CLASS, legend.null);
    return { fill, hatch };
  }

  const api = {
    NULL_CLASS, NO_CELL, openMesh, project, unproject, latticeIndex, positionOf, idOf, cellAt, cellCode,
    cellOfCode, cellRing, cellCentre, latLngOf, decodeColumn, valueOf, classify, classCounts,
    palette, runOf, SHIFT, WORLD_M,
  };
  root.geogridLattice = api;
  if (typeof module === "object" && module.exports) module.exports = api;
})(globalThis);
