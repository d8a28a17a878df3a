import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { check } from '../../src/workflow/index.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
  mkdirSync(join(folder, 'topologies'));
});

function findings(files: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'topologies', name), text);
  return check({ directory: folder, env: {} }).diagnostics.map(
    ({ code, at }) => `${at?.file}:${at?.line} ${code}`,
  );
}

test('mistakes of the format and of the broker are told in one run', () => {
  const text = 'rabbitmq:\n  queues:\n    a: { message-ttl: 7x }\n    b: { mesage-ttl: 7d }\n';
  expect(findings({ 'a.yaml': text })).toEqual([
    'topologies/a.yaml:3 rabbitmq/bad-unit',
    'topologies/a.yaml:4 load/unknown-key',
  ]);
});

test('rules say nothing of a file of which a part was left out, and see what the rest of it declares', () => {
  const broken = 'rabbitmq:\n  exchanges: { dlx: { type: fanout }, other: { tpye: fanout } }\n';
  const sound =
    'rabbitmq:\n  queues:\n    a: { type: quorum, max-length: 9, dead-letter: { exchange: dlx } }\n    b: { dead-letter: { exchange: nowhere } }\n';
  const found = findings({ 'a.yaml': broken, 'b.yaml': sound });
  expect(found.filter((finding) => finding.startsWith('topologies/a.yaml'))).toEqual([
    'topologies/a.yaml:2 load/unknown-key',
  ]);
  const missing = found.filter((finding) => finding.endsWith('dead-letter-exchange-missing'));
  expect(missing).toEqual(['topologies/b.yaml:4 rabbitmq/dead-letter-exchange-missing']);
});
