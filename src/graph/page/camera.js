const SMALLEST = 0.002;
const LARGEST = 4;
/** Below this, labels of lines are too small to read. */
const FAR = 0.45;

/** What of the picture is seen, and how large: by buttons, keys, wheel and dragging. */
export function makeCamera(stage, svg, view, onClick) {
  const camera = { x: 0, y: 0, scale: 1 };
  let bounds = [0, 0, 1, 1];
  /** Kept, as asking for it after a change of thousands of nodes takes a second. */
  let { width, height } = svg.getBoundingClientRect();

  function apply() {
    const { x, y, scale } = camera;
    view.setAttribute('transform', `translate(${Math.round(x)} ${Math.round(y)}) scale(${scale})`);
    svg.classList.toggle('far', scale < FAR);
    // From far, titles of groups stay as large as they are on the screen.
    svg.style.setProperty('--far', Math.max(1, 0.9 / scale).toFixed(2));
  }

  /** @param box left, top, right and bottom */
  function showBox([left, top, right, bottom]) {
    const margin = 28;
    const scale = Math.min((width - margin) / (right - left), (height - margin) / (bottom - top), 1.25);
    camera.scale = Math.max(scale, SMALLEST);
    camera.x = (width - (left + right) * camera.scale) / 2;
    camera.y = (height - (top + bottom) * camera.scale) / 2;
    apply();
  }

  function showWhole(box = bounds) {
    bounds = box;
    showBox(bounds);
  }

  /** Larger or smaller; what is at this point of the frame, or in its middle, stays there. */
  function zoom(factor, x, y) {
    const at = { x: x ?? width / 2, y: y ?? height / 2 };
    const scale = Math.min(Math.max(camera.scale * factor, SMALLEST), LARGEST);
    camera.x = at.x - ((at.x - camera.x) * scale) / camera.scale;
    camera.y = at.y - ((at.y - camera.y) * scale) / camera.scale;
    camera.scale = scale;
    apply();
  }

  const KEYS = {
    ArrowLeft: [60, 0],
    ArrowRight: [-60, 0],
    ArrowUp: [0, 60],
    ArrowDown: [0, -60],
  };
  stage.addEventListener('keydown', (event) => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = KEYS[event.key];
    if (pan) {
      camera.x += pan[0];
      camera.y += pan[1];
      apply();
    } else if (event.key === '+' || event.key === '=') zoom(1.3);
    else if (event.key === '-') zoom(1 / 1.3);
    else if (event.key === '0') showWhole();
    else return;
    event.preventDefault();
  });

  const onWheel = (event) => {
    event.preventDefault();
    const { left, top } = svg.getBoundingClientRect();
    // Two fingers on a touchpad come as a wheel with Ctrl, in smaller steps.
    const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015));
    zoom(factor, event.clientX - left, event.clientY - top);
  };
  svg.addEventListener('wheel', onWheel, { passive: false });

  let drag;
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, from: { ...camera }, moved: false, target: event.target };
  });
  svg.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    if (!drag.moved) svg.setPointerCapture(event.pointerId);
    drag.moved = true;
    stage.classList.add('moving');
    camera.x = drag.from.x + dx;
    camera.y = drag.from.y + dy;
    apply();
  });
  function endDrag() {
    const target = drag && !drag.moved ? drag.target : undefined;
    drag = undefined;
    stage.classList.remove('moving');
    if (target) onClick(target);
  }
  svg.addEventListener('pointerup', endDrag);
  svg.addEventListener('pointercancel', () => {
    if (drag) drag.moved = true;
    endDrag();
  });
  const onResize = () => {
    ({ width, height } = svg.getBoundingClientRect());
    showWhole();
  };
  new ResizeObserver(onResize).observe(stage);

  return { zoom, showBox, showWhole };
}
