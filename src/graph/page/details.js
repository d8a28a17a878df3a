import { make, makeEntry, markOf } from './entries.js';

/**
 * Says everything about the node in focus, and leads on to what it is joined to.
 * @param links numbers of edges: `incoming` and `outgoing`
 */
export function showDetails(panel, { groups, nodes, edges, external }, chosen, links, onChoose) {
  panel.replaceChildren();
  panel.hidden = chosen === undefined;
  if (chosen === undefined) return;
  const node = nodes[chosen];
  const heading = make('h2', {}, `${node.kind} ${node.name} `);
  if (node.mark) heading.append(markOf(node.mark));
  const places = [node.detail, groups[node.group].title, node.external && external, node.at];
  panel.append(heading, make('p', { className: 'place' }, places.filter((text) => text).join(' · ')));
  panel.append(make('p', { className: 'place' }, node.id));
  const table = make('dl');
  for (const [fact, text] of node.facts) table.append(make('dt', {}, fact), make('dd', {}, text));
  if (node.facts.length > 0) panel.append(table);
  addNeighbours('Comes from', links.incoming, 'from');
  addNeighbours('Goes to', links.outgoing, 'to');

  function addNeighbours(title, numbers, end) {
    if (numbers.length === 0) return;
    const items = numbers.map((i) => {
      const { words, labels, mark } = edges[i];
      const how = end === 'from' ? `it ${words} this` : words;
      const via = [how, labels.join(', '), mark ?? ''].filter((text) => text !== '').join(' · ');
      const other = edges[i][end];
      const entry = makeEntry(nodes[other], external, via);
      entry.addEventListener('click', () => onChoose(other));
      return make('li', {}, entry);
    });
    panel.append(make('h3', {}, `${title} (${numbers.length})`), make('ul', {}, ...items));
  }
}
