import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

const load = createRequire(import.meta.url);
load("../../geogrid/export/assets/lattice.js");
const lattices = load("../../geogrid/export/assets/lattice_paint.js");

const WORLD_M = 2 * Math.PI * 6378137;
const TILE_14_M = WORLD_M / 2 ** 14;

/** A lattice of 6 x 4 cells of 1000 m, straight on the Mercator plane, without its middle. */
function straight(overrides = {}) {
  const nodes = 3;
  const x = [];
  const y = [];
  for (let j = 0; j < nodes; j += 1) {
    for (let i = 0; i < nodes; i += 1) {
      x.push(-1 + i * 4); // one cell of margin on each side
      y.push(-1 + j * 3);
    }
  }
  return lattices.openMesh({
    version: "test",
    n_rows: 4,
    n_cols: 6,
    cell_size_m: 1000,
    x_min_m: 5000,
    y_min_m: -2000,
    bounds_mercator: [-1000, -1000, 7000, 5000],
    nodes,
    x,
    y,
    runs: [[0, 6], [6, 2], [10, 2], [12, 12]], // row 1 lacks columns 2 and 3
    districts: { ids: ["a"], names: ["A"] },
    ...overrides,
  });
}

function column(raw, meta = {}) {
  const kinds = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array };
  const nulls = { u1: 255, u2: 65535, u4: 4294967295, f4: null };
  const dtype = meta.dtype || "u1";
  const full = { dtype, scale: 1, offset: 0, decimals: 0, categories: [], null: nulls[dtype] };
  return lattices.decodeColumn(kinds[dtype].from(raw).buffer, { ...full, ...meta });
}

const swatch = (light, more = {}) => ({ light, dark: "#ffffff", opacity: 1, hatch: null, ...more });
const AMOUNTS = {
  kind: "sequential",
  classes: [
    { key: "zero", from: 0, to: 0, ...swatch("#ff0000") },
    { key: "1", from: 0, to: 10, ...swatch("#00ff00") },
    { key: "2", from: 10, to: null, ...swatch("#0000ff") },
  ],
  null: { key: "null", ...swatch("#808080", { opacity: 0.5 }) },
};

test("the index of a mercator place is its column and row", () => {
  const lattice = straight();
  for (const [mx, my] of [[-1000, -1000], [0, 0], [2500, 3250], [7000, 5000]]) {
    const [col, row] = lattices.latticeIndex(lattice, mx, my);
    assert.ok(Math.abs(col - mx / 1000) < 1e-12 && Math.abs(row - my / 1000) < 1e-12);
  }
});

test("outside the mesh there is no index and no cell", () => {
  const lattice = straight();
  assert.deepEqual(lattices.latticeIndex(lattice, -1001, 0), [NaN, NaN]);
  assert.equal(lattices.cellAt(lattice, 1e7, 0), -1);
  assert.equal(lattices.cellAt(lattice, -500, 500), -1); // in the margin
});

test("positions follow the active cells in id order and skip holes", () => {
  const lattice = straight();
  assert.equal(lattice.nCells, 22);
  assert.equal(lattices.positionOf(lattice, 7), 7);
  assert.equal(lattices.positionOf(lattice, 8), -1);
  assert.equal(lattices.positionOf(lattice, 10), 8);
  assert.equal(lattices.positionOf(lattice, 23), 21);
  assert.equal(lattices.positionOf(lattice, 24), -1);
  assert.equal(lattices.cellAt(lattice, 2500, 1500), -1);
  assert.equal(lattices.cellAt(lattice, 4500, 1500), 8);
});

test("every position leads to an id and back", () => {
  const lattice = straight();
  for (let position = 0; position < lattice.nCells; position += 1) {
    assert.equal(lattices.positionOf(lattice, lattices.idOf(lattice, position)), position);
  }
});

test("a code holds the metres of the corner, padded to seven, with the sign", () => {
  const lattice = straight();
  assert.equal(lattices.cellCode(lattice, 0), "1000mE0005000N-002000");
  assert.equal(lattices.cellCode(lattice, 23), "1000mE0010000N0001000");
});

test("every code leads back to its cell, and nothing else is a code", () => {
  const lattice = straight();
  for (let id = 0; id < 24; id += 1) {
    assert.equal(lattices.cellOfCode(lattice, lattices.cellCode(lattice, id)), id);
  }
  const wrong = ["", "1000mE5000N-2000", "250mE0005000N-002000", "1000mE0005500N-002000",
    "1000mE0011000N-002000", "x1000mE0005000N-002000"];
  for (const code of wrong) assert.equal(lattices.cellOfCode(lattice, code), -1, code);
});

test("the ring of a cell goes through its corners and its centre is inside", () => {
  const lattice = straight();
  const ring = lattices.cellRing(lattice, 8).map(([lat, lng]) => lattices.project(lat, lng));
  const expected = [[2000, 1000], [3000, 1000], [3000, 2000], [2000, 2000]];
  ring.forEach(([x, y], i) => {
    assert.ok(Math.hypot(x - expected[i][0], y - expected[i][1]) < 1e-3);
  });
  const [x, y] = lattices.project(...lattices.cellCentre(lattice, 8));
  assert.ok(Math.hypot(x - 2500, y - 1500) < 1e-3);
});

test("the inverse holds on a bent mesh too", () => {
  const lattice = straight();
  for (let i = 0; i < lattice.x.length; i += 1) {
    lattice.x[i] += 0.02 * lattice.y[i] + 0.002 * lattice.y[i] ** 2;
    lattice.y[i] -= 0.03 * lattice.x[i];
  }
  const [mx, my] = lattices.project(...lattices.latLngOf(lattice, 3.3, 1.7));
  const [col, row] = lattices.latticeIndex(lattice, mx, my);
  assert.ok(Math.abs(col - 3.3) < 1e-6 && Math.abs(row - 1.7) < 1e-6);
});

test("project and unproject are inverse", () => {
  const [lat, lng] = lattices.unproject(...lattices.project(26.26, 117.63));
  assert.ok(Math.abs(lat - 26.26) < 1e-12 && Math.abs(lng - 117.63) < 1e-12);
});

test("values are decoded without the noise of the scale, and null is null", () => {
  const shares = column([0, 1, 9999, 10000, 65535], { dtype: "u2", scale: 1e-4, decimals: 4 });
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => lattices.valueOf(shares, i)),
    [0, 0.0001, 0.9999, 1, null]);
  const z = column([0, 3142], { dtype: "u2", scale: 0.001, offset: -3.142, decimals: 3 });
  assert.equal(lattices.valueOf(z, 0), -3.142);
  assert.equal(lattices.valueOf(z, 1), 0);
  const kinds = column([1, 255], { categories: ["never", "met"] });
  assert.equal(lattices.valueOf(kinds, 0), "met");
  assert.equal(lattices.valueOf(kinds, 1), null);
  assert.equal(lattices.valueOf(column([NaN], { dtype: "f4" }), 0), null);
  assert.equal(lattices.valueOf(column([7]), 5), null); // no such cell
});

test("an unknown dtype is refused", () => {
  assert.throws(() => lattices.decodeColumn(new ArrayBuffer(1), { dtype: "i9" }), /i9/);
});

test("zero, each range and null are classes of their own; bounds belong to the upper range", () => {
  const classes = lattices.classify(column([0, 1, 9, 10, 254, 255]), AMOUNTS);
  assert.deepEqual([...classes], [0, 1, 1, 2, 2, lattices.NULL_CLASS]);
});

test("floats and scaled integers fall into the same classes", () => {
  const floats = column([0, 0.5, 9.9, 10, NaN], { dtype: "f4" });
  const tenths = column([0, 5, 99, 100, 65535], { dtype: "u2", scale: 0.1, decimals: 1 });
  const expected = [0, 1, 1, 2, lattices.NULL_CLASS];
  assert.deepEqual([...lattices.classify(floats, AMOUNTS)], expected);
  assert.deepEqual([...lattices.classify(tenths, AMOUNTS)], expected);
});

test("a diverging legend is open at both ends", () => {
  const legend = {
    kind: "diverging",
    classes: [[null, -2], [-2, 2], [2, null]].map(([from, to], i) => ({ key: `${i}`, from, to })),
  };
  const z = column([0, 1000, 3000, 5000, 9000], { dtype: "u2", scale: 0.001, offset: -3 });
  assert.deepEqual([...lattices.classify(z, legend)], [0, 1, 1, 2, 2]);
});

test("categories are classes by their code", () => {
  const legend = { kind: "categorical", classes: [{ key: "a" }, { key: "b" }] };
  const kinds = column([1, 0, 255], { categories: ["a", "b"] });
  assert.deepEqual([...lattices.classify(kinds, legend)], [1, 0, lattices.NULL_CLASS]);
});

test("counts and weights sum to all cells that the filter lets through", () => {
  const classes = lattices.classify(column([0, 1, 10, 255]), AMOUNTS);
  assert.deepEqual([...lattices.classCounts(classes, 3)], [1, 1, 1, 1]);
  const mask = Uint8Array.of(1, 0, 1, 1);
  assert.deepEqual([...lattices.classCounts(classes, 3, mask, [2, 3, 4, 5])], [2, 0, 4, 5]);
});

test("a pixel is red, green, blue, alpha in this order in memory", () => {
  const { fill } = lattices.palette(AMOUNTS, "light");
  const bytes = (word) => [...new Uint8Array(Uint32Array.of(word).buffer)];
  assert.deepEqual(bytes(fill[0]), [255, 0, 0, 255]);
  assert.deepEqual(bytes(fill[2]), [0, 0, 255, 255]);
  assert.deepEqual(bytes(fill[lattices.NULL_CLASS]), [128, 128, 128, 128]);
  assert.deepEqual(bytes(lattices.palette(AMOUNTS, "dark").fill[0]), [255, 255, 255, 255]);
});

// ---------------------------------------------------------------------------- pixels

function painting(lattice, values, { mask = null, outlines = false } = {}) {
  const classes = lattices.classify(column(values), AMOUNTS);
  const dense = lattices.denseClasses(lattice, classes, mask);
  return { classes, dense, outlines, ...lattices.palette(AMOUNTS, "light") };
}

/** The tile of zoom 14 whose south-west corner is (0, 0): 2446 m wide. */
const TILE = { x: 2 ** 13, y: 2 ** 13 - 1, z: 14, size: 256, pixels: 256 };

function slowPixel(tile, lattice, colours, px, py) {
  const step = TILE_14_M / tile.pixels;
  const cell = lattices.cellAt(lattice, (px + 0.5) * step, TILE_14_M - (py + 0.5) * step);
  return cell < 0 ? 0 : colours.fill[colours.classes[cell]];
}

test("every pixel of a tile shows the cell under its centre", () => {
  const lattice = straight();
  const values = Array.from({ length: 22 }, (_, i) => [0, 5, 50, 255][i % 4]);
  const colours = painting(lattice, values);
  for (const pixels of [256, 320, 512]) {
    const tile = { ...TILE, pixels };
    const words = lattices.paint(tile, lattice, colours);
    assert.equal(words.length, pixels * pixels);
    for (let py = 0; py < pixels; py += 7) {
      for (let px = 0; px < pixels; px += 5) {
        assert.equal(words[py * pixels + px], slowPixel(tile, lattice, colours, px, py));
      }
    }
  }
});

test("each place of the lattice has the class of its cell, and none where there is no cell", () => {
  const lattice = straight();
  const classes = Uint8Array.from({ length: 22 }, (_, i) => (i % 5 === 4 ? lattices.NULL_CLASS : i));
  const mask = Uint8Array.from({ length: 22 }, (_, i) => Number(i % 3 !== 0));
  for (const filter of [null, mask]) {
    const dense = lattices.denseClasses(lattice, classes, filter);
    assert.equal(dense.length, 24);
    dense.forEach((code, id) => {
      const position = lattices.positionOf(lattice, id);
      const drawn = position >= 0 && (!filter || filter[position]);
      assert.equal(code, drawn ? classes[position] : lattices.NO_CELL, `${id}`);
    });
  }
});

test("a filtered cell, a hole and the outside are clear", () => {
  const lattice = straight();
  const mask = new Uint8Array(22).fill(1);
  mask[0] = 0;
  const words = lattices.paint(TILE, lattice, painting(lattice, Array(22).fill(0), { mask }));
  const at = (mx, my) => {
    const scale = 256 / TILE_14_M;
    return words[Math.floor((TILE_14_M - my) * scale) * 256 + Math.floor(mx * scale)];
  };
  assert.equal(at(500, 500), 0); // filtered
  assert.equal(at(2300, 1500), 0); // hole
  assert.notEqual(at(1500, 500), 0);
  const west = lattices.paint({ ...TILE, x: TILE.x - 1 }, lattice, painting(lattice, Array(22).fill(0)));
  assert.ok(west.every((word) => word === 0));
});

test("cells smaller than a pixel are mixed by their share, never the largest wins", () => {
  const nRows = 64;
  const nodes = 2;
  const size = 64 * 1000;
  const lattice = straight({
    n_rows: nRows, n_cols: nRows, nodes, bounds_mercator: [0, 0, size, size],
    x: [0, 64, 0, 64], y: [0, 0, 64, 64], runs: [[0, nRows * nRows]],
  });
  // One cell in four is in the strongest class; a pixel of zoom 6 covers 2.4 cells a side.
  const values = Array.from({ length: nRows * nRows }, (_, id) => {
    const row = Math.floor(id / nRows);
    return row % 2 === 0 && id % 2 === 0 ? 50 : 0;
  });
  const tile = { x: 32, y: 31, z: 6, size: 256, pixels: 256 };
  const words = lattices.paint(tile, lattice, painting(lattice, values));
  const bytes = new Uint8Array(words.buffer);
  let blue = 0;
  let red = 0;
  for (let i = 0; i < bytes.length; i += 4) {
    red += bytes[i] * bytes[i + 3];
    blue += bytes[i + 2] * bytes[i + 3];
  }
  assert.ok(Math.abs(blue / (red + blue) - 0.25) < 0.03, `${blue / (red + blue)}`);
});

test("hatching runs on over the seam of two tiles", () => {
  const lattice = straight();
  const legend = {
    ...AMOUNTS,
    classes: [{ key: "zero", from: 0, to: 0,
      ...swatch("#ff0000", { hatch: { light: "#000000", dark: "#000000" } }) }],
  };
  const dense = lattices.denseClasses(lattice, new Uint8Array(22));
  const colours = { dense, outlines: false, ...lattices.palette(legend, "light") };
  const here = lattices.paint(TILE, lattice, colours);
  const east = lattices.paint({ ...TILE, x: TILE.x + 1 }, lattice, colours);
  const row = 250; // in the south row of cells, which has no hole
  const line = [...here.slice(row * 256, row * 256 + 256), ...east.slice(row * 256, row * 256 + 256)];
  const inks = new Set(line);
  assert.equal(inks.size, 2);
  for (let px = 7; px < 512; px += 1) assert.equal(line[px], line[px - 7]);
});

test("the edges of cells are drawn once a cell is wide", () => {
  const lattice = straight();
  const colours = painting(lattice, Array(22).fill(0), { outlines: true });
  const near = new Set(lattices.paint(TILE, lattice, colours)); // a cell is 104 pixels wide
  assert.equal(near.size, 3); // fill, edge, hole
  const far = new Set(lattices.paint({ x: 512, y: 511, z: 10, size: 256, pixels: 256 }, lattice,
    colours)); // 6 pixels wide
  assert.equal(far.size, 2);
});
