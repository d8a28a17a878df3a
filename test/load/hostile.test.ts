import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { connectionOf, loadProject } from '../../src/load/index.ts';
import { folderOfTest } from '../setup/folder.ts';
import { runs } from '../setup/runs.ts';
import { boxes, crates } from './folder.ts';

const word = fc.constantFrom(
  ...[
    'project',
    'topologies',
    'brokers',
    'owns',
    'environments',
    'overrides',
    'protect',
    'limits',
    'deletes',
    'lint',
  ],
  ...[
    'rules',
    'type',
    'boxes',
    'crates',
    'broker',
    'retired',
    'lids',
    'form',
    'radius',
    'size',
    'age',
    'raw',
    'e',
    'url',
  ],
  ...[
    'main/box/a',
    'main',
    '**',
    '*',
    '%',
    '/',
    '',
    '${X}',
    '${',
    '$${',
    'constructor',
    'round',
    'box://h',
    '\u001b',
    '<<',
    '1',
  ],
);

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    word,
    fc.constantFrom(null, true, 0, -1, 1.5, 1e300, 9007199254740993n),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(word, tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;

test('whatever the files hold, loading ends with values: each mistake with a place and a hint', () => {
  const directory = folderOfTest({ 'brokerform.yaml': '', 'topologies/t.yaml': '' });
  const options = { directory, environment: 'e', variables: { X: '1' }, providers: [boxes, crates] };
  fc.assert(
    fc.property(value, value, fc.boolean(), (config, topology, wrapped) => {
      const configuration = wrapped ? { brokers: { main: config }, environments: { e: topology } } : config;
      writeFileSync(join(directory, 'brokerform.yaml'), stringify(configuration));
      writeFileSync(
        join(directory, 'topologies/t.yaml'),
        stringify(wrapped ? { boxes: topology } : topology),
      );
      const { project, diagnostics } = loadProject(options);
      for (const broker of project.brokers.values()) {
        for (const { at, hint } of connectionOf(broker, {}, 1).diagnostics) expect(at && hint).toBeTruthy();
      }
      for (const section of [...project.sections.values()].flat()) {
        section.overridden('main/box/a', 'box', section.value);
        section.template(section.value, 'boxes');
        section.at(section.value, 'boxes');
      }
      for (const { at, hint, message } of [...diagnostics, ...project.lateDiagnostics()]) {
        expect(at && hint && message).toBeTruthy();
      }
    }),
    { numRuns: runs(150) },
  );
}, 120_000);
