import type { Source } from '../../../model/index.ts';
import { INTERNAL_TOPICS } from '../resources.ts';
import type { Collector } from './collector.ts';

/** `org.apache.kafka.common.internals.Topic`: it becomes the name of a folder with `-<partition>` behind it. */
const LONGEST = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

/** Refuses what the broker would refuse, and what is the broker's own. */
export function checkTopicName(collector: Collector, name: string, at: Source): boolean {
  if (INTERNAL_TOPICS.has(name)) {
    const message = `"${name}" cannot be declared: it is the broker's own topic`;
    collector.error('reserved-name', at, message, { hint: 'brokers create it, and only they may change it' });
    return false;
  }
  const problem = topicNameProblem(name);
  if (problem === undefined) return true;
  collector.error('bad-name', at, problem, {
    hint: 'letters, digits, ".", "_" and "-", at most 249 of them',
  });
  return false;
}

/** Why no topic can have this name. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'a topic needs a name';
  if (name === '.' || name === '..') return `a topic cannot be called "${name}"`;
  if (name.length > LONGEST) return `a topic name of ${name.length} characters is too long`;
  if (LEGAL.test(name)) return undefined;
  const illegal = [...name].find((character) => !LEGAL.test(character)) ?? '';
  return `a topic name cannot hold ${JSON.stringify(illegal)}`;
}

export function checkPrincipal(collector: Collector, principal: string, at: Source): boolean {
  if (/^[^:\s]+:./.test(principal)) return true;
  collector.error('bad-name', at, `"${principal}" is no principal: it lacks its type`, {
    hint: `write User:${principal || 'name'}; User:* is everyone`,
  });
  return false;
}
