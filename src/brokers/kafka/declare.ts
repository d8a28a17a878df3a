import type { Declared, Section } from '../../model/index.ts';
import { declareAcls } from './declare/acls.ts';
import { Collector } from './declare/collector.ts';
import { declareQuotas } from './declare/quotas.ts';
import { declareTopics } from './declare/topics.ts';
import { declareUsers } from './declare/users.ts';

/** All that the sections of one cluster declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new Collector();
  for (const section of sections) {
    const { value } = section;
    const body = { section, value, at: section.at(value) };
    declareTopics(collector, body);
    declareAcls(collector, body);
    declareQuotas(collector, body);
    declareUsers(collector, body);
  }
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}
