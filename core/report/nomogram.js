"use strict";
// Reads the inputs of the nomogram, computes points, survival and its band, and moves the marks.
(function () {
  const model = JSON.parse(document.getElementById("nomogram-model").textContent);
  const plot = document.querySelector('div.plot[data-name="nomogram"]');
  const answer = document.getElementById("nomogram-answer");
  const inputs = model.axes.map((_, position) => document.getElementById("input-" + position));
  const terms = model.beta.length;

  function read(position) {
    const axis = model.axes[position];
    const value = parseFloat(inputs[position].value);
    const fits = Number.isFinite(value) && value >= axis.range[0] && value <= axis.range[1];
    inputs[position].setAttribute("aria-invalid", fits ? "false" : "true");
    return fits ? value : null;
  }

  function columns(values) {
    const x = new Array(terms).fill(0);
    model.axes.forEach((axis, position) => axis.terms.forEach((term, rank) => {
      x[term] = axis.category ? (values[position] === rank + 1 ? 1 : 0) : values[position];
    }));
    return x;
  }

  function contribution(position, x) {
    return model.axes[position].terms.reduce((sum, term) => sum + model.beta[term] * x[term], 0);
  }

  function survival(place, x, lp) {
    const gradient = x.map((value, term) => value - model.reference[term]);
    for (let horizon = 0; horizon < model.horizons.length; horizon += 1) gradient.push(horizon === place ? 1 : 0);
    let variance = model.structural[place] ** 2;
    gradient.forEach((a, row) => gradient.forEach((b, column) => { variance += a * b * model.covariance[row][column]; }));
    const hazard = model.hazard[place] * Math.exp(lp - model.lpReference);
    const spread = Math.exp(model.z * Math.sqrt(variance));
    return [hazard, hazard * spread, hazard / spread].map((h) => Math.exp(-h));
  }

  function group(lp) {
    if (lp <= model.cuts[0]) return "low";
    return lp > model.cuts[1] ? "high" : "indeterminate";
  }

  function cells(row, texts) {
    for (const text of texts) row.insertCell().textContent = text;
  }

  function say(values) {
    answer.textContent = "";
    if (values.some((value) => value === null)) {
      const missing = model.axes.filter((_, position) => values[position] === null);
      answer.textContent = "Give a value within its range: " +
        missing.map((axis) => axis.label + " (" + axis.range.join(" to ") + ")").join(", ") + ".";
      return null;
    }
    const x = columns(values);
    const lp = x.reduce((sum, value, term) => sum + value * model.beta[term], 0);
    const points = model.axes.map((_, position) => (contribution(position, x) - model.lowest[position]) * model.scale);
    const total = points.reduce((sum, value) => sum + value, 0);
    const table = document.createElement("table");
    model.axes.forEach((axis, position) => cells(table.insertRow(), [axis.label, points[position].toFixed(1) + " points"]));
    cells(table.insertRow(), ["Total", total.toFixed(1) + " points"]);
    cells(table.insertRow(), ["Risk group", group(lp)]);
    model.horizons.forEach((name, place) => {
      const [value, low, high] = survival(place, x, lp).map((s) => (100 * s).toFixed(1));
      cells(table.insertRow(), ["Alive at " + name, value + " % (" + low + " to " + high + ")"]);
    });
    answer.append(table);
    return { points, total };
  }

  function update() {
    const found = say(model.axes.map((_, position) => read(position)));
    const rows = plot.data[plot.data.length - 1].x.length;
    let places = new Array(rows).fill(null);
    if (found) {
      const share = found.total / model.most;
      places = [null, ...found.points.map((value) => value / 100)];
      while (places.length < rows) places.push(share);
    }
    Plotly.restyle(plot, { x: [places] }, [plot.data.length - 1]);
  }

  inputs.forEach((input) => input.addEventListener("input", update));
  plot.addEventListener("redrawn", update);
  update();
})();
