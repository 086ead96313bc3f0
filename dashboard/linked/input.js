// Wheel, mouse, fingers and keys on a picture, as what they mean.

const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5 };
const DRAGS = { look: "cross", move: "move", level: "level", measure: "measure", brush: "paint", eraser: "paint" };
const WHEEL_STEP = 60; // of a wheel's movement, for one slice

export function listen(picture, hands) {
  const place = (event) => {
    const box = picture.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  wheel(picture, hands, place);
  keys(picture, hands);
  const fingers = new Map();
  let drag = null;

  picture.addEventListener("pointerdown", (event) => {
    if (!hands.ready()) return;
    fingers.set(event.pointerId, place(event));
    picture.focus({ preventScroll: true });
    if (fingers.size > 1) return void (drag = end(drag, hands));
    picture.setPointerCapture(event.pointerId);
    drag = begin(event, place(event), hands);
    if (event.pointerType === "mouse") event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => {
    if (!hands.ready()) return;
    const now = place(event);
    if (fingers.size === 2 && fingers.has(event.pointerId)) return pinch(fingers, event.pointerId, now, hands);
    if (["brush", "eraser"].includes(hands.tool()) && !drag) hands.hover(...now);
    if (drag && fingers.has(event.pointerId)) go(drag, now, hands);
  });
  for (const over of ["pointerup", "pointercancel"]) {
    picture.addEventListener(over, (event) => {
      fingers.delete(event.pointerId);
      drag = end(drag, hands);
    });
  }
  picture.addEventListener("pointerleave", () => hands.hover(null));
  picture.addEventListener("contextmenu", (event) => event.preventDefault());
  picture.addEventListener("dblclick", () => hands.tool() === "look" && hands.reset());
}

function wheel(picture, hands, place) {
  let turned = 0;
  picture.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (!hands.ready()) return;
    const amount = event.deltaMode === 1 ? event.deltaY * 40 : event.deltaY;
    if (event.ctrlKey || event.metaKey) return hands.zoom(Math.exp(-amount / 400), ...place(event));
    turned += amount;
    const slices = Math.trunc(turned / WHEEL_STEP);
    turned -= slices * WHEEL_STEP;
    if (slices) hands.scroll(-slices);
  }, { passive: false });
}

function keys(picture, hands) {
  picture.addEventListener("keydown", (event) => {
    if (!hands.ready()) return;
    const middle = [picture.clientWidth / 2, picture.clientHeight / 2];
    if ((event.ctrlKey || event.metaKey) && event.key === "z") hands.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in KEYS) hands.scroll(KEYS[event.key]);
    else if (event.key === "+" || event.key === "=") hands.zoom(1.25, ...middle);
    else if (event.key === "-") hands.zoom(0.8, ...middle);
    else if (event.key === "Delete" || event.key === "Backspace") hands.forget();
    else return;
    event.preventDefault();
  });
}

function begin(event, at, hands) {
  const tool = DRAGS[hands.tool()];
  const kind = event.button === 2 ? "level" : event.button === 1 || event.shiftKey ? "move" : tool;
  const drag = { kind, start: at, last: at };
  if (kind === "cross") hands.cross(...at);
  if (kind === "paint") hands.paint(...at, true);
  return drag;
}

function go(drag, now, hands) {
  const [dx, dy] = [now[0] - drag.last[0], now[1] - drag.last[1]];
  drag.last = now;
  if (drag.kind === "cross") hands.cross(...now);
  else if (drag.kind === "paint") hands.paint(...now, false);
  else if (drag.kind === "measure") hands.measure(drag.start, now, false);
  else hands[drag.kind](dx, dy);
}

function end(drag, hands) {
  if (drag?.kind === "measure") hands.measure(drag.start, drag.last, true);
  if (drag?.kind === "paint") hands.painted();
  return null;
}

// Two fingers: apart and together zoom, both along move.
function pinch(fingers, id, now, hands) {
  const other = [...fingers].find(([key]) => key !== id)[1];
  const before = fingers.get(id);
  const apart = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
  fingers.set(id, now);
  hands.zoom(apart(now) / Math.max(1, apart(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  hands.move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
}
