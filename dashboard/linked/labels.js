// The mask in the browser: outlines of a slice, brush and eraser, and a stroke as what it changed.

export const KEEP = 255;

export class Labels {
  // `shape` of the images; `box` (low, shape) holds the labels `found`, R fastest, and beyond it is background.
  constructor(shape, box, found) {
    this.shape = shape;
    this.version = 0;
    const [nr, na, ns] = shape;
    this.steps = [1, nr, nr * na];
    this.values = new Uint8Array(nr * na * ns);
    const [br, ba, bs] = box.shape;
    for (let s = 0; s < bs; s++) {
      for (let a = 0; a < ba; a++) {
        const row = found.subarray(br * (a + ba * s), br * (a + 1 + ba * s));
        this.values.set(row, box.low[0] + nr * (box.low[1] + a + na * (box.low[2] + s)));
      }
    }
  }

  start(across, index) {
    return index * this.steps[across];
  }

  // Lines between voxels inside and outside, as [u1, v1, u2, v2, ...] in voxels: marching squares between voxel centres.
  outline({ across, axes }, index, least) {
    const [nu, nv] = axes.map((axis) => this.shape[axis]);
    const [su, sv] = axes.map((axis) => this.steps[axis]);
    const from = this.start(across, index);
    const inside = (u, v) => u >= 0 && v >= 0 && u < nu && v < nv && this.values[from + u * su + v * sv] >= least;
    const lines = [];
    for (let v = -1; v < nv; v++) {
      let lower = inside(-1, v), upper = inside(-1, v + 1);
      for (let u = -1; u < nu; u++) {
        const lowerNext = inside(u + 1, v), upperNext = inside(u + 1, v + 1);
        const code = lower | (lowerNext << 1) | (upperNext << 2) | (upper << 3);
        if (code !== 0 && code !== 15) this.cross(lines, code, u, v);
        lower = lowerNext;
        upper = upperNext;
      }
    }
    return lines;
  }

  cross(lines, code, u, v) {
    const ends = { b: [u + 0.5, v], r: [u + 1, v + 0.5], t: [u + 0.5, v + 1], l: [u, v + 0.5] };
    const pairs = ["", "lb", "br", "lr", "rt", "lbrt", "bt", "lt", "lt", "bt", "brlt", "rt", "lr", "br", "lb"][code];
    for (let n = 0; n < pairs.length; n += 2) lines.push(...ends[pairs[n]], ...ends[pairs[n + 1]]);
  }

  // A slice as it is now, to tell a stroke's changes from.
  copy({ across, axes }, index) {
    const [nu, nv] = axes.map((axis) => this.shape[axis]);
    const [su, sv] = axes.map((axis) => this.steps[axis]);
    const from = this.start(across, index);
    const found = new Uint8Array(nu * nv);
    for (let v = 0, n = 0; v < nv; v++) for (let u = 0; u < nu; u++, n++) found[n] = this.values[from + u * su + v * sv];
    return found;
  }

  // A disc of `radius` mm around (u, v): adds or takes away liver or lesion. Lesions belong to the liver.
  disc({ across, axes }, index, [u0, v0], radius, spacing, { act, tissue }) {
    const [nu, nv] = axes.map((axis) => this.shape[axis]);
    const [su, sv] = axes.map((axis) => this.steps[axis]);
    const [mu, mv] = axes.map((axis) => spacing[axis]);
    const from = this.start(across, index);
    const label = tissue === "lesion" ? 2 : 1;
    const low = Math.max(0, Math.floor(v0 - radius / mv)), high = Math.min(nv - 1, Math.ceil(v0 + radius / mv));
    const left = Math.max(0, Math.floor(u0 - radius / mu)), right = Math.min(nu - 1, Math.ceil(u0 + radius / mu));
    for (let v = low; v <= high; v++) {
      for (let u = left; u <= right; u++) {
        if (((u - u0) * mu) ** 2 + ((v - v0) * mv) ** 2 > radius ** 2) continue;
        const n = from + u * su + v * sv;
        this.values[n] = act === "brush" ? Math.max(this.values[n], label) : Math.min(this.values[n], label - 1);
      }
    }
    this.version++;
  }

  // What differs on the slice from `before`: the smallest box, its labels run by run, KEEP where nothing changed.
  change(plane, index, before) {
    const { across, axes } = plane;
    const now = this.copy(plane, index);
    const nu = this.shape[axes[0]];
    let [u0, u1, v0, v1] = [Infinity, -1, Infinity, -1];
    for (let n = 0; n < now.length; n++) {
      if (now[n] === before[n]) continue;
      const u = n % nu, v = Math.floor(n / nu);
      u0 = Math.min(u0, u), u1 = Math.max(u1, u), v0 = Math.min(v0, v), v1 = Math.max(v1, v);
    }
    if (u1 < 0) return null;
    const runs = [];
    for (let v = v0; v <= v1; v++) {
      for (let u = u0; u <= u1; u++) {
        const n = u + nu * v;
        const label = now[n] === before[n] ? KEEP : now[n];
        if (runs.length && runs[runs.length - 2] === label) runs[runs.length - 1]++;
        else runs.push(label, 1);
      }
    }
    const low = [0, 0, 0], shape = [1, 1, 1];
    low[across] = index, low[axes[0]] = u0, low[axes[1]] = v0;
    shape[axes[0]] = u1 - u0 + 1, shape[axes[1]] = v1 - v0 + 1;
    return { low, shape, runs };
  }
}
