/*
 * The pixels of a lattice's map tiles: adds `denseClasses` and `paint` to `geogridLattice`.
 *
 * denseClasses(lattice, classes, mask) -> Uint8Array(nRows * nCols): the class at each place of
 *   the lattice, NO_CELL where there is no cell or the mask (Uint8Array or null) leaves it out
 * paint(tile, lattice, painting) -> Uint32Array(pixels * pixels), ABGR words, little-endian
 *   tile      {x, y, z, size: CSS pixels per side, pixels: of the canvas per side}
 *   painting  {dense, fill, hatch, outlines: boolean}, from denseClasses() and palette()
 */
(function (root) {
  "use strict";

  const lattices = root.geogridLattice;
  const { NO_CELL, SHIFT, WORLD_M } = lattices;
  const OUTLINE_FROM_PX = 24; // a cell's edge is drawn once the cell is wider
  const HATCH_PERIOD_PX = 7;
  const HATCH_WIDTH_PX = 2;
  const SAMPLED_FROM_PX = 0.75; // about a pixel: the cell under its centre is shown
  const MAX_SAMPLES = 4; // per side of a pixel, where cells are smaller than pixels

  function denseClasses(lattice, classes, mask = null) {
    const { first, start, nRows, nCols } = lattice;
    const dense = new Uint8Array(nRows * nCols).fill(NO_CELL);
    for (let run = 0; run + 1 < start.length; run += 1) {
      const at = first[run];
      const [from, to] = [start[run], start[run + 1]];
      dense.set(classes.subarray(from, to), at);
      if (!mask) continue;
      for (let i = from; i < to; i += 1) if (!mask[i]) dense[at + i - from] = NO_CELL;
    }
    return dense;
  }

  /** Return the samples of a tile's rows in stretches between two columns of the mesh's nodes. */
  function stretchesOf({ side, x0, step }, { bounds, stepX, nodes }) {
    const part = new Float64Array(side); // of the way from one node to the next
    const stretches = [];
    for (let px = 0; px < side; px += 1) {
      const u = (x0 + (px + 0.5) * step - bounds.xmin) / stepX;
      if (!(u >= 0 && u <= nodes - 1)) continue;
      const node = Math.min(Math.floor(u), nodes - 2);
      part[px] = u - node;
      const last = stretches[stretches.length - 1];
      if (last && last.node === node) last.to = px + 1;
      else stretches.push({ node, from: px, to: px + 1 });
    }
    return { part, stretches };
  }

  /**
   * Write the class under each sample of one row into `line`, from `at` on.
   *
   * `edges` (or null) gets 1 where the sample is on its cell's edge, which is `edge` cells wide.
   */
  function sampleRow(row, { part, stretches }, lattice, { dense, line, at, edges, edge }) {
    const { nCols, nRows, nodes, x, y } = lattice;
    line.fill(NO_CELL, at, at + part.length);
    if (!(row >= 0 && row <= nodes - 1)) return;
    const j = Math.min(Math.floor(row), nodes - 2);
    const b = row - j;
    for (const { node, from, to } of stretches) {
      const low = j * nodes + node;
      const high = low + nodes;
      // One cell more than it is, so that cutting off the fraction rounds down from -1 on.
      const west = x[low] + (x[high] - x[low]) * b + 1;
      const south = y[low] + (y[high] - y[low]) * b + 1;
      const eastward = x[low + 1] + (x[high + 1] - x[low + 1]) * b + 1 - west;
      const northward = y[low + 1] + (y[high + 1] - y[low + 1]) * b + 1 - south;
      for (let px = from; px < to; px += 1) {
        const fcol = west + eastward * part[px];
        const frow = south + northward * part[px];
        const col = (fcol | 0) - 1;
        const cellRow = (frow | 0) - 1;
        if (col < 0 || col >= nCols || cellRow < 0 || cellRow >= nRows) continue;
        line[at + px] = dense[cellRow * nCols + col];
        if (edges) edges[px] = fcol - col < edge + 1 || frow - cellRow < edge + 1 ? 1 : 0;
      }
    }
  }

  /** Return the place of a row's first pixel in the hatching, which runs over all tiles. */
  function hatchPhase(tile, py, period) {
    return (((tile.x + tile.y) * tile.pixels + py) % period + period) % period;
  }

  /** Return a colour nearer to black or white, for a cell's edge. */
  function edgeOf(colour) {
    const alpha = colour >>> SHIFT.a;
    return (((Math.min(255, alpha + 60) << SHIFT.a) | ((colour >> 1) & 0x7f7f7f)) >>> 0);
  }

  /**
   * Return the pixels of one tile.
   *
   * Where cells are not smaller than pixels each pixel shows the cell under its centre. Where they
   * are smaller it shows the mix of the cells under it, each by its share; never the largest.
   */
  function paint(tile, lattice, painting) {
    const { pixels } = tile;
    const scale = pixels / tile.size; // device pixels per CSS pixel
    const tileM = WORLD_M / 2 ** tile.z / (256 / tile.size);
    const cellPx = cellWidthM(lattice) / (tileM / pixels);
    const n = cellPx >= SAMPLED_FROM_PX ? 1 : Math.min(MAX_SAMPLES, Math.ceil(1 / cellPx));
    const side = pixels * n;
    const step = tileM / side;
    const frame = stretchesOf({ side, x0: tile.x * tileM - WORLD_M / 2, step }, lattice);
    const north = WORLD_M / 2 - tile.y * tileM - lattice.bounds.ymin;
    const outlined = painting.outlines !== false && cellPx / scale > OUTLINE_FROM_PX;
    const samples = {
      dense: painting.dense,
      line: new Uint8Array(n * side), // of one row of pixels: it stays in the nearest cache
      at: 0,
      edges: outlined ? new Uint8Array(side) : null,
      edge: scale / cellPx,
    };
    const out = new Uint32Array(pixels * pixels);
    const write = n === 1 ? colour : mix(n, painting);
    const round = Math.max(1, Math.round(scale));
    const period = HATCH_PERIOD_PX * round;
    for (let py = 0; py < pixels; py += 1) {
      for (let k = 0; k < n; k += 1) {
        samples.at = k * side;
        sampleRow((north - (py * n + k + 0.5) * step) / lattice.stepY, frame, lattice, samples);
      }
      const hatching = { phase: hatchPhase(tile, py, period), period, width: HATCH_WIDTH_PX * round };
      write(out.subarray(py * pixels, (py + 1) * pixels), samples, painting, hatching);
    }
    return out;
  }

  /** Write a row of pixels that each show one cell. */
  function colour(out, { line, edges }, { fill, hatch }, { phase, period, width }) {
    for (let px = 0; px < out.length; px += 1) {
      const code = line[px];
      const base = phase < width ? hatch[code] : fill[code];
      out[px] = edges && edges[px] && fill[code] !== 0 ? edgeOf(base) : base;
      phase = phase + 1 === period ? 0 : phase + 1;
    }
  }

  /** Return red, green and blue by class, each times the opacity, and the opacity itself. */
  function weighed(table) {
    const [r, g, b, a] = [0, 1, 2, 3].map(() => new Int32Array(table.length));
    table.forEach((word, code) => {
      a[code] = word >>> SHIFT.a;
      r[code] = ((word >>> SHIFT.r) & 255) * a[code];
      g[code] = ((word >>> SHIFT.g) & 255) * a[code];
      b[code] = ((word >>> SHIFT.b) & 255) * a[code];
    });
    return { table, r, g, b, a };
  }

  /** Return how to write a row of pixels that each show the mean of n x n samples. */
  function mix(n, painting) {
    const [fill, hatch] = [weighed(painting.fill), weighed(painting.hatch)];
    return (out, { line }, _, { phase, period, width }) => {
      const side = out.length * n;
      for (let px = 0; px < out.length; px += 1) {
        const first = line[px * n];
        let differing = 0;
        for (let row = px * n; row < line.length; row += side) {
          for (let k = row; k < row + n; k += 1) differing |= line[k] ^ first;
        }
        const colours = phase < width ? hatch : fill;
        out[px] = differing === 0 ? colours.table[first] : mean(line, px * n, n, side, colours);
        phase = phase + 1 === period ? 0 : phase + 1;
      }
    };
  }

  /** Return the mean colour of n x n samples, each weighted by its opacity. */
  function mean(line, at, n, side, colours) {
    let [r, g, b, a] = [0, 0, 0, 0];
    for (let row = at; row < line.length; row += side) {
      for (let k = row; k < row + n; k += 1) {
        const code = line[k];
        r += colours.r[code];
        g += colours.g[code];
        b += colours.b[code];
        a += colours.a[code];
      }
    }
    if (a === 0) return 0;
    const part = (sum, shift) => Math.round(sum / a) << shift;
    const alpha = Math.round(a / (n * n)) << SHIFT.a;
    return (alpha | part(b, SHIFT.b) | part(g, SHIFT.g) | part(r, SHIFT.r)) >>> 0;
  }

  /** Return the width of a cell in Mercator metres, at the middle of the mesh. */
  function cellWidthM(lattice) {
    const across = lattice.x[lattice.nodes - 1] - lattice.x[0];
    return ((lattice.nodes - 1) * lattice.stepX) / across;
  }

  Object.assign(lattices, { denseClasses, paint });
  if (typeof module === "object" && module.exports) module.exports = lattices;
})(globalThis);
