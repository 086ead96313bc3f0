// Points, total and survival as dashboard/figures/live_drawing.py sends them, and the value at a place of an axis.
// core/survival/nomogram.py has the formulas; a test holds the two against each other.

export function pointsOf(axis, value) {
  if (value === null) return null;
  const level = axis.levels?.find(([number]) => number === value);
  return level ? level[2] : axis.zero + axis.slope * value;
}

// The sum, null while an input is unknown.
export function totalOf(inputs, values) {
  let total = 0;
  for (const axis of inputs) {
    const points = pointsOf(axis, values[axis.name] ?? null);
    if (points === null) return null;
    total += points;
  }
  return total;
}

export function survivalOf(row, scale, total) {
  return Math.exp(-Math.exp(row.offset + total / scale));
}

// The value nearest to a number of points, rounded as the axis is.
export function valueAt(axis, points) {
  if (axis.levels) {
    const away = (level) => Math.abs(level[2] - points);
    return axis.levels.reduce((best, level) => (away(level) < away(best) ? level : best))[0];
  }
  return axis.slope === 0 ? axis.start : rounded(axis, (points - axis.zero) / axis.slope);
}

// One step (or `many`) on, up or down; of levels the next one.
export function stepped(axis, value, many) {
  return axis.levels ? neighbour(axis.levels, value, many) : rounded(axis, value + many * axis.step);
}

// The same, to the right (`many` over 0) or to the left.
export function moved(axis, value, many) {
  if (!axis.levels) return stepped(axis, value, axis.slope < 0 ? -many : many);
  return neighbour([...axis.levels].sort((one, other) => one[2] - other[2]), value, many);
}

export function ends(axis) {
  return axis.levels ? [axis.levels[0][0], axis.levels.at(-1)[0]] : [axis.low, axis.high];
}

export function inWords(axis, value) {
  const level = axis.levels?.find(([number]) => number === value);
  return level ? level[1] : value.toFixed(axis.digits);
}

function neighbour(levels, value, many) {
  const at = levels.findIndex(([number]) => number === value) + Math.sign(many);
  return levels[Math.min(Math.max(at, 0), levels.length - 1)][0];
}

function rounded(axis, value) {
  const near = Number((Math.round(value / axis.step) * axis.step).toFixed(axis.digits));
  return Math.min(Math.max(near, axis.low), axis.high);
}
