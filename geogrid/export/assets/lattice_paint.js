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
      for (let px = 0; px < side; px += 1) {
        const u = (x0 + (px + 0.5) * step - xmin) / lattice.stepX;
        if (!(u >= 0 && u <= nodes - 1)) continue;
        const i = Math.min(Math.floor(u), nodes - 2);
        const a = u - i;
        const at = j * nodes + i;
        const under = at + nodes;
        const west = x[at] + (x[under] - x[at]) * b;
        const fcol = west + (x[at + 1] + (x[under + 1] - x[at + 1]) * b - west) * a;
        const south = y[at] + (y[under] - y[at]) * b;
        const frow = south + (y[at + 1] + (y[under + 1] - y[at + 1]) * b - south) * a;
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

  function onHatch(x, y, scale) {
    const period = HATCH_PERIOD_PX * scale;
    return (((x + y) % period) + period) % period < HATCH_WIDTH_PX * scale;
  }

  /** Return a colour nearer to black or white, for a cell's edge. */
  function edgeOf(colour) {
    const alpha = colour >>> SHIFT.a;
    return (((Math.min(255, alpha + 60) << SHIFT.a) | ((colour >> 1) & 0x7f7f7f)) >>> 0);
  }

  /** Return the mean of n samples, each colour weighted by its opacity. */
  function mean(sums, n) {
    const a = sums[3] / n;
    if (a === 0) return 0;
    const part = (k) => Math.round(sums[k] / sums[3]);
    return (
      ((Math.round(a) << SHIFT.a) | (part(2) << SHIFT.b) | (part(1) << SHIFT.g) | part(0)) >>> 0
    );
  }

  /**
   * Return the pixels of one tile.
   *
   * Where cells are larger than pixels each pixel shows the cell under its centre. Where they
   * are smaller it shows the mix of the cells under it, each by its share; never the largest.
   */
  function paint(tile, lattice, painting) {
    const { pixels } = tile;
    const scale = pixels / tile.size; // device pixels per CSS pixel
    const tileM = WORLD_M / 2 ** tile.z / (256 / tile.size);
    const cellPx = cellWidthM(lattice) / (tileM / pixels);
    const n = cellPx >= 1 ? 1 : Math.min(MAX_SAMPLES, Math.ceil(1 / cellPx));
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
    const out = new Uint32Array(samples.length);
    const scale = Math.max(1, Math.round(pixels / tile.size));
    for (let i = 0; i < samples.length; i += 1) {
      if (samples[i] === 0) continue;
      const code = (samples[i] & 511) - 1;
      const px = i % pixels;
      const py = (i - px) / pixels;
      const fill = painting.fill[code];
      const ink = painting.hatch[code];
      const base =
        ink !== fill && onHatch(tile.x * pixels + px, tile.y * pixels + py, scale) ? ink : fill;
      out[i] = samples[i] > 511 && fill !== 0 ? edgeOf(base) : base;
    }
    return out;
  }

  function mixed(samples, n, tile, painting) {
    const { pixels } = tile;
    const out = new Uint32Array(pixels * pixels);
    const sums = new Float64Array(4);
    const scale = Math.max(1, Math.round(pixels / tile.size));
    for (let py = 0; py < pixels; py += 1) {
      for (let px = 0; px < pixels; px += 1) {
        const hatched = onHatch(tile.x * pixels + px, tile.y * pixels + py, scale);
        const table = hatched ? painting.hatch : painting.fill;
        sums.fill(0);
        for (let k = 0; k < n * n; k += 1) {
          const row = py * n + Math.floor(k / n);
          const code = samples[row * pixels * n + px * n + (k % n)];
          if (code === 0) continue;
          const colour = table[(code & 511) - 1];
          const a = colour >>> SHIFT.a;
          sums[0] += (colour & 255) * a;
          sums[1] += ((colour >>> SHIFT.g) & 255) * a;
          sums[2] += ((colour >>> SHIFT.b) & 255) * a;
          sums[3] += a;
        }
        out[py * pixels + px] = mean(sums, n * n);
      }
    }
    return out;
  }

  /** Return the width of a cell in Mercator metres, at the middle of the mesh. */
  function cellWidthM(lattice) {
    const across = lattice.x[lattice.nodes - 1] - lattice.x[0];
    return ((lattice.nodes - 1) * lattice.stepX) / across;
  }

  lattices.paint = paint;
  if (typeof module === "object" && module.exports) module.exports = lattices;
})(globalThis);
