// Shifts places as the map does, for the tests in Python.
// stdin: {datum, places: [[lat, lng]]}; stdout: {there: [[lat, lng]], back: [[lat, lng]]}
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(import.meta.url);
load("../../geogrid/export/assets/lattice.js");
const lattices = load("../../geogrid/export/assets/lattice_datum.js");
const { datum, places } = JSON.parse(readFileSync(0, "utf8"));
const there = places.map(([lat, lng]) => lattices.shift(datum, lat, lng));
const back = there.map(([lat, lng]) => lattices.unshift(datum, lat, lng));
process.stdout.write(JSON.stringify({ there, back }));
