import { oncePer } from '../../../model/index.ts';
import { comparable } from './headers.ts';
import type { Vhost } from './topology.ts';

/** Whether some binding of the vhost matches the headers that dead-lettering adds: then reasons are told apart. */
export const matchesDeaths = oncePer((vhost: Vhost): boolean =>
  vhost.bindings.some(
    ({ source, arguments: args }) =>
      vhost.exchange(source)?.type === 'headers' &&
      comparable(args).some(([name]) => /^x-(?:first-|last-)?death/.test(name)),
  ),
);
