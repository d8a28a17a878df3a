import { make, makeEntry, markOf } from './entries.js';

/**
 * Everything in the picture once more, by groups, for who reads it line by line. It is one stop of the Tab key; arrows
 * go through it.
 *
 * @param onChoose told the number of a node
 * @param onGroup told the number of a group, and whether it is to be in the picture
 */
export function makeList(list, { groups, nodes, external }, onChoose, onGroup) {
  const sections = groups.map(({ title, mark }, g) => {
    const summary = make('summary', {}, title);
    if (mark) summary.append(' ', markOf(mark));
    if (groups.length > 1) summary.append(groupBox(g));
    const items = make('ul');
    return { section: make('details', { open: true }, summary, items), items, members: [] };
  });
  const entries = nodes.map((node, i) => {
    const entry = makeEntry(node, external);
    entry.dataset.entry = i;
    entry.setAttribute('aria-pressed', 'false');
    entry.tabIndex = i === 0 ? 0 : -1;
    entry.addEventListener('click', () => onChoose(i));
    const item = make('li', {}, entry);
    const { items, members } = sections[node.group];
    items.append(item);
    members.push(i);
    return { entry, item };
  });
  list.append(...sections.filter(({ members }) => members.length > 0).map(({ section }) => section));

  function groupBox(g) {
    const box = make('input', { type: 'checkbox', checked: true });
    box.addEventListener('change', () => onGroup(g, box.checked));
    return make(
      'label',
      { className: 'shown', title: 'Show this group in the picture' },
      box,
      ' in the picture',
    );
  }

  /** The entries that can be reached now, from top to bottom. */
  function reachable() {
    return [...list.querySelectorAll('[data-entry]')].filter((entry) => entry.offsetParent !== null);
  }

  /** Tab leads to this entry from now on. */
  function moveStop(target) {
    for (const entry of list.querySelectorAll('[data-entry][tabindex="0"]')) entry.tabIndex = -1;
    target.tabIndex = 0;
  }

  list.addEventListener('keydown', (event) => {
    const shown = reachable();
    const current = shown.indexOf(document.activeElement);
    if (current < 0) return;
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: shown.length - 1 }[event.key];
    const target = next === undefined ? undefined : shown[next];
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
  list.addEventListener('focusin', ({ target }) => {
    if (target.dataset.entry !== undefined) moveStop(target);
  });

  return {
    /** Leaves only what is a hit. @returns how many there are */
    filter(isHit, unfold) {
      let count = 0;
      for (const { section, members } of sections) {
        const hits = members.filter(isHit);
        count += hits.length;
        section.hidden = hits.length === 0;
        if (unfold) section.open = true;
        for (const i of members) entries[i].item.hidden = !isHit(i);
        // The first hit of all.
        if (hits.length > 0 && hits.length === count) moveStop(entries[hits[0]].entry);
      }
      return count;
    },
    /** Shows which node is in focus; none where undefined. */
    press(chosen) {
      entries.forEach(({ entry }, i) => {
        entry.setAttribute('aria-pressed', String(i === chosen));
      });
      if (chosen === undefined) return;
      moveStop(entries[chosen].entry);
      entries[chosen].entry.scrollIntoView({ block: 'nearest' });
    },
    /** The number of the first entry that can be reached. */
    first: () => reachable()[0]?.dataset.entry,
    enter: () => reachable()[0]?.focus(),
  };
}
