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
    const kept = [];
    for (const circle of circles) {
      const near = kept.find((one) => Math.hypot(one.x - circle.x, one.y - circle.y) < one.radius + circle.radius);
      if (near) takeIn(near, circle, radiusOf); else kept.push(circle);
    }
    circles = kept.sort((a, b) => b.n - a.n);
  }
  return circles;
}

function takeIn(circle, other, radiusOf) {
  const n = circle.n + other.n;
  for (const name of ["x", "y", "lng", "lat"]) circle[name] = (circle[name] * circle.n + other[name] * other.n) / n;
  Object.assign(circle, { n, radius: radiusOf(n) });
}
