/*
 * Maps whose ground is drawn in GCJ-02 or BD-09: adds `onDatum` and `crsOf` to `geogridLattice`.
 *
 *   onDatum(lattice, datum)  -> the lattice, whose project() and unproject() go by that datum
 *   shift(datum, lat, lng)   -> [lat, lng] in the datum of a place in WGS-84
 *   unshift(datum, lat, lng) -> back
 *   crsOf(L, datum)          -> a Leaflet CRS: places are WGS-84, the ground lies in the datum
 *
 * All data stays in WGS-84. Only the way from a place to a pixel differs, so that everything that
 * is drawn over such a ground lies where it belongs. Formulas as in geogrid/crs.py.
 */
(function (root) {
  "use strict";

  const lattices = root.geogridLattice;
  const AXIS_M = 6378245;
  const ECCENTRICITY2 = 0.006693421622965943;
  const BD_TURN = (Math.PI * 3000) / 180;
  const INVERSE_STEPS = 8;
  const { sin, cos, PI } = Math;

  function gcj(lat, lng) {
    const x = lng - 105;
    const y = lat - 35;
    const far = Math.sqrt(Math.abs(x));
    const wave = 20 * sin(6 * x * PI) + 20 * sin(2 * x * PI);
    let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * far;
    north += ((wave + 20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
    north += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
    let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * far;
    east += ((wave + 20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
    east += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
    const phi = (lat * PI) / 180;
    const w2 = 1 - ECCENTRICITY2 * sin(phi) ** 2;
    const dLat = (north * w2 * Math.sqrt(w2)) / (AXIS_M * (1 - ECCENTRICITY2));
    const dLng = (east * Math.sqrt(w2)) / (AXIS_M * cos(phi));
    return [lat + (dLat * 180) / PI, lng + (dLng * 180) / PI];
  }

  function bd(lat, lng) {
    const [y, x] = gcj(lat, lng);
    const radius = Math.hypot(x, y) + 0.00002 * sin(y * BD_TURN);
    const angle = Math.atan2(y, x) + 0.000003 * cos(x * BD_TURN);
    return [radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065];
  }

  const FORWARD = { gcj02: gcj, bd09: bd };

  function shift(datum, lat, lng) {
    return FORWARD[datum] ? FORWARD[datum](lat, lng) : [lat, lng];
  }

  function unshift(datum, lat, lng) {
    const forward = FORWARD[datum];
    if (!forward) return [lat, lng];
    let [y, x] = [lat, lng];
    for (let step = 0; step < INVERSE_STEPS; step += 1) {
      const [v, u] = forward(y, x);
      y += lat - v;
      x += lng - u;
    }
    return [y, x];
  }

  function onDatum(lattice, datum) {
    lattice.project = (lat, lng) => lattices.project(...shift(datum, lat, lng));
    lattice.unproject = (mx, my) => unshift(datum, ...lattices.unproject(mx, my));
    return lattice;
  }

  function crsOf(L, datum) {
    const usual = L.CRS.EPSG3857;
    if (!FORWARD[datum]) return usual;
    const { projection } = usual;
    return L.extend({}, usual, {
      projection: L.extend({}, projection, {
        project(place) {
          const [lat, lng] = shift(datum, place.lat, place.lng);
          return projection.project(L.latLng(lat, lng));
        },
        unproject(point) {
          const { lat, lng } = projection.unproject(point);
          return L.latLng(...unshift(datum, lat, lng));
        },
      }),
    });
  }

  Object.assign(lattices, { onDatum, shift, unshift, crsOf });
  if (typeof module === "object" && module.exports) module.exports = lattices;
})(globalThis);
