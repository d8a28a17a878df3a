/** Names of the elements in a well-formed XML document, each time that one begins. @throws where it is not well-formed */
export function elementsOf(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  let rest = xml;
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) throw new Error(`raw & in ${text}`);
      rest = rest.slice(text.length);
      continue;
    }
    const tag = /^<(\/?)([a-zA-Z][\w-]*)((?:\s+[a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (!tag) throw new Error(`no tag: ${rest.slice(0, 80)}`);
    const [whole, closes, name = '', , empty] = tag;
    if (closes) {
      if (open.pop() !== name) throw new Error(`${name} ends what it did not begin`);
    } else {
      names.push(name);
      if (!empty) open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  if (open.length > 0) throw new Error(`${open} never end`);
  return names;
}
