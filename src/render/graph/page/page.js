(() => {
  const {
    groups,
    nodes,
    edges,
    outside: outsideText,
  } = JSON.parse(document.getElementById('data').textContent);
  const element = (id) => document.getElementById(id);
  const stage = element('stage');
  const svg = stage.querySelector('svg');
  const view = element('view');
  const list = element('list');
  const details = element('details');
  const search = element('search');
  const depth = element('depth');
  const showAll = element('all');
  const status = element('status');
  const byNumber = (kind) => {
    const found = [];
    for (const part of svg.querySelectorAll(`[data-${kind}]`)) found[Number(part.dataset[kind])] = part;
    return found;
  };
  const nodeParts = byNumber('node');
  const edgeParts = byNumber('edge');
  const groupParts = byNumber('group');
  const paths = edgeParts.map((part) => part.querySelector('path').getAttribute('d'));
  const labels = edgeParts.map((part) => {
    const text = part.querySelector('text');
    return (
      text && [text.getAttribute('x'), text.getAttribute('y'), text.getAttribute('text-anchor') ?? 'start']
    );
  });
  const incoming = nodes.map(() => []);
  const outgoing = nodes.map(() => []);
  edges.forEach(({ from, to }, i) => {
    outgoing[from].push(i);
    incoming[to].push(i);
  });
  const texts = nodes.map(({ kind, name, detail, mark }) =>
    [kind, name, detail, mark].join(' ').toLowerCase(),
  );
  const addresses = nodes.map(({ id }) => id.toLowerCase());

  const state = { focus: undefined, words: [], hidden: new Set() };
  const camera = { x: 0, y: 0, scale: 1 };
  let bounds = [0, 0, 1, 1];
  /** How far each group is from where it was laid out. */
  let shifts = groups.map(() => [0, 0]);

  // ---- the picture

  const number = (value) => Math.round(value * 10) / 10;

  function moveCamera() {
    view.setAttribute(
      'transform',
      `translate(${number(camera.x)} ${number(camera.y)}) scale(${camera.scale})`,
    );
    svg.classList.toggle('far', camera.scale < 0.45);
    // From far, titles of groups stay as large as they are on the screen.
    svg.style.setProperty('--far', number(Math.max(1, 0.9 / camera.scale)));
  }

  function showWhole() {
    showBox(bounds);
  }

  function showBox([left, top, right, bottom]) {
    const { width, height } = svg.getBoundingClientRect();
    const margin = 28;
    const scale = Math.min((width - margin) / (right - left), (height - margin) / (bottom - top), 1.25);
    camera.scale = Math.max(scale, 0.02);
    camera.x = (width - (left + right) * camera.scale) / 2;
    camera.y = (height - (top + bottom) * camera.scale) / 2;
    moveCamera();
  }

  function showGroup(g) {
    const [x, y, width, height] = groups[g].box;
    const [dx, dy] = shifts[g];
    showBox([x + dx, y + dy, x + dx + width, y + dy + height]);
  }

  function zoom(factor, x, y) {
    const { width, height } = svg.getBoundingClientRect();
    const at = { x: x ?? width / 2, y: y ?? height / 2 };
    const scale = Math.min(Math.max(camera.scale * factor, 0.02), 4);
    camera.x = at.x - ((at.x - camera.x) * scale) / camera.scale;
    camera.y = at.y - ((at.y - camera.y) * scale) / camera.scale;
    camera.scale = scale;
    moveCamera();
  }

  function placeNode(i, x, y) {
    nodeParts[i].setAttribute('transform', `translate(${number(x)} ${number(y)})`);
  }

  function drawEdge(i, points, label) {
    const [a, b, c, d] = points.map(([x, y]) => [number(x), number(y)]);
    const middle = number((b[0] + c[0]) / 2);
    const path = `M${a}L${b}C${middle} ${b[1]} ${middle} ${c[1]} ${c}L${d}`;
    edgeParts[i].querySelector('path').setAttribute('d', path);
    placeLabel(i, label);
  }

  function placeLabel(i, [x, y, anchor]) {
    const text = edgeParts[i].querySelector('text');
    if (!text) return;
    text.setAttribute('x', x);
    text.setAttribute('y', y);
    text.setAttribute('text-anchor', anchor);
  }

  const show = (part, visible) => part?.classList.toggle('off', !visible);

  /** Everything, as it was laid out; without hidden groups the others close ranks. */
  function drawAll() {
    const corners = packGroups();
    shifts = groups.map(({ box }, g) =>
      corners[g] ? [corners[g][0] - box[0], corners[g][1] - box[1]] : [0, 0],
    );
    groups.forEach((_, g) => {
      show(groupParts[g], !state.hidden.has(g));
      groupParts[g]?.setAttribute('transform', `translate(${shifts[g]})`);
    });
    nodes.forEach(({ group, box }, i) => {
      show(nodeParts[i], !state.hidden.has(group));
      placeNode(i, box[0] + shifts[group][0], box[1] + shifts[group][1]);
    });
    edges.forEach(({ from, to }, i) => {
      const [a, b] = [nodes[from].group, nodes[to].group];
      show(edgeParts[i], !state.hidden.has(a) && !state.hidden.has(b));
      edgeParts[i].setAttribute('transform', a === b ? `translate(${shifts[a]})` : '');
      if (a === b) {
        edgeParts[i].querySelector('path').setAttribute('d', paths[i]);
        if (labels[i]) placeLabel(i, labels[i]);
      } else {
        const [x1, y1, w1, h1] = nodes[from].box;
        const [x2, y2, , h2] = nodes[to].box;
        const start = [x1 + w1 + shifts[a][0], y1 + h1 / 2 + shifts[a][1]];
        const end = [x2 + shifts[b][0], y2 + h2 / 2 + shifts[b][1]];
        drawEdge(
          i,
          [start, [start[0] + 14, start[1]], [end[0] - 14, end[1]], end],
          [end[0] - 12, end[1] - 4, 'end'],
        );
      }
    });
  }

  function packGroups() {
    const gap = 40;
    const shown = groups.map((_, g) => g).filter((g) => !state.hidden.has(g) && groups[g].box[2] > 0);
    bounds = [0, 0, 0, 0];
    const area = shown.reduce((sum, g) => sum + (groups[g].box[2] + gap) * (groups[g].box[3] + gap), 0);
    const limit = Math.max(Math.sqrt(area * 1.6), ...shown.map((g) => groups[g].box[2]));
    const corners = [];
    let [x, y, row] = [0, 0, 0];
    for (const g of shown) {
      const [left, top, width, height] = groups[g].box;
      if (x > 0 && x + width > limit) [x, y, row] = [0, y + row + gap, 0];
      // With all groups shown, each stays where it was laid out.
      corners[g] = state.hidden.size === 0 ? [left, top] : [x, y];
      bounds = [
        0,
        0,
        Math.max(bounds[2], corners[g][0] + width),
        Math.max(bounds[3], corners[g][1] + height),
      ];
      row = Math.max(row, height);
      x += width + gap;
    }
    return corners;
  }

  /** One resource in the middle; at its left where messages come from, at its right where they go. */
  function drawFocus(focus) {
    const column = columnsAround(focus, Number(depth.value));
    const numbers = [...new Set(column.values())].sort((a, b) => a - b);
    const gap = 260;
    const places = new Map();
    bounds = [0, 0, 1, 1];
    let x = 0;
    for (const one of numbers) {
      const members = [...column.keys()].filter((i) => column.get(i) === one);
      const width = Math.max(...members.map((i) => nodes[i].box[2]));
      const height = members.length * 70;
      members.forEach((i, row) => {
        const [, , w, h] = nodes[i].box;
        places.set(i, {
          x: x + (one < 0 ? width - w : 0),
          y: row * 70 - height / 2 - (h - 46) / 2,
          w,
          h,
          one,
        });
      });
      bounds = [0, Math.min(bounds[1], -height / 2), x + width, Math.max(bounds[3], height / 2)];
      x += width + gap;
    }
    for (const part of groupParts) show(part, false);
    nodes.forEach((_, i) => {
      const place = places.get(i);
      show(nodeParts[i], place !== undefined);
      if (place) placeNode(i, place.x, place.y);
    });
    const together = new Map();
    edges.forEach(({ from, to }, i) => {
      const visible = places.has(from) && places.has(to);
      show(edgeParts[i], visible);
      const pair = `${Math.min(from, to)} ${Math.max(from, to)}`;
      if (visible) together.set(pair, [...(together.get(pair) ?? []), i]);
    });
    // Several lines between the same two stand apart.
    for (const lines of together.values()) {
      lines.forEach((i, k) => {
        const { from, to } = edges[i];
        drawBetween(i, places.get(from), places.get(to), (k - (lines.length - 1) / 2) * 17);
      });
    }
  }

  function drawBetween(i, a, b, offset) {
    const part = edgeParts[i];
    part.setAttribute('transform', '');
    const label = part.querySelector('text');
    const room = label ? 180 : 14;
    const forward = a.one < b.one;
    const backward = a.one > b.one;
    const start = [backward ? a.x : a.x + a.w, a.y + a.h / 2 + offset];
    const end = [forward ? b.x : b.x + b.w, b.y + b.h / 2 + offset];
    // The label stands where each line has a row for itself: at the end that is farther out.
    const atEnd = Math.abs(b.one) >= Math.abs(a.one);
    const first = (atEnd ? 14 : room) * (backward ? -1 : 1);
    const last = (atEnd ? room : 14) * (forward ? -1 : 1);
    const [x, y] = atEnd
      ? [end[0] + (forward ? -12 : 12), end[1] - 4]
      : [start[0] + (backward ? -8 : 8), start[1] - 4];
    const anchor = (atEnd ? forward : backward) ? 'end' : 'start';
    drawEdge(i, [start, [start[0] + first, start[1]], [end[0] + last, end[1]], end], [x, y, anchor]);
  }

  function columnsAround(focus, steps) {
    const column = new Map([[focus, 0]]);
    let [up, down] = [[focus], [focus]];
    for (let step = 1; step <= steps && up.length + down.length > 0; step++) {
      const reach = (ring, links, end, sign) => {
        const next = [];
        for (const i of ring) {
          for (const edge of links[i]) {
            const other = edges[edge][end];
            if (column.has(other)) continue;
            column.set(other, sign * step);
            next.push(other);
          }
        }
        return next;
      };
      down = reach(down, outgoing, 'to', 1);
      up = reach(up, incoming, 'from', -1);
    }
    return column;
  }

  // ---- the list

  const entries = [];
  const sections = groups.map(({ title, mark }, g) => {
    const section = make('details', { open: true });
    const summary = make('summary', {}, title);
    if (mark) summary.append(' ', markOf(mark));
    if (groups.length > 1) {
      const box = make('input', { type: 'checkbox', checked: true });
      box.addEventListener('change', () => {
        if (box.checked) state.hidden.delete(g);
        else state.hidden.add(g);
        render(true);
      });
      const label = make(
        'label',
        { className: 'shown', title: 'Show this group in the picture' },
        box,
        ' in the picture',
      );
      summary.append(label);
    }
    const items = make('ul');
    section.append(summary, items);
    return { section, items, members: [] };
  });
  nodes.forEach((node, i) => {
    const entry = entryOf(i);
    entry.dataset.entry = i;
    entry.setAttribute('aria-pressed', 'false');
    entry.tabIndex = -1;
    const item = make('li', {}, entry);
    entries[i] = { entry, item };
    sections[node.group].items.append(item);
    sections[node.group].members.push(i);
  });
  list.append(...sections.filter(({ members }) => members.length > 0).map(({ section }) => section));
  if (entries[0]) entries[0].entry.tabIndex = 0;

  function make(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function markOf(mark) {
    return make('span', { className: `mark ${mark.split(' ').at(-1)}` }, mark);
  }

  function entryOf(i, via) {
    const { kind, name, mark, outside } = nodes[i];
    const entry = make('button', { type: 'button', className: `entry ${mark?.split(' ').at(-1) ?? ''}` });
    entry.append(make('span', { className: 'kind' }, kind), ' ', make('span', { className: 'name' }, name));
    if (mark) entry.append(' ', markOf(mark));
    if (outside) entry.append(' ', make('span', { className: 'via' }, `(${outsideText})`));
    if (via) entry.append(make('br'), make('span', { className: 'via' }, via));
    entry.addEventListener('click', () => setFocus(i));
    return entry;
  }

  /** The entries that can be reached now, from top to bottom. */
  function reachable() {
    return [...list.querySelectorAll('[data-entry]')].filter((entry) => entry.offsetParent !== null);
  }

  list.addEventListener('keydown', (event) => {
    const shown = reachable();
    const current = shown.indexOf(document.activeElement);
    if (current < 0) return;
    const target = {
      ArrowDown: shown[current + 1],
      ArrowUp: shown[current - 1],
      Home: shown[0],
      End: shown.at(-1),
    }[event.key];
    if (!target) return;
    event.preventDefault();
    moveStop(target);
    target.focus();
  });
  list.addEventListener('focusin', ({ target }) => {
    if (target.dataset.entry !== undefined) moveStop(target);
  });

  /** One entry of the list is in the order of Tab; arrows lead to the others. */
  function moveStop(target) {
    for (const entry of list.querySelectorAll('[data-entry][tabindex="0"]')) entry.tabIndex = -1;
    target.tabIndex = 0;
  }

  // ---- what is in focus

  function showDetails() {
    details.replaceChildren();
    details.hidden = state.focus === undefined;
    if (details.hidden) return;
    const { kind, name, detail, mark, outside, id, at, facts } = nodes[state.focus];
    const heading = make('h2', {}, `${kind} ${name} `);
    if (mark) heading.append(markOf(mark));
    details.append(heading);
    const places = [detail, groups[nodes[state.focus].group].title, outside && outsideText, at];
    details.append(make('p', { className: 'place' }, places.filter((text) => text).join(' · ')));
    details.append(make('p', { className: 'place' }, id));
    const table = make('dl');
    for (const [fact, text] of facts) table.append(make('dt', {}, fact), make('dd', {}, text));
    if (facts.length > 0) details.append(table);
    neighbours('Comes from', incoming[state.focus], 'from');
    neighbours('Goes to', outgoing[state.focus], 'to');
  }

  function neighbours(title, numbers, end) {
    if (numbers.length === 0) return;
    const items = make('ul');
    for (const i of numbers) {
      const { words, labels: keys, mark } = edges[i];
      const name = end === 'from' ? `it ${words} this` : words;
      const via = [name, keys.join(', '), mark ?? ''].filter((text) => text !== '').join(' · ');
      items.append(make('li', {}, entryOf(edges[i][end], via)));
    }
    details.append(make('h3', {}, `${title} (${numbers.length})`), items);
  }

  function setFocus(i) {
    state.focus = i;
    render(true);
    entries.forEach(({ entry }, k) => {
      entry.setAttribute('aria-pressed', String(k === i));
    });
    showDetails();
    showAll.disabled = i === undefined;
    history.replaceState(null, '', i === undefined ? '#' : `#${encodeURIComponent(nodes[i].id)}`);
    if (i === undefined) {
      tell('');
      return;
    }
    moveStop(entries[i].entry);
    entries[i].entry.scrollIntoView({ block: 'nearest' });
    tell(`${nodes[i].kind} ${nodes[i].name}: ${incoming[i].length} in, ${outgoing[i].length} out`);
  }

  function tell(text) {
    status.textContent = text;
  }

  function render(refit) {
    if (state.focus === undefined) drawAll();
    else drawFocus(state.focus);
    nodeParts.forEach((part, i) => {
      part.classList.toggle('focus', i === state.focus);
      part.classList.toggle('faint', state.focus === undefined && !isHit(i));
    });
    edgeParts.forEach((part, i) => {
      const { from, to } = edges[i];
      part.classList.toggle('faint', state.focus === undefined && !(isHit(from) && isHit(to)));
    });
    if (refit) showWhole();
  }

  // ---- searching

  /** A word with a slash is a part of an address; others are of what is shown. */
  function isHit(i) {
    return state.words.every((word) => (word.includes('/') ? addresses : texts)[i].includes(word));
  }

  function runSearch() {
    state.words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const isSearching = state.words.length > 0;
    let count = 0;
    for (const { section, members } of sections) {
      const hits = members.filter(isHit);
      count += hits.length;
      section.hidden = hits.length === 0;
      if (isSearching) section.open = true;
      for (const i of members) entries[i].item.hidden = !isHit(i);
    }
    const first = nodes.findIndex((_, i) => isHit(i));
    if (first >= 0) moveStop(entries[first].entry);
    if (state.focus !== undefined) setFocus(undefined);
    else render(false);
    tell(isSearching ? `${count} of ${nodes.length} found` : '');
  }

  search.addEventListener('input', runSearch);
  search.addEventListener('keydown', (event) => {
    const [first] = reachable();
    if (event.key === 'Enter' && first) setFocus(Number(first.dataset.entry));
    if (event.key === 'ArrowDown' && first) {
      event.preventDefault();
      first.focus();
    }
  });
  depth.addEventListener('change', () => state.focus !== undefined && render(true));
  showAll.addEventListener('click', () => {
    setFocus(undefined);
    search.focus();
  });
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

  // ---- moving about

  element('in').addEventListener('click', () => zoom(1.3));
  element('out').addEventListener('click', () => zoom(1 / 1.3));
  element('fit').addEventListener('click', showWhole);
  stage.addEventListener('keydown', (event) => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 60;
    const pan = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[
      event.key
    ];
    if (pan) {
      camera.x += pan[0];
      camera.y += pan[1];
      moveCamera();
    } else if (event.key === '+' || event.key === '=') zoom(1.3);
    else if (event.key === '-') zoom(1 / 1.3);
    else if (event.key === '0') showWhole();
    else return;
    event.preventDefault();
  });
  svg.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { left, top } = svg.getBoundingClientRect();
      zoom(
        Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)),
        event.clientX - left,
        event.clientY - top,
      );
    },
    { passive: false },
  );
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
    moveCamera();
  });
  const endDrag = () => {
    const target = drag && !drag.moved ? drag.target.closest('[data-node], [data-group]') : undefined;
    drag = undefined;
    stage.classList.remove('moving');
    if (target?.dataset.node !== undefined) setFocus(Number(target.dataset.node));
    else if (target) showGroup(Number(target.dataset.group));
  };
  svg.addEventListener('pointerup', endDrag);
  svg.addEventListener('pointercancel', () => {
    drag = undefined;
    stage.classList.remove('moving');
  });
  new ResizeObserver(showWhole).observe(stage);

  render(true);
  const wanted = decoded(location.hash.slice(1));
  const start = nodes.findIndex(({ id }) => id === wanted);
  if (start >= 0) setFocus(start);

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return '';
    }
  }
})();
