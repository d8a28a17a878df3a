import { makeCamera } from './camera.js';
import { showDetails } from './details.js';
import { makeList } from './list.js';
import { makePicture } from './picture.js';

const element = (id) => document.getElementById(id);
const data = JSON.parse(element('data').textContent);
const { nodes, edges } = data;
const [stage, search, depth, status] = ['stage', 'search', 'depth', 'status'].map(element);
const svg = stage.querySelector('svg');

const incoming = nodes.map(() => []);
const outgoing = nodes.map(() => []);
edges.forEach(({ from, to }, i) => {
  outgoing[from].push(i);
  incoming[to].push(i);
});
const texts = nodes.map(({ kind, name, detail, mark }) => [kind, name, detail, mark].join(' ').toLowerCase());
const addresses = nodes.map(({ id }) => id.toLowerCase());

/** The number of the node in focus, the words that are searched for, the numbers of groups that are left out. */
const state = { focus: undefined, words: [], hidden: new Set() };

const picture = makePicture(svg, data);
const camera = makeCamera(stage, svg, element('view'), (target) => {
  const part = target.closest('[data-node], [data-group]');
  if (part?.dataset.node !== undefined) setFocus(Number(part.dataset.node));
  else if (part) camera.showBox(picture.groupBounds(Number(part.dataset.group)));
});
const list = makeList(element('list'), data, setFocus, (group, isShown) => {
  if (isShown) state.hidden.delete(group);
  else state.hidden.add(group);
  redraw();
});

function tell(text) {
  status.textContent = text;
}

/** A word with a slash is a part of an address; others are of what is shown. */
function isHit(i) {
  return state.words.every((word) => (word.includes('/') ? addresses : texts)[i].includes(word));
}

function redraw() {
  const { focus, hidden } = state;
  const box = focus === undefined ? picture.drawAll(hidden) : picture.drawAround(columnsAround(focus));
  showHits();
  camera.showWhole(box);
}

/** Where something is searched, all else is faint; in focus, nothing is. */
function showHits() {
  const isFaint = (...numbers) => state.focus === undefined && !numbers.every(isHit);
  picture.parts.node.forEach((part, i) => {
    part.classList.toggle('focus', i === state.focus);
    part.classList.toggle('faint', isFaint(i));
  });
  picture.parts.edge.forEach((part, i) => {
    part.classList.toggle('faint', isFaint(edges[i].from, edges[i].to));
  });
}

/** What the focus gets messages from stands at its left, step by step, and what it passes them to at its right. */
function columnsAround(focus) {
  const columns = new Map([[focus, 0]]);
  let [up, down] = [[focus], [focus]];
  const reach = (ring, links, end, column) => {
    const others = ring.flatMap((i) => links[i].map((edge) => edges[edge][end]));
    const found = [...new Set(others)].filter((other) => !columns.has(other));
    for (const other of found) columns.set(other, column);
    return found;
  };
  for (let step = 1; step <= Number(depth.value) && up.length + down.length > 0; step++) {
    down = reach(down, outgoing, 'to', step);
    up = reach(up, incoming, 'from', -step);
  }
  return columns;
}

function setFocus(i) {
  state.focus = i;
  redraw();
  list.press(i);
  const links = { incoming: incoming[i], outgoing: outgoing[i] };
  showDetails(element('details'), data, i, links, setFocus);
  element('all').disabled = i === undefined;
  // A link to the page then leads to the resource.
  history.replaceState(null, '', i === undefined ? '#' : `#${encodeURIComponent(nodes[i].id)}`);
  tell(
    i === undefined
      ? ''
      : `${nodes[i].kind} ${nodes[i].name}: ${incoming[i].length} in, ${outgoing[i].length} out`,
  );
}

function runSearch() {
  state.words = search.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const isSearching = state.words.length > 0;
  const count = list.filter(isHit, isSearching);
  if (state.focus === undefined) showHits();
  else setFocus(undefined);
  tell(isSearching ? `${count} of ${nodes.length} found` : '');
}

search.addEventListener('input', runSearch);
search.addEventListener('keydown', (event) => {
  const first = list.first();
  if (event.key === 'Enter' && first !== undefined) setFocus(Number(first));
  if (event.key === 'ArrowDown') {
    event.preventDefault();
    list.enter();
  }
});
depth.addEventListener('change', () => state.focus !== undefined && redraw());
element('all').addEventListener('click', () => {
  setFocus(undefined);
  search.focus();
});
element('in').addEventListener('click', () => camera.zoom(1.3));
element('out').addEventListener('click', () => camera.zoom(1 / 1.3));
element('fit').addEventListener('click', () => camera.showWhole());
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    if (state.focus !== undefined) setFocus(undefined);
    else if (search.value !== '') {
      search.value = '';
      runSearch();
    }
  }
  if (event.key === '/' && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});

redraw();
const start = nodes.findIndex(({ id }) => `#${encodeURIComponent(id)}` === location.hash);
if (start >= 0) setFocus(start);
