// The live nomogram. What the page sends comes in through update(); a mark that is moved moves points, total and survival
// here at once, and the page is told.

import { listen } from "./hands.js";
import { inWords, pointsOf, survivalOf, totalOf } from "./reckon.js";
import { Teller } from "./teller.js";

const mounted = new WeakMap();
const HEIGHT = { plain: 3, input: 3.55 }; // rem, as in nomogram.css
const LINE = { plain: 1.4, input: 1.95 };

export default function ({ data, parentElement, setStateValue }) {
  const nomogram = mounted.get(parentElement) ?? new Nomogram(parentElement);
  mounted.set(parentElement, nomogram);
  nomogram.teller.send = (message) => setStateValue("moves", message);
  nomogram.update(data);
  return () => {
    nomogram.close();
    mounted.delete(parentElement);
  };
}

function make(kind, properties = {}, ...children) {
  const made = Object.assign(document.createElement(kind), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const perCent = (share) => `${(100 * share).toFixed(3)}%`;

class Nomogram {
  constructor(parent) {
    this.host = parent.getRootNode().host ?? parent;
    this.root = make("div", { className: "nomogram" });
    this.root.setAttribute("role", "group");
    parent.append(this.root);
    this.teller = new Teller(() => this.paint());
  }

  update(data) {
    const { standing, heard, ...lasting } = data;
    const shape = JSON.stringify(lasting);
    if (shape !== this.shape) this.build(lasting);
    this.shape = shape;
    this.standing = standing;
    this.teller.heard(heard);
    this.paint();
    this.host.dataset.drawn = "";
  }

  build(lasting) {
    Object.assign(this, lasting);
    this.root.setAttribute("aria-label", lasting.words.nomogram);
    const { ruler, inputs, total, survival } = lasting;
    this.rows = {
      ruler: new Row(ruler, "plain"),
      inputs: inputs.map((axis) => new Row(axis, "input")),
      total: new Row(total, "plain"),
      survival: survival.map((row) => new Row(row, "plain")),
    };
    const all = [this.rows.ruler, ...this.rows.inputs, this.rows.total, ...this.rows.survival];
    this.drops = [...inputs, total].map(() => make("i", { className: "drop" }));
    this.root.replaceChildren(...this.drops, ...all.map(({ element }) => element));
    inputs.forEach((axis, n) => this.movable(axis, this.rows.inputs[n], this.drops[n], n));
    const start = HEIGHT.plain + inputs.length * HEIGHT.input + LINE.plain;
    this.rows.total.dot();
    for (const row of this.rows.survival) row.dot();
    place(this.drops.at(-1), start, survival.length * HEIGHT.plain);
  }

  movable(axis, row, drop, n) {
    row.slider(axis, this.words.slider);
    place(drop, LINE.plain, HEIGHT.plain - LINE.plain + n * HEIGHT.input + LINE.input);
    listen({
      axis,
      track: row.track,
      mark: row.mark,
      now: () => this.value(axis.name),
      box: () => this.root.getBoundingClientRect(),
      told: (value) => {
        this.teller.set(axis.name, value);
        this.paint();
      },
      released: () => this.teller.released(),
    });
  }

  value(name) {
    return this.teller.own(name) ?? this.standing[name]?.value ?? null;
  }

  reading(axis, value) {
    const page = this.standing[axis.name];
    return page && page.value === value && page.reading ? page.reading : inWords(axis, value);
  }

  inPoints(points) {
    return `${points.toFixed(0)} ${this.words.points}`;
  }

  paint() {
    const values = Object.fromEntries(this.inputs.map(({ name }) => [name, this.value(name)]));
    this.inputs.forEach((axis, n) => this.paintInput(axis, values[axis.name], this.rows.inputs[n], this.drops[n]));
    const total = totalOf(this.inputs, values);
    const share = total === null ? null : Math.min(Math.max(total / this.total.most, 0), 1);
    this.rows.total.show(share, total === null ? this.words.waits : this.inPoints(total));
    this.rows.total.element.classList.toggle("unset", total === null);
    this.survival.forEach((row, n) => {
      const said = total === null ? "" : `${(100 * survivalOf(row, this.scale, total)).toFixed(0)} %`;
      this.rows.survival[n].show(share, said);
    });
    show(this.drops.at(-1), share);
  }

  paintInput(axis, value, row, drop) {
    const points = pointsOf(axis, value);
    const known = points !== null;
    const at = (known ? points : pointsOf(axis, axis.start)) / 100;
    const said = known ? `${this.reading(axis, value)} · ${this.inPoints(points)}` : this.words.unset;
    row.show(at, said);
    row.element.classList.toggle("unset", !known);
    show(drop, known ? at : null);
    row.mark.setAttribute("aria-valuenow", known ? value : axis.start);
    row.mark.setAttribute("aria-valuetext", known ? said.replace(" · ", ", ") : this.words.unsetSpoken);
  }

  close() {
    this.teller.close();
    delete this.host.dataset.drawn;
    this.root.remove();
  }
}

// One axis: name, reading, cohort, line, ticks, labels, mark.
class Row {
  constructor(row, kind) {
    this.said = make("em");
    const source = row.cohort ? make("small", { textContent: row.cohort.source }) : null;
    const head = make("div", { className: "head" }, make("b", { textContent: row.heading }), source, this.said);
    const line = make("i", { className: "line" });
    line.style.left = perCent(row.span[0]);
    line.style.width = perCent(row.span[1] - row.span[0]);
    const ticks = row.ticks.map(([at]) => placed(make("i", { className: "tick" }), at));
    const labels = row.ticks.filter(([, label]) => label);
    const written = labels.map(([at, textContent, className]) => placed(make("span", { textContent, className }), at));
    const bars = row.cohort ? cohort(row.cohort) : null;
    this.element = make("div", { className: `axis ${kind}` }, bars, head, line, ...ticks, ...written);
    this.span = row.span;
  }

  dot() {
    this.mark = make("u", { ariaHidden: "true" });
    this.element.append(this.mark);
  }

  slider(axis, where) {
    this.mark = make("u", { tabIndex: 0 });
    const properties = { role: "slider", "aria-label": `${axis.heading}, ${where}`, "aria-valuemin": axis.low, "aria-valuemax": axis.high };
    for (const [name, value] of Object.entries(properties)) this.mark.setAttribute(name, value);
    this.track = make("div", { className: "track" }, this.mark);
    this.element.append(this.track);
  }

  // The mark's place in shares of the width, null for none, and what is said at the right.
  show(at, said) {
    show(this.mark, at);
    if (this.said.textContent !== said) this.said.textContent = said;
  }
}

function cohort({ bars, is_mean: isMean }) {
  const drawn = bars.map(([from, to, height]) => {
    const bar = make("i", { className: isMean ? "mean" : from === to ? "level" : "" });
    Object.assign(bar.style, { left: perCent(from), width: from === to ? "" : perCent(to - from), height: perCent(height) });
    return bar;
  });
  return make("div", { className: "cohort", ariaHidden: "true" }, ...drawn);
}

function placed(element, at) {
  element.style.left = perCent(at);
  return element;
}

function place(drop, top, height) {
  drop.style.top = `${top}rem`;
  drop.style.height = `${height}rem`;
}

function show(element, at) {
  element.hidden = at === null;
  if (at !== null) element.style.left = perCent(at);
}
