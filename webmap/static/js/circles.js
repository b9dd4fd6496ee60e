/** Counted circles that lie over one another are drawn as one; pure functions. */

/**
 * Return circles {x, y, n, lng, lat, radius} of which none overlaps another; all counts are kept.
 *
 * A larger circle takes in each that it touches, and lies then in the middle of all that it counts.
 */
export function apart(points, radiusOf) {
  let circles = points.map((point) => ({ ...point, radius: radiusOf(point.n) })).sort((a, b) => b.n - a.n);
  for (let before = -1; before !== circles.length;) {
    before = circles.length;
    const side = 2 * radiusOf(circles.reduce((sum, { n }) => sum + n, 1)); // none that touch lie further apart
    const squares = new Map();
    const kept = [];
    for (const circle of circles) {
      const [column, row] = [Math.floor(circle.x / side), Math.floor(circle.y / side)];
      const near = around(squares, column, row).find((one) => Math.hypot(one.x - circle.x, one.y - circle.y) < one.radius + circle.radius);
      if (near) { takeIn(near, circle, radiusOf); continue; }
      kept.push(circle);
      const key = `${column},${row}`;
      if (squares.has(key)) squares.get(key).push(circle); else squares.set(key, [circle]);
    }
    circles = kept.sort((a, b) => b.n - a.n);
  }
  return circles;
}

/** Return what lies in a square and the eight around it. One that moved since is found in the next round. */
function around(squares, column, row) {
  const found = [];
  for (let x = column - 1; x <= column + 1; x += 1) {
    for (let y = row - 1; y <= row + 1; y += 1) found.push(...squares.get(`${x},${y}`) ?? []);
  }
  return found;
}

function takeIn(circle, other, radiusOf) {
  const n = circle.n + other.n;
  for (const name of ["x", "y", "lng", "lat"]) circle[name] = (circle[name] * circle.n + other[name] * other.n) / n;
  Object.assign(circle, { n, radius: radiusOf(n) });
}
