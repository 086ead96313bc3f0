// Pointer and keys on one axis, as the value they mean.

import { ends, moved, stepped, valueAt } from "./reckon.js";

const SLOP = 6; // CSS pixels that a finger may tremble: less is a tap, and a page is scrolled over an axis unharmed
const PAGE = 10; // steps

const KEYS = {
  ArrowRight: (axis, value) => moved(axis, value, 1),
  ArrowLeft: (axis, value) => moved(axis, value, -1),
  ArrowUp: (axis, value) => stepped(axis, value, 1),
  ArrowDown: (axis, value) => stepped(axis, value, -1),
  PageUp: (axis, value) => stepped(axis, value, PAGE),
  PageDown: (axis, value) => stepped(axis, value, -PAGE),
};

// `told(value)` for each new value; `now()` is the present one, null if unknown; `box()` is that of 100 points,
// `released()` is called when a value is final.
export function listen({ axis, track, mark, now, box, told, released }) {
  let drag = null;
  const to = (event) => {
    const { left, width } = box();
    const value = valueAt(axis, (100 * (event.clientX - left)) / width);
    if (value !== now()) told(value);
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    mark.focus({ preventScroll: true });
    track.setPointerCapture(event.pointerId);
    drag = { x: event.clientX, moving: event.pointerType !== "touch" };
    if (drag.moving) to(event);
  });
  track.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.moving ||= Math.abs(event.clientX - drag.x) > SLOP;
    if (drag.moving) to(event);
  });
  track.addEventListener("pointerup", (event) => {
    if (!drag) return;
    to(event);
    drag = null;
    released();
  });
  track.addEventListener("pointercancel", () => (drag = null));
  mark.addEventListener("keyup", released);
  mark.addEventListener("keydown", (event) => {
    const value = keyed(axis, event.key, now());
    if (value === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (value !== now()) told(value);
  });
}

function keyed(axis, key, value) {
  if (key === "Home") return ends(axis)[0];
  if (key === "End") return ends(axis)[1];
  if (!(key in KEYS)) return undefined;
  return value === null ? axis.start : KEYS[key](axis, value);
}
