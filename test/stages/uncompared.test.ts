import { expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { uncomparedSecrets } from '../../src/diff/index.ts';
import { indexByAddress, type JsonObject, type Resource } from '../../src/model/index.ts';

const SECRET = { $secret: '${PASSWORD}' };

function uncompared(type: string, address: string, specs: [JsonObject, JsonObject], facts: JsonObject = {}) {
  const [desired, live] = specs.map(
    (spec): ReadonlyMap<string, Resource> => indexByAddress([{ address, spec, dependsOn: [] }]),
  );
  if (!desired || !live) throw new Error('two specs');
  const broker = { name: 'main', type, id: '', version: '1', facts };
  const kinds = providers.find(({ name }) => name === type)?.kinds ?? {};
  const found = (changed: string[]) => uncomparedSecrets({ broker, desired, live }, kinds, new Set(changed));
  expect(found([address])).toEqual([]);
  return found([]).flatMap(({ fields }) => fields);
}

test('a SCRAM password is never told', () => {
  const spec = { 'scram-sha-256': { password: SECRET }, 'scram-sha-512': null };
  expect(uncompared('kafka', 'main/user/app', [spec, spec])).toEqual(['scram-sha-256.password']);
});

test("a user's password is compared where the live side has it: a management API shows a hash, a file may not", () => {
  const spec = { password: SECRET };
  expect(uncompared('rabbitmq', 'main/user/app', [spec, spec])).toEqual([]);
  expect(uncompared('rabbitmq', 'main/user/app', [spec, { tags: ['monitoring'] }])).toEqual(['password']);
});

test('credentials in a parameter are compared with a broker, not with a file', () => {
  const spec = { value: { 'src-uri': [SECRET], 'dest-uri': 'amqp://' } };
  const address = 'main/parameter/%2F/shovel/s';
  expect(uncompared('rabbitmq', address, [spec, spec])).toEqual([]);
  expect(uncompared('rabbitmq', address, [spec, spec], { fromFile: true })).toEqual(['value.src-uri.0']);
});

test('a resource that is not there yet is no question', () => {
  const desired = indexByAddress([{ address: 'main/user/app', spec: { password: SECRET }, dependsOn: [] }]);
  const broker = { name: 'main', type: 'rabbitmq', id: '', version: '1', facts: {} };
  const kinds = providers.find(({ name }) => name === 'rabbitmq')?.kinds ?? {};
  expect(uncomparedSecrets({ broker, desired, live: new Map() }, kinds, new Set())).toEqual([]);
});
