/*
 * The pixels of a lattice's map tiles: adds `paint` to `geogridLattice`.
 *
 * paint(tile, lattice, painting) -> Uint32Array(pixels * pixels), ABGR words, little-endian
 *   tile      {x, y, z, size: CSS pixels per side, pixels: of the canvas per side}
 *   painting  {classes, fill, hatch, mask: Uint8Array or null, outlines: boolean}, from
 *             classify() and palette()
 */
(function (root) {
  "use strict";

  const lattices = root.geogridLattice;
  const { SHIFT, WORLD_M, runOf } = lattices;
  const OUTLINE_FROM_PX = 24; // a cell's edge is drawn once the cell is wider
  const HATCH_PERIOD_PX = 7;
  const HATCH_WIDTH_PX = 2;
  const SAMPLED_FROM_PX = 0.75; // about a pixel: the cell under its centre is shown
  const MAX_SAMPLES = 4; // per side of a pixel, where cells are smaller than pixels

  /** Return class + 1 of the cell under each sample of a tile, 0 where there is none. */
  function sampleClasses(frame, lattice, painting) {
    const { side, x0, y0, step, edge } = frame;
    const { nCols, nRows, nodes, x, y, first, start } = lattice;
    const { xmin, ymin } = lattice.bounds;
    const out = new Uint16Array(side * side);
    let run = -1;
    let low = 1;
    let high = 0; // ids in [low, high) share `run`; empty at first
    for (let py = 0; py < side; py += 1) {
      const v = (y0 - (py + 0.5) * step - ymin) / lattice.stepY;
      if (!(v >= 0 && v <= nodes - 1)) continue;
      const j = Math.min(Math.floor(v), nodes - 2);
      const b = v - j;
      let i = -1; // the mesh column that the four numbers below are of
      let west = 0;
      let south = 0;
      let eastward = 0;
      let northward = 0;
      for (let px = 0; px < side; px += 1) {
        const u = (x0 + (px + 0.5) * step - xmin) / lattice.stepX;
        if (!(u >= 0 && u <= nodes - 1)) continue;
        if (i < 0 || u > i + 1) {
          i = Math.min(Math.floor(u), nodes - 2);
          const at = j * nodes + i;
          const under = at + nodes;
          west = x[at] + (x[under] - x[at]) * b;
          south = y[at] + (y[under] - y[at]) * b;
          eastward = x[at + 1] + (x[under + 1] - x[at + 1]) * b - west;
          northward = y[at + 1] + (y[under + 1] - y[at + 1]) * b - south;
        }
        const fcol = west + eastward * (u - i);
        const frow = south + northward * (u - i);
        const col = Math.floor(fcol);
        const row = Math.floor(frow);
        if (col < 0 || col >= nCols || row < 0 || row >= nRows) continue;
        const id = row * nCols + col;
        if (id < low || id >= high) {
          run = runOf(lattice, id);
          low = run < 0 ? 0 : first[run];
          high = first[run + 1];
        }
        if (run < 0) continue;
        const position = start[run] + id - low;
        if (position >= start[run + 1] || (painting.mask && !painting.mask[position])) continue;
        const onEdge = fcol - col < edge || frow - row < edge ? 256 : 0;
        out[py * side + px] = (painting.classes[position] + 1) | (onEdge << 1);
      }
    }
    return out;
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
    const outlined = painting.outlines !== false && cellPx / scale > OUTLINE_FROM_PX;
    const samples = sampleClasses({
      side: pixels * n,
      x0: tile.x * tileM - WORLD_M / 2,
      y0: WORLD_M / 2 - tile.y * tileM,
      step: tileM / (pixels * n),
      edge: outlined ? scale / cellPx : 0,
    }, lattice, painting);
    return n === 1 ? coloured(samples, tile, painting) : mixed(samples, n, tile, painting);
  }

  function coloured(samples, tile, painting) {
    const { pixels } = tile;
    const { fill, hatch } = painting;
    const out = new Uint32Array(samples.length);
    const scale = Math.max(1, Math.round(pixels / tile.size));
    const period = HATCH_PERIOD_PX * scale;
    const width = HATCH_WIDTH_PX * scale;
    for (let py = 0, i = 0; py < pixels; py += 1) {
      let phase = hatchPhase(tile, py, period);
      for (let px = 0; px < pixels; px += 1, i += 1) {
        const sample = samples[i];
        if (sample !== 0) {
          const code = (sample & 511) - 1;
          const base = phase < width ? hatch[code] : fill[code];
          out[i] = sample > 511 && fill[code] !== 0 ? edgeOf(base) : base;
        }
        phase = phase + 1 === period ? 0 : phase + 1;
      }
    }
    return out;
  }

  function mixed(samples, n, tile, painting) {
    const { pixels } = tile;
    const out = new Uint32Array(pixels * pixels);
    const scale = Math.max(1, Math.round(pixels / tile.size));
    const period = HATCH_PERIOD_PX * scale;
    const width = HATCH_WIDTH_PX * scale;
    for (let py = 0; py < pixels; py += 1) {
      let phase = hatchPhase(tile, py, period);
      for (let px = 0; px < pixels; px += 1) {
        const table = phase < width ? painting.hatch : painting.fill;
        out[py * pixels + px] = mean(samples, py * n * n * pixels + px * n, n, pixels * n, table);
        phase = phase + 1 === period ? 0 : phase + 1;
      }
    }
    return out;
  }

  /** Return the mean colour of n x n samples, each weighted by its opacity. */
  function mean(samples, at, n, width, table) {
    const first = samples[at];
    let same = true;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    for (let row = at; row < at + n * width; row += width) {
      for (let k = row; k < row + n; k += 1) {
        const code = samples[k];
        same = same && code === first;
        if (code === 0) continue;
        const colour = table[(code & 511) - 1];
        const alpha = colour >>> SHIFT.a;
        r += (colour & 255) * alpha;
        g += ((colour >>> SHIFT.g) & 255) * alpha;
        b += ((colour >>> SHIFT.b) & 255) * alpha;
        a += alpha;
      }
    }
    if (same) return first === 0 ? 0 : table[(first & 511) - 1];
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

  lattices.paint = paint;
  if (typeof module === "object" && module.exports) module.exports = lattices;
})(globalThis);
