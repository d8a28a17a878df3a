/** An element with these properties and children. */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** `+ added` → `added`, which is what its looks are called. */
function classOf(mark) {
  return mark?.split(' ').at(-1) ?? '';
}

export function markOf(mark) {
  return make('span', { className: `mark ${classOf(mark)}` }, mark);
}

/** A button that brings a node into focus. @param via how it is joined to what it is listed under */
export function makeEntry({ kind, name, mark, external }, externalText, via = '') {
  const entry = make('button', { type: 'button', className: `entry ${classOf(mark)}` });
  entry.append(make('span', { className: 'kind' }, kind), ' ', make('span', { className: 'name' }, name));
  if (mark) entry.append(' ', markOf(mark));
  if (external) entry.append(' ', make('span', { className: 'via' }, `(${externalText})`));
  if (via !== '') entry.append(make('br'), make('span', { className: 'via' }, via));
  return entry;
}
