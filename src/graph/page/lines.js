/** Room for a label, and what is straight at an end without one. */
const LABEL = 180;
const STRAIGHT = 14;

/** From one column to another, or within one. `a` and `b`: a place and size, and the number of the column. */
export function drawBetween(line, a, b, offset) {
  const room = line.text ? LABEL : STRAIGHT;
  const forward = a.column < b.column;
  const backward = a.column > b.column;
  const start = [backward ? a.x : a.x + a.w, a.y + a.h / 2 + offset];
  const end = [forward ? b.x : b.x + b.w, b.y + b.h / 2 + offset];
  // The label stands where each line has a row for itself: at the end that is farther out.
  const atEnd = Math.abs(b.column) >= Math.abs(a.column);
  const first = (atEnd ? STRAIGHT : room) * (backward ? -1 : 1);
  const last = (atEnd ? room : STRAIGHT) * (forward ? -1 : 1);
  const x = atEnd ? end[0] + (forward ? -12 : 12) : start[0] + (backward ? -8 : 8);
  const y = (atEnd ? end[1] : start[1]) - 4;
  const anchor = (atEnd ? forward : backward) ? 'end' : 'start';
  draw(line, [start, [start[0] + first, start[1]], [end[0] + last, end[1]], end], [x, y, anchor]);
}

/** From one group to another. Boxes: left, top, width, height. */
export function drawDirect(line, [x1, y1, w1, h1], [x2, y2, , h2]) {
  const start = [x1 + w1, y1 + h1 / 2];
  const end = [x2, y2 + h2 / 2];
  const points = [start, [start[0] + STRAIGHT, start[1]], [end[0] - STRAIGHT, end[1]], end];
  draw(line, points, [end[0] - 12, end[1] - 4, 'end']);
}

function draw({ path, text }, points, [x, y, anchor]) {
  const [a, b, c, d] = points.map(([left, top]) => [Math.round(left * 10) / 10, Math.round(top * 10) / 10]);
  const middle = (b[0] + c[0]) / 2;
  path.setAttribute('d', `M${a}L${b}C${middle} ${b[1]} ${middle} ${c[1]} ${c}L${d}`);
  if (!text) return;
  text.setAttribute('x', x);
  text.setAttribute('y', y);
  text.setAttribute('text-anchor', anchor);
}
