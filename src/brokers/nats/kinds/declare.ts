import type { Declared, Section } from '../../../model/index.ts';
import { declareBuckets } from './bucket/declare.ts';
import { keyValue, objectStore } from './bucket/shapes.ts';
import { Collector } from './collector.ts';
import { declareStreams } from './stream/declare.ts';

/** All that the sections of one server or cluster declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new Collector();
  for (const section of sections) {
    const { value } = section;
    const body = { section, value, at: section.at(value) };
    declareStreams(collector, body);
    declareBuckets(collector, body, keyValue);
    declareBuckets(collector, body, objectStore);
  }
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}
