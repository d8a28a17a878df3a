import { type Declared, mapMembers, objectOf, type Section } from '../../model/index.ts';
import { Collector } from './declare/collector.ts';
import { declareGlobalParameters } from './declare/parameters.ts';
import { declareUsers } from './declare/users.ts';
import { declareVhost, Vhosts } from './declare/vhosts.ts';

/** All that the sections of one broker declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new Collector();
  const vhosts = new Vhosts(collector);
  for (const section of sections) {
    const { value } = section;
    const named = typeof value.vhost === 'string' ? value.vhost : undefined;
    const first = named === undefined ? Object.keys(value)[0] : 'vhost';
    const at = section.at(value, first);
    const body = { section, value, at };
    declareVhost(collector, vhosts, body, named ?? '/', named !== undefined);
    for (const [name, vhostBody] of mapMembers(section, objectOf(value.vhosts))) {
      declareVhost(collector, vhosts, vhostBody, name, true);
    }
    declareUsers(collector, body);
    declareGlobalParameters(collector, body);
  }
  vhosts.declare();
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}
