import { expect, test } from 'vitest';
import { focusGraph } from '../../src/workflow/index.ts';
import { graphOf } from './project.ts';

const GRAPH = graphOf(`
rabbitmq:
  exchanges: { events: { type: topic } }
  queues:
    other: { bindings: [{ from: events, key: x }] }
    x: {}
`);

function namesAt(glob: string): string[] {
  const result = focusGraph(GRAPH, [glob], 0);
  return 'graph' in result ? result.graph.nodes.map(({ name }) => name).sort() : [];
}

test('a glob means what has the name, not the binding that has it as its routing key', () => {
  expect(namesAt('**/x')).toEqual(['x']);
  expect(namesAt('*/*/%2F/**/x')).toEqual([]);
  expect(namesAt('x')).toEqual(['x']);
});

test('a glob that names bindings means their ends', () => {
  expect(namesAt('*/binding/**/x')).toEqual(['events', 'other']);
});
