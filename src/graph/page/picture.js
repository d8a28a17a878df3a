import { drawBetween, drawDirect } from './lines.js';

/** Room between columns, for lines and their labels. */
const COLUMN_GAP = 260;
const ROW = 70;
/** Where the title of a group begins below its upper edge, and how high a line of it is. */
const TITLE_TOP = 24;
const TITLE_HEIGHT = 18;

/** Puts the nodes and lines of the picture in their places: all as they were laid out, or around one of them. */
export function makePicture(svg, { groups, nodes, edges, groupGap, nodeHeight }) {
  const parts = { node: partsOf('node'), edge: partsOf('edge'), group: partsOf('group') };
  const lines = parts.edge.map((part) => ({
    part,
    path: part.querySelector('path'),
    text: part.querySelector('text'),
  }));
  const laidOut = lines.map(({ path, text }) => ({
    d: path.getAttribute('d'),
    label: text && [
      text.getAttribute('x'),
      text.getAttribute('y'),
      text.getAttribute('text-anchor') ?? 'start',
    ],
  }));
  limitTitles();

  /** From far, titles grow; no title grows out of its own group, where it would cover that of another. */
  function limitTitles() {
    const titles = parts.group.map((part) => part.querySelector('text'));
    const widths = titles.map((title) => title?.getComputedTextLength() ?? 0);
    groups.forEach(({ box }, g) => {
      const [, , width, height] = box;
      const most = Math.min((width - 32) / Math.max(widths[g], 1), (height - TITLE_TOP) / TITLE_HEIGHT);
      parts.group[g]?.style.setProperty('--most', Math.max(1, most).toFixed(2));
    });
  }

  /** How far each group is from where it was laid out. */
  let shifts = groups.map(() => [0, 0]);

  function partsOf(kind) {
    const found = [];
    for (const part of svg.querySelectorAll(`[data-${kind}]`)) found[Number(part.dataset[kind])] = part;
    return found;
  }

  function place(i, x, y) {
    show(parts.node[i], true);
    parts.node[i].setAttribute(
      'transform',
      `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`,
    );
  }

  /** Everything but the hidden groups; the others close ranks. @returns what the picture covers */
  function drawAll(hidden) {
    const { corners, bounds } = packGroups(hidden);
    shifts = groups.map(({ box }, g) =>
      corners[g] ? [corners[g][0] - box[0], corners[g][1] - box[1]] : [0, 0],
    );
    groups.forEach((_, g) => {
      show(parts.group[g], !hidden.has(g));
      parts.group[g]?.setAttribute('transform', `translate(${shifts[g]})`);
    });
    nodes.forEach(({ group, box }, i) => {
      place(i, box[0] + shifts[group][0], box[1] + shifts[group][1]);
      show(parts.node[i], !hidden.has(group));
    });
    edges.forEach(({ from, to }, i) => {
      const [a, b] = [nodes[from].group, nodes[to].group];
      show(parts.edge[i], !hidden.has(a) && !hidden.has(b));
      parts.edge[i].setAttribute('transform', a === b ? `translate(${shifts[a]})` : '');
      if (a === b) restore(i);
      else drawDirect(lines[i], moved(nodes[from].box, shifts[a]), moved(nodes[to].box, shifts[b]));
    });
    return bounds;
  }

  function restore(i) {
    const { d, label } = laidOut[i];
    lines[i].path.setAttribute('d', d);
    if (!label) return;
    lines[i].text.setAttribute('x', label[0]);
    lines[i].text.setAttribute('y', label[1]);
    lines[i].text.setAttribute('text-anchor', label[2]);
  }

  /** With all groups shown, each stays where it was laid out; else they stand in rows. */
  function packGroups(hidden) {
    const shown = groups.map((_, g) => g).filter((g) => !hidden.has(g) && groups[g].box[2] > 0);
    const area = shown.reduce(
      (sum, g) => sum + (groups[g].box[2] + groupGap) * (groups[g].box[3] + groupGap),
      0,
    );
    const limit = shown.reduce((most, g) => Math.max(most, groups[g].box[2]), Math.sqrt(area * 1.6));
    const corners = [];
    const bounds = [0, 0, 1, 1];
    let [x, y, row] = [0, 0, 0];
    for (const g of shown) {
      const [left, top, width, height] = groups[g].box;
      if (x > 0 && x + width > limit) [x, y, row] = [0, y + row + groupGap, 0];
      corners[g] = hidden.size === 0 ? [left, top] : [x, y];
      bounds[2] = Math.max(bounds[2], corners[g][0] + width);
      bounds[3] = Math.max(bounds[3], corners[g][1] + height);
      row = Math.max(row, height);
      x += width + groupGap;
    }
    return { corners, bounds };
  }

  /** @param columns the column of each node that is to be seen. @returns what the picture covers */
  function drawAround(columns) {
    const { places, bounds } = placeColumns(columns, nodes, nodeHeight);
    for (const part of parts.group) show(part, false);
    for (const part of parts.node) show(part, false);
    for (const [i, { x, y }] of places) place(i, x, y);
    const together = new Map();
    edges.forEach(({ from, to }, i) => {
      const visible = places.has(from) && places.has(to);
      show(parts.edge[i], visible);
      const pair = `${Math.min(from, to)} ${Math.max(from, to)}`;
      if (visible) together.set(pair, [...(together.get(pair) ?? []), i]);
    });
    // Several lines between the same two stand apart.
    for (const numbers of together.values()) {
      numbers.forEach((i, k) => {
        const { from, to } = edges[i];
        parts.edge[i].setAttribute('transform', '');
        drawBetween(lines[i], places.get(from), places.get(to), (k - (numbers.length - 1) / 2) * 17);
      });
    }
    return bounds;
  }

  /** Where a group is now, as left, top, right and bottom. */
  function groupBounds(g) {
    const [x, y, width, height] = moved(groups[g].box, shifts[g]);
    return [x, y, x + width, y + height];
  }

  return { parts, drawAll, drawAround, groupBounds };
}

/** Columns from left to right, and the nodes of each one below the other. */
function placeColumns(columns, nodes, nodeHeight) {
  const places = new Map();
  const bounds = [0, 0, 1, 1];
  let x = 0;
  for (const column of [...new Set(columns.values())].sort((a, b) => a - b)) {
    const members = [...columns.keys()].filter((i) => columns.get(i) === column);
    const width = members.reduce((most, i) => Math.max(most, nodes[i].box[2]), 0);
    const height = members.length * ROW;
    members.forEach((i, row) => {
      const [, , w, h] = nodes[i].box;
      const y = row * ROW - height / 2 - (h - nodeHeight) / 2;
      places.set(i, { x: x + (column < 0 ? width - w : 0), y, w, h, column });
    });
    bounds[1] = Math.min(bounds[1], -height / 2);
    bounds[2] = x + width;
    bounds[3] = Math.max(bounds[3], height / 2);
    x += width + COLUMN_GAP;
  }
  return { places, bounds };
}

function moved([x, y, width, height], [dx, dy]) {
  return [x + dx, y + dy, width, height];
}

function show(part, visible) {
  part?.classList.toggle('off', !visible);
}
