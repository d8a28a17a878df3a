type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Methods that visit a whole list, and methods whose result tells how much they copy. */
const VISITING = ['map', 'filter', 'flatMap', 'forEach', 'reduce'];
const COPYING = ['concat', 'slice'];
const LISTING = ['keys', 'values', 'entries'];

/**
 * How many elements built-in methods visit or copy during a call. Work that grows with the square of its input shows in
 * this number, which is the same on every machine, whatever else runs there.
 */
export function visitsOf(run: () => void): number {
  let visits = 0;
  const restore: (() => void)[] = [];
  const wrap = (host: object, name: string, counted: 'list' | 'result') => {
    const original: Method = Reflect.get(host, name);
    restore.push(() => Reflect.set(host, name, original));
    Reflect.set(host, name, function (this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args);
      visits += ((counted === 'list' ? this : result) as readonly unknown[]).length;
      return result;
    });
  };
  for (const name of VISITING) wrap(Array.prototype, name, 'list');
  for (const name of COPYING) wrap(Array.prototype, name, 'result');
  for (const name of LISTING) wrap(Object, name, 'result');
  try {
    run();
  } finally {
    while (restore.length > 0) restore.pop()?.();
  }
  return visits;
}
