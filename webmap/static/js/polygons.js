/** GeoJSON polygons: which holds a place, and how large it is; pure functions. */

const polygonsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : type === "MultiPolygon" ? coordinates : []);

/** Tell whether a geometry is an area. */
export const isArea = (geometry) => polygonsOf(geometry).length > 0;

/** Tell whether a place lies in a polygon or multipolygon, by how often its edges are crossed to the east. */
export function holds(geometry, lng, lat) {
  let inside = false;
  for (const ring of polygonsOf(geometry).flat()) {
    for (let i = 0, before = ring.length - 1; i < ring.length; before = i, i += 1) {
      const [[x, y], [u, v]] = [ring[i], ring[before]];
      if (y > lat !== v > lat && lng < x + ((lat - y) / (v - y)) * (u - x)) inside = !inside;
    }
  }
  return inside;
}

/** Return the size of a geometry in square degrees, to tell the smaller of two. */
export function sizeOf(geometry) {
  return polygonsOf(geometry).reduce((sum, [outer, ...holes]) =>
    sum + Math.abs(turned(outer)) - holes.reduce((open, hole) => open + Math.abs(turned(hole)), 0), 0);
}

function turned(ring) {
  return ring.reduce((sum, [x, y], at) => {
    const [u, v] = ring[(at + 1) % ring.length];
    return sum + (x * v - u * y) / 2;
  }, 0);
}

/** Return the rings of a geometry as Leaflet takes them. */
export const ringsOf = (geometry) => polygonsOf(geometry).map((polygon) => polygon.map((ring) => ring.map(([lng, lat]) => [lat, lng])));

/** Return [longitude, latitude] of the middle of the box around a point or an area; null for others. */
export function middleOf(geometry) {
  if (geometry.type === "Point") return geometry.coordinates;
  const points = polygonsOf(geometry).flat(2);
  if (points.length === 0) return null;
  return [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  });
}
