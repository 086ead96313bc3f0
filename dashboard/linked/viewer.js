// The linked viewer: two phases, one look. What the page sends comes in through update(); what the reader does changes the
// look, which both pictures are drawn from, so they cannot come apart.

import { Controls, make } from "./controls.js";
import { engine, PLANES } from "./engine.js";
import { listen } from "./input.js";
import { Labels } from "./labels.js";
import { drawPicture } from "./marks.js";

const mounted = new WeakMap();
const looks = new Map(); // how the reader last looked at what was sent, while the page stays open
const SERVER = new URL("../../../", import.meta.url);
const ZOOMS = [0.5, 12];

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return ahead();
  const viewer = mounted.get(parentElement) ?? new Viewer(parentElement, data);
  mounted.set(parentElement, viewer);
  viewer.tell = { state: setStateValue, trigger: setTriggerValue };
  viewer.update(data);
  return () => {
    viewer.close();
    mounted.delete(parentElement);
  };
}

// Shaders are compiled while the server still packs the volumes; whether that works is found out when they come.
function ahead() {
  engine().open().catch((error) => console.info("viewer", error));
}

async function fetched(url) {
  const answer = await fetch(new URL(url.replace(/^\//, ""), SERVER));
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

class Viewer {
  constructor(parent, data) {
    this.look = looks.get(data.token) ?? { ...this.firstLook(data) };
    looks.set(data.token, this.look);
    this.drawn = {};
    this.painted = { number: 0, waiting: [] };
    this.controls = new Controls(data.words, this.orders());
    this.panels = data.volumes.map((volume) => this.panel(volume));
    this.root = make(
      "div",
      { className: "viewer" },
      this.controls.look,
      this.controls.move,
      make("div", { className: "panels" }, ...this.panels.map(({ box }) => box)),
    );
    parent.append(this.root);
    this.spacing = data.columns.map((column) => Math.hypot(...column));
    this.resized = new ResizeObserver(() => this.redraw());
    for (const { picture } of this.panels) this.resized.observe(picture);
  }

  firstLook(data) {
    const { low, high } = data.windows[0];
    return { plane: "axial", at: [...data.start], zoom: 1, pan: [0, 0, 0], low, high, opacity: 0.6, outline: true, tool: "look", size: 8, lengths: [] };
  }

  panel({ name, grid }) {
    const words = { remark: make("span", { className: "remark" }), value: make("span", { className: "value" }) };
    const letters = [0, 1, 2, 3].map(() => make("i", { ariaHidden: "true" }));
    const canvas = make("canvas");
    const waiting = make("span", { className: "waiting" });
    const picture = make("div", { className: "picture", tabIndex: 0 }, canvas, ...letters, words.remark, words.value, waiting);
    picture.setAttribute("role", "slider");
    picture.setAttribute("aria-label", name);
    const title = make("header", {}, make("b", { textContent: name }), " ", make("span", { textContent: grid }));
    const box = make("section", { className: "panel" }, title, picture);
    listen(picture, this.hands());
    return { box, picture, canvas, letters, waiting, ...words };
  }

  async update(data) {
    const tools = JSON.stringify([data.tissue === null, data.planes, data.windows]);
    this.data = data;
    for (const plane of data.planes) {
      const last = plane.first + plane.step * (data.shape[PLANES[plane.key].across] - 1);
      plane.ends = [Math.min(plane.first, last), Math.max(plane.first, last)];
    }
    if (tools !== this.tools) this.controls.build(data);
    this.tools = tools;
    if (!data.tissue && ["brush", "eraser"].includes(this.look.tool)) this.look.tool = "look";
    try {
      await (this.opened ??= this.open(data));
      await Promise.all([this.takeHeat(), this.takeMask()]);
    } catch (error) {
      this.refuse(error);
    }
    this.redraw();
  }

  async open(data) {
    if (!document.createElement("canvas").getContext("webgl2")) throw new RangeError("webgl");
    for (const { waiting } of this.panels) waiting.textContent = data.words.loading;
    this.engine = engine();
    const files = () => data.volumes.map(({ url }) => fetched(url));
    await this.engine.load(data.token, files, [data.lowest, data.highest]);
    this.engine.glass.addEventListener("webglcontextlost", () => this.closed || this.tell.state("fault", "lost"));
    for (const { waiting } of this.panels) waiting.remove();
    this.loaded = true;
  }

  // What could not be fetched is asked for again when the page sends something new.
  refuse(error) {
    this.maskShown = this.heatShown = null;
    if (!this.loaded) this.opened = null;
    if (error instanceof RangeError && error.message === "webgl") return this.tell.state("fault", "webgl");
    console.error("viewer", error);
    for (const { waiting } of this.panels) waiting.textContent = this.data.words.failed;
  }

  async takeHeat() {
    const { heat } = this.data;
    const wanted = heat && heat.url + heat.colours;
    if (this.heatShown === wanted) return;
    this.heatShown = wanted;
    const levels = heat && new Uint8Array(await fetched(heat.url));
    if (this.heatShown === wanted) this.engine.setHeat(heat, levels);
  }

  // The mask as the page has it, once it knows every stroke painted here.
  async takeMask() {
    const { mask, shape } = this.data;
    this.painted.waiting = this.painted.waiting.filter(({ number }) => number > (mask?.taken ?? 0));
    this.painted.number = Math.max(this.painted.number, mask?.taken ?? 0);
    const wanted = mask && `${mask.url} ${mask.low}`;
    const busy = () => this.painted.waiting.length > 0 || Boolean(this.painted.before);
    if (!mask || busy() || this.maskShown === wanted) return;
    this.maskShown = wanted;
    const values = new Uint8Array(await fetched(mask.url));
    if (this.maskShown !== wanted || busy()) return void (this.maskShown = null);
    this.labels = new Labels(shape, mask, values);
    this.drawn.key = null;
  }

  orders() {
    return {
      set: (change) => this.change(change),
      plane: (plane) => this.change({ plane, zoom: 1, pan: [0, 0, 0] }),
      window: (n) => this.change({ low: this.data.windows[n].low, high: this.data.windows[n].high }),
      number: (number) => this.go((number - this.plane().first) * this.plane().step),
      jump: (where) => this.jump(where),
      clear: () => this.change({ lengths: [] }),
      reset: () => this.change({ zoom: 1, pan: [0, 0, 0], low: this.data.windows[0].low, high: this.data.windows[0].high }),
    };
  }

  plane() {
    return this.data.planes.find(({ key }) => key === this.look.plane);
  }

  change(values) {
    Object.assign(this.look, values);
    this.redraw();
  }

  // To the slice with index n along the plane's axis.
  go(n) {
    const { across } = PLANES[this.look.plane];
    const at = [...this.look.at];
    at[across] = Math.max(0, Math.min(this.data.shape[across] - 1, n));
    this.change({ at });
  }

  // The hottest slice moves only across the plane; a lesion is put under the crosshair.
  jump(where) {
    if (where === "lesion") return this.change({ at: [...this.data.lesion] });
    this.go(this.data.heat.hottest[PLANES[this.look.plane].across]);
  }

  hands() {
    const axes = () => PLANES[this.look.plane].axes;
    const voxels = (x, y) => this.engine.toVoxels(x, y);
    return {
      ready: () => Boolean(this.loaded && this.engine.scale),
      tool: () => this.look.tool,
      scroll: (by) => this.go(this.look.at[PLANES[this.look.plane].across] + by * this.plane().step),
      cross: (x, y) => {
        const at = [...this.look.at];
        voxels(x, y).forEach((n, k) => (at[axes()[k]] = Math.max(0, Math.min(this.data.shape[axes()[k]] - 1, Math.round(n)))));
        this.change({ at });
      },
      level: (dx, dy) => {
        const [width, centre] = [Math.max(10, this.look.high - this.look.low + 2 * dx), (this.look.low + this.look.high) / 2 + dy];
        this.change({ low: centre - width / 2, high: centre + width / 2 });
      },
      move: (dx, dy) => {
        const pan = [...this.look.pan];
        [dx, dy].forEach((pixels, k) => (pan[axes()[k]] += (pixels / this.engine.scale[k]) * this.spacing[axes()[k]] * this.look.zoom));
        this.change({ pan });
      },
      zoom: (factor, x, y) => {
        const zoom = Math.max(ZOOMS[0], Math.min(ZOOMS[1], this.look.zoom * factor));
        const pan = [...this.look.pan];
        const at = [...this.look.at];
        voxels(x, y).forEach((n, k) => (at[axes()[k]] = n));
        const mm = this.engine.mm(at);
        for (const axis of axes()) pan[axis] += mm[axis] * (this.look.zoom - zoom);
        this.change({ zoom, pan });
      },
      reset: () => this.orders().reset(),
      undo: () => this.data.tissue && this.tell.trigger("undo", true),
      hover: (x, y) => {
        this.brushAt = x === null ? null : voxels(x, y);
        this.redraw();
      },
      measure: (from, to, done) => this.measure(voxels(...from), voxels(...to), done),
      forget: () => this.change({ lengths: this.look.lengths.slice(0, -1) }),
      paint: (x, y, first) => this.paint(voxels(x, y), first),
      painted: () => this.finish(),
    };
  }

  measure(from, to, done) {
    const { axes, across } = PLANES[this.look.plane];
    const between = [0, 1, 2].map((row) => axes.reduce((sum, axis, k) => sum + this.data.columns[axis][row] * (to[k] - from[k]), 0));
    const length = { plane: this.look.plane, slice: this.look.at[across], from, to, mm: Math.hypot(...between) };
    this.measuring = done ? null : length;
    if (done && length.mm >= 1) this.look.lengths = [...this.look.lengths, length];
    this.redraw();
  }

  paint(at, first) {
    const plane = PLANES[this.look.plane];
    const index = this.look.at[plane.across];
    if (!this.labels || !this.data.tissue) return;
    if (first) this.painted.before = { plane, index, values: this.labels.copy(plane, index), last: at };
    const { before } = this.painted;
    if (!before) return;
    const { last } = before;
    const pixels = Math.hypot(...at.map((n, k) => (n - last[k]) * this.spacing[plane.axes[k]]));
    const steps = Math.max(1, Math.ceil(pixels / (this.look.size / 4)));
    const how = { act: this.look.tool, tissue: this.data.tissue };
    for (let n = 1; n <= steps; n++) {
      const place = at.map((end, k) => last[k] + ((end - last[k]) * n) / steps);
      this.labels.disc(plane, before.index, place, this.look.size / 2, this.spacing, how);
    }
    before.last = at;
    this.brushAt = at;
    this.redraw();
  }

  // A stroke goes to the page as what it changed, together with those the page has not confirmed yet.
  finish() {
    const { before } = this.painted;
    this.painted.before = null;
    const change = before && this.labels.change(before.plane, before.index, before.values);
    if (!change) return;
    this.painted.number += 1;
    this.painted.waiting.push({ number: this.painted.number, ...change });
    this.maskShown = null;
    this.tell.state("strokes", { token: this.data.token, strokes: this.painted.waiting });
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.closed) this.drawNow();
    });
  }

  drawNow() {
    const { look, data } = this;
    const plane = this.plane();
    const number = plane.first + plane.step * look.at[PLANES[look.plane].across];
    this.root.dataset.tool = look.tool;
    this.controls.show(data, look, number, look.lengths.length);
    const scene = this.scene();
    for (const [n, panel] of this.panels.entries()) {
      this.write(panel, data.volumes[n], plane, number);
      if (!this.loaded) continue;
      drawPicture(panel.canvas, this.engine, n, look, scene);
      const hu = this.engine.hu(n, look.at);
      const sign = hu <= data.lowest ? data.words.below : hu >= data.highest ? data.words.above : "";
      panel.value.textContent = `${sign} ${String(hu).replace("-", "\u2212")} HU ${data.words.at}`.trim();
    }
    const whole = (!data.mask || this.labels) && (!data.heat || this.heatShown);
    if (this.loaded && this.engine.scale && whole) this.root.dataset.ready = "true";
  }

  write(panel, volume, plane, number) {
    panel.letters.forEach((letter, n) => (letter.textContent = plane.letters[n]));
    panel.remark.textContent = volume.remark;
    panel.remark.hidden = !volume.remark;
    const [first, last] = plane.ends;
    const said = { valuemin: first, valuemax: last, valuenow: number };
    said.valuetext = `${plane.name}, ${this.data.words.slice} ${number} ${this.data.words.of} ${plane.count}`;
    for (const [name, value] of Object.entries(said)) panel.picture.setAttribute(`aria-${name}`, value);
  }

  scene() {
    const { look } = this;
    const { axes, across } = PLANES[look.plane];
    const index = look.at[across];
    const here = ({ plane, slice }) => plane === look.plane && slice === index;
    const radius = look.size / 2;
    const brushing = ["brush", "eraser"].includes(look.tool) && this.brushAt;
    return {
      outlines: look.outline && this.labels ? this.outlines(index) : [],
      centre: axes.map((axis) => look.at[axis]),
      lengths: [...look.lengths, ...(this.measuring ? [this.measuring] : [])].filter(here),
      brush: brushing && { at: this.brushAt, across: radius / this.spacing[axes[0]], down: radius / this.spacing[axes[1]] },
    };
  }

  outlines(index) {
    const { plane } = this.look;
    const key = `${plane} ${index} ${this.labels.version}`;
    if (this.drawn.key !== key) {
      const { liver, lesion } = this.data.colours;
      const of = (least, colour) => ({ lines: this.labels.outline(PLANES[plane], index, least), colour });
      this.drawn.lines = [of(1, liver), of(2, lesion)];
      this.drawn.key = key;
    }
    return this.drawn.lines;
  }

  close() {
    this.closed = true;
    this.resized.disconnect();
  }
}
