// A picture: the slice, and over it outlines, crosshair, lengths, the brush.

const LENGTH = "#ffd166";
const CROSS = "rgba(255, 255, 255, 0.55)";
const GAP = 12; // CSS pixels left free around the crosshair's centre

// The slice and what lies over it, into the picture's canvas.
export function drawPicture(canvas, engine, phase, look, scene) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (width === 0 || height === 0) return;
  const glass = engine.draw(phase, look, width, height, ratio);
  if (canvas.width !== glass.width) canvas.width = glass.width;
  if (canvas.height !== glass.height) canvas.height = glass.height;
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.drawImage(glass, 0, 0);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const outline of scene.outlines) drawLines(pen, engine, outline);
  drawCross(pen, engine, scene, width, height);
  for (const length of scene.lengths) drawLength(pen, engine, length);
  if (scene.brush) drawBrush(pen, engine, scene.brush);
}

function drawLines(pen, engine, { lines, colour }) {
  pen.beginPath();
  for (let n = 0; n < lines.length; n += 4) {
    pen.moveTo(...engine.toScreen(lines[n], lines[n + 1]));
    pen.lineTo(...engine.toScreen(lines[n + 2], lines[n + 3]));
  }
  pen.lineCap = "round";
  pen.lineWidth = 1.6;
  pen.strokeStyle = `rgb(${colour.join(",")})`;
  pen.stroke();
}

function drawCross(pen, engine, { centre }, width, height) {
  const [x, y] = engine.toScreen(...centre);
  pen.beginPath();
  for (const [from, to] of [[0, x - GAP], [x + GAP, width]]) pen.moveTo(from, y), pen.lineTo(to, y);
  for (const [from, to] of [[0, y - GAP], [y + GAP, height]]) pen.moveTo(x, from), pen.lineTo(x, to);
  pen.lineWidth = 1;
  pen.strokeStyle = CROSS;
  pen.stroke();
}

function drawLength(pen, engine, { from, to, mm }) {
  const [a, b] = [engine.toScreen(...from), engine.toScreen(...to)];
  pen.strokeStyle = pen.fillStyle = LENGTH;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(...a);
  pen.lineTo(...b);
  pen.stroke();
  for (const [x, y] of [a, b]) {
    pen.beginPath();
    pen.arc(x, y, 3, 0, 2 * Math.PI);
    pen.fill();
  }
  const words = `${mm.toFixed(mm < 100 ? 1 : 0)} mm`;
  const below = a[1] > b[1] ? a : b;
  pen.font = "600 14px sans-serif";
  const wide = pen.measureText(words).width;
  const [x, y] = [Math.min(below[0] + 8, pen.canvas.clientWidth - wide - 6), Math.min(below[1] + 18, pen.canvas.clientHeight - 6)];
  pen.fillStyle = "rgba(0, 0, 0, 0.6)";
  pen.fillRect(x - 3, y - 14, wide + 6, 19);
  pen.fillStyle = LENGTH;
  pen.fillText(words, x, y);
}

function drawBrush(pen, engine, { at, across, down }) {
  const [x, y] = engine.toScreen(...at);
  pen.beginPath();
  pen.ellipse(x, y, Math.abs(across * engine.scale[0]), Math.abs(down * engine.scale[1]), 0, 0, 2 * Math.PI);
  pen.lineWidth = 1.5;
  pen.strokeStyle = LENGTH;
  pen.stroke();
}
