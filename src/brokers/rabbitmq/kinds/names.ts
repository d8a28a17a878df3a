import type { Source } from '../../../model/index.ts';
import type { Collector } from './kind.ts';

/** AMQP names and routing keys are short strings: 255 bytes. */
const LONGEST = 255;

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return text.length * 3 <= LONGEST ? text.length : encoder.encode(text).length;
}

/** Refuses what the broker would refuse, or would store under another name. */
export function checkName(collector: Collector, noun: string, name: string, at: Source): boolean {
  if (name === '') {
    collector.error('bad-name', at, `${noun} needs a name`);
    return false;
  }
  const bytes = bytesOf(name);
  if (bytes > LONGEST) {
    collector.error('bad-name', at, `a name of ${bytes} bytes is too long: ${noun} may have ${LONGEST}`);
    return false;
  }
  // The broker drops them without a word (`rabbit_mgmt_util`, `rabbit_channel:strip_cr_lf`).
  if (/[\r\n]/.test(name) && (noun === 'a queue' || noun === 'an exchange')) {
    collector.error('bad-name', at, `${noun} cannot have a line break in its name: the broker removes it`);
    return false;
  }
  // Its router takes them, also percent-encoded, for steps in the path (`cowboy_router:remove_dot_segments`).
  if ((name === '.' || name === '..') && noun !== 'a queue' && noun !== 'an exchange') {
    collector.error('bad-name', at, `${noun} cannot be named "${name}": the management API cannot tell it`);
    return false;
  }
  return true;
}

/** As {@link checkName}, for what the file declares: `amq.` names are the broker's own. */
export function checkDeclaredName(
  collector: Collector,
  noun: 'a queue' | 'an exchange',
  name: string,
  at: Source,
): boolean {
  if (!checkName(collector, noun, name, at)) return false;
  if (!name.startsWith('amq.')) return true;
  collector.error(
    'reserved-name',
    at,
    `"${name}" cannot be declared: names that start with amq. are the broker's own`,
    {
      hint: noun === 'an exchange' ? 'bindings may name it without a declaration' : 'choose another name',
    },
  );
  return false;
}

export function checkRoutingKey(collector: Collector, key: string, at: Source): boolean {
  const bytes = bytesOf(key);
  if (bytes <= LONGEST) return true;
  collector.error('bad-name', at, `a routing key of ${bytes} bytes is too long: it may have ${LONGEST}`);
  return false;
}
