"use strict";
// Draws the figures of the page in the colours of the reader's theme, at the width of the page or the paper.
(function () {
  const PAPER = 640; // pixels across a printed A4 page
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colours = document.getElementById("dark-for-light");
  const darkFor = colours ? JSON.parse(colours.textContent) : {};
  const config = { displayModeBar: false, displaylogo: false, scrollZoom: false, responsive: true };
  const plots = Array.from(document.querySelectorAll("div.plot"));

  function themed(part, night) {
    if (typeof part === "string") return night && Object.hasOwn(darkFor, part) ? darkFor[part] : part;
    if (Array.isArray(part)) return part.map((piece) => themed(piece, night));
    if (part && typeof part === "object") {
      return Object.fromEntries(Object.entries(part).map(([key, piece]) => [key, themed(piece, night)]));
    }
    return part;
  }

  function draw(night, width) {
    for (const plot of plots) {
      const drawn = themed(JSON.parse(plot.nextElementSibling.textContent), night);
      if (width) Object.assign(drawn.layout, { width: width, autosize: false });
      Plotly.react(plot, drawn.data, drawn.layout, config);
      plot.dispatchEvent(new Event("redrawn"));
    }
  }

  function unfold(open) {
    for (const folded of document.querySelectorAll("main details")) folded.open = open;
  }

  draw(dark.matches);
  dark.addEventListener("change", () => draw(dark.matches));
  window.addEventListener("beforeprint", () => { unfold(true); draw(false, PAPER); });
  window.addEventListener("afterprint", () => draw(dark.matches));
  if (window.innerWidth < 1120) document.querySelector("nav details").open = false;
})();
