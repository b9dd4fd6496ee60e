// Paints tiles as the map does, for the tests in Python.
// stdin: {mesh, meta, data: base64, theme, pixels, tiles: [[z, x, y]]}
// stdout: {tiles: [base64 of RGBA bytes]}
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(import.meta.url);
load("../../geogrid/export/assets/lattice.js");
const lattices = load("../../geogrid/export/assets/lattice_paint.js");
const { mesh, meta, data, theme, pixels, tiles } = JSON.parse(readFileSync(0, "utf8"));
const lattice = lattices.openMesh(mesh);
const column = lattices.decodeColumn(Uint8Array.from(Buffer.from(data, "base64")).buffer, meta);
const classes = lattices.classify(column, meta.legend);
const dense = lattices.denseClasses(lattice, classes);
const painting = { dense, ...lattices.palette(meta.legend, theme), outlines: true };
const painted = tiles.map(([z, x, y]) => {
  const words = lattices.paint({ x, y, z, size: pixels, pixels }, lattice, painting);
  return Buffer.from(words.buffer).toString("base64");
});
process.stdout.write(JSON.stringify({ tiles: painted }));
