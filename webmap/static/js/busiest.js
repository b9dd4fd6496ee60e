/** Where most of a measure lies: pure functions, tested in node. */

const MOST = 0.6; // of the lattice: more than that is the whole
const OUTERMOST = 0.02; // of the cells at each side, left out of the first view
const EMPTY = new Set(["not_required", "no_data", "off_duty", "none"]);

/** Return whether a number as it travels is a value over none; `undefined` for a null is false too. */
function isSome({ raw, meta }) {
  const { dtype, scale, offset, decimals, categories } = meta;
  if (categories.length) {
    const some = Uint8Array.from(categories, (name) => Number(!EMPTY.has(name)));
    return (position) => some[raw[position]] === 1;
  }
  if (dtype === "f4") return (position) => raw[position] > 0; // false for NaN
  const least = 0.5 / 10 ** decimals; // below it a value is shown as 0
  return (position) => raw[position] !== meta.null && raw[position] * scale + offset >= least;
}

/**
 * Return [[row, col], [row, col]] of the south-west and north-east of the box with most cells over
 * none; null without any, or if they are all over.
 */
export function busiestBox(lattice, column) {
  const { first, start, nRows, nCols } = lattice;
  const rows = new Uint32Array(nRows);
  const cols = new Uint32Array(nCols);
  const some = isSome(column);
  let all = 0;
  for (let run = 0; run + 1 < start.length; run += 1) {
    let row = Math.floor(first[run] / nCols);
    let col = first[run] - row * nCols;
    for (let position = start[run]; position < start[run + 1]; position += 1) {
      if (some(position)) {
        rows[row] += 1;
        cols[col] += 1;
        all += 1;
      }
      col += 1;
      if (col === nCols) {
        col = 0;
        row += 1;
      }
    }
  }
  if (all === 0) return null;
  const [south, north] = middleOf(rows, all);
  const [west, east] = middleOf(cols, all);
  if (north - south > MOST * nRows || east - west > MOST * nCols) return null;
  return [[south, west], [north, east]];
}

/** Return where a histogram has its middle, without the outermost at each end. */
function middleOf(counts, all) {
  const left = all * OUTERMOST;
  let [sum, first, last] = [0, 0, counts.length - 1];
  while (sum + counts[first] <= left) sum += counts[first++];
  sum = 0;
  while (sum + counts[last] <= left) sum += counts[last--];
  return [first, last];
}
