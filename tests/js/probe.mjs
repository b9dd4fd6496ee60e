// Answers what the map's script makes of a mesh and a column, for the tests in Python.
// stdin: {mesh, meta, data: base64, places: [[lng, lat]]}; stdout: one JSON object.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(import.meta.url);
const lattices = load("../../geogrid/export/assets/lattice.js");
const { mesh, meta, data, places } = JSON.parse(readFileSync(0, "utf8"));
const lattice = lattices.openMesh(mesh);
const bytes = Uint8Array.from(Buffer.from(data, "base64"));
const column = lattices.decodeColumn(bytes.buffer, meta);
const positions = places.map(([lng, lat]) =>
  lattices.cellAt(lattice, ...lattices.project(lat, lng)));
const all = Array.from({ length: lattice.nCells }, (_, i) => i);
process.stdout.write(JSON.stringify({
  positions,
  codes: all.map((i) => lattices.cellCode(lattice, lattices.idOf(lattice, i))),
  centres: all.map((i) => lattices.cellCentre(lattice, lattices.idOf(lattice, i))),
  values: all.map((i) => lattices.valueOf(column, i)),
  classes: [...lattices.classify(column, meta.legend)],
}));
