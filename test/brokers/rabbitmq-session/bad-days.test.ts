import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { BrokerError, ConnectionError, type JsonObject, type Scope } from '../../../src/model/index.ts';
import { type FakeServer, fakeManagement, fakeTcp, healthy, json } from './fake-management.ts';
import { calls, send, statuses } from './live.ts';

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...args: Parameters<typeof fakeManagement>): Promise<FakeServer> {
  const server = await fakeManagement(...args);
  servers.push(server);
  return server;
}

const open = (settings: JsonObject, timeout = 2000, reads?: Scope) =>
  connect({
    ...{ name: 'main', type: 'rabbitmq', settings, resolve: (text) => text, timeout },
    ...(reads && { reads }),
  });

async function failure(settings: JsonObject, timeout?: number): Promise<ConnectionError> {
  const error = await open(settings, timeout).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ConnectionError);
  expect(`${error.message} ${error.hint}`).not.toContain('s3cret');
  return error as ConnectionError;
}

test('a broker that is down may come up: transient, and the plug-in is named', async () => {
  const error = await failure({ management: 'http://u:s3cret@127.0.0.1:1' });
  expect(error.message).toBe('nothing listens at 127.0.0.1:1');
  expect(error.hint).toContain('rabbitmq-plugins enable rabbitmq_management');
  expect(error.transient).toBe(true);
});

test('a wrong password is told, and waiting does not help', async () => {
  const server = await serve((_, response) =>
    json(response, 401, { error: 'not_authorized', reason: 'Login failed' }),
  );
  const error = await failure({ management: server.management.replace('u:p', 'u:s3cret') });
  expect(error.message).toContain('refused the login of "u": Login failed');
  expect(error.transient).toBe(false);
});

test('a user without the tag management is told which tag is missing', async () => {
  const server = await serve((_, response) =>
    json(response, 401, { error: 'not_authorised', reason: 'Not management user' }),
  );
  const error = await open({ management: server.management }).catch((reason) => reason);
  expect(error).toBeInstanceOf(BrokerError);
  expect(error.failure.hint).toContain('needs the tag "management"');
});

test('an AMQP port that is given as management is recognised', async () => {
  const server = await fakeTcp(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
  servers.push(server);
  const error = await failure({ management: `http://u:s3cret@127.0.0.1:${server.port}` });
  expect(error.message).toContain('is an AMQP port, not the management API');
  expect(error.transient).toBe(false);
});

test('a TLS port that is spoken to in plain text is recognised', async () => {
  const server = await fakeTcp(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0a]));
  servers.push(server);
  const error = await failure({ management: `http://u:s3cret@127.0.0.1:${server.port}` });
  expect(error.message).toContain('speaks TLS only');
  expect(error.hint).toContain('https://');
});

test('a plain port that is spoken to in TLS is recognised', async () => {
  const server = await serve();
  const error = await failure({ management: `https://u:s3cret@127.0.0.1:${server.port}` });
  expect(error.message).toContain('does not speak TLS');
  expect(error.hint).toContain('http://');
  expect(error.transient).toBe(false);
});

test('a web page instead of JSON is no management API', async () => {
  const server = await serve((_, response) => response.writeHead(200).end('<html>Sign in</html>'));
  const error = await failure({ management: server.management });
  expect(error.message).toContain('does not answer in JSON');
  expect(error.hint).toContain('proxy');
});

test('an unknown path, or JSON of something else, is no management API', async () => {
  const missing = await serve((_, response) => response.writeHead(404).end('nope'));
  expect((await failure({ management: `${missing.management}/rabbit` })).message).toContain('/rabbit/api');
  const other = await serve((_, response) => json(response, 200, { status: 'ok' }));
  expect((await failure({ management: other.management })).message).toContain('no management API');
});

test('500s are tried again a few times, then taken for a broker that is starting', async () => {
  const server = await serve((_, response) => response.writeHead(500).end());
  const error = await failure({ management: server.management });
  expect(error.transient).toBe(true);
  expect(error.message).toContain('answered 500');
  expect(server.requests.filter((line) => line.includes('/overview'))).toHaveLength(4);
});

test('a body that is cut off is tried again, and never taken for a whole one', async () => {
  let cuts = 0;
  const server = await serve((request, response) => {
    if (!request.url?.startsWith('/api/queues') || cuts++ > 1) return healthy(request, response);
    response.writeHead(200, { 'content-length': 1000 });
    response.write('[]', () => response.destroy());
  });
  const session = await open({ management: server.management });
  const scope = { desired: [], retired: [], owns: ['main/queue/v/*'] };
  expect(await session.read(scope)).toEqual([]);
  expect(cuts).toBe(3);
  await session.close();
});

test('a body that is always cut off is an error', async () => {
  const server = await serve((request, response) => {
    if (!request.url?.startsWith('/api/queues')) return healthy(request, response);
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.write('[', () => response.destroy());
  });
  const session = await open({ management: server.management });
  const reading = session.read({ desired: [], retired: [], owns: ['main/queue/v/*'] });
  await expect(reading).rejects.toThrow(/connection to 127.0.0.1:\d+ was lost/);
  await session.close();
});

test('a server that never answers is given up after the time limit', async () => {
  const server = await serve(() => {});
  const error = await failure({ management: server.management }, 200);
  expect(error.message).toContain('did not answer within 200 ms');
  expect(error.transient).toBe(true);
});

test('names are percent-encoded, segment by segment', async () => {
  const server = await serve();
  const session = await open({ management: `${server.management}/proxy/` }).catch(() => undefined);
  expect(session).toBeUndefined();
  const direct = await open({ management: server.management });
  await direct.read({ desired: [], retired: [], owns: ['main/policy/%2F%2520%3F%23/*'] });
  expect(server.requests).toContain('GET /api/policies/%2F%2520%3F%23');
  expect(server.requests).toContain('GET /proxy/api/overview?disable_stats=true');
  await direct.close();
});

test('secrets of a payload are not in what is told of its refusal', async () => {
  const server = await serve((request, response) => {
    if (request.method !== 'PUT') return healthy(request, response);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () =>
      json(response, 400, { error: 'bad_request', reason: `no: ${body} amqp://a:b@c` }),
    );
  });
  const session = await connect({
    name: 'main',
    type: 'rabbitmq',
    settings: { management: server.management },
    resolve: () => 'tops3cret',
    timeout: 2000,
  });
  const signal = new AbortController().signal;
  const body = { path: ['users', 'bob'], payload: { password: { $secret: '${BOB}' } } };
  const outcomes = [];
  for await (const outcome of session.send([[{ op: 'http.put', target: 'main/user/bob', body }]], {
    drain: signal,
    abort: signal,
  })) {
    outcomes.push(outcome);
  }
  expect(outcomes).toMatchObject([{ status: 'failed', failure: { op: 'http.put', status: '400' } }]);
  expect(outcomes[0]?.failure?.message).toBe('no: {"password":"***"} amqp://c');
  await session.close();
});

test('what will be read is asked for while the broker has not said yet who it is', async () => {
  const waiting: (() => void)[] = [];
  const server = await serve((request, response) => {
    if (!request.url?.startsWith('/api/overview')) {
      healthy(request, response);
      if (request.url?.startsWith('/api/queues/team')) for (const answer of waiting.splice(0)) answer();
      return;
    }
    waiting.push(() => healthy(request, response));
  });
  const reads = { desired: [], retired: ['main/queue/team/orders'], owns: [] };
  const session = await open({ management: server.management }, 5000, reads);
  expect(await session.read(reads)).toEqual([]);
  const listed = () => server.requests.filter((one) => one.startsWith('GET /api/queues/team')).length;
  expect(listed()).toBe(1);
  await session.read(reads);
  expect(listed()).toBe(2);
  await session.close();
});

test('a session that cannot be opened does not go on asking', async () => {
  const server = await serve((request, response) => {
    const isFirst = request.url?.startsWith('/api/overview');
    if (isFirst) json(response, 401, { error: 'not_authorized', reason: 'Login failed' });
    // Asked for again and again, while the session lasts.
    else json(response, 503, {});
  });
  const reads = { desired: [], retired: ['main/queue/team/orders'], owns: [] };
  await expect(open({ management: server.management }, 2000, reads)).rejects.toThrow('Login failed');
  await sleep(500);
  expect(server.requests).toHaveLength(new Set(server.requests).size);
});

test('what a broker does not find while it starts is asked for again', async () => {
  let tries = 0;
  const server = await serve((request, response) => {
    if (request.method !== 'PUT') return healthy(request, response);
    tries++;
    if (tries <= 4) response.destroy();
    else if (tries <= 6) json(response, 404, { error: 'Object Not Found', reason: 'Not Found' });
    else json(response, 201, {});
  });
  const session = await open({ management: server.management });
  expect(await send(session, [[calls.queue('/', 'orders')]])).toMatchObject([{ status: 'done' }]);
  expect(tries).toBe(7);
  // A vhost that is not there, on a broker that is.
  tries = 4;
  expect(await send(session, [[calls.queue('/', 'orders')]])).toMatchObject([{ status: 'failed' }]);
  await session.close();
});

test('what a killed broker has lost is made again with what needs it', async () => {
  const asked: string[] = [];
  let isLost = true;
  let others: (() => void)[] = [];
  const server = await serve((request, response) => {
    const what = `${request.method} ${request.url?.split('/')[2]} ${request.url?.split('/').at(-1)}`;
    if (!['PUT', 'POST'].includes(request.method ?? '')) return healthy(request, response);
    asked.push(what);
    const tries = asked.filter((one) => one === what).length;
    if (what.endsWith('other')) others.push(() => json(response, 201, {}));
    else if (what.startsWith('PUT queues')) {
      if (tries > 1) isLost = false;
      json(response, 201, {});
    } else if (tries <= 4) response.destroy();
    else if (isLost) {
      json(response, 404, { error: 'not_found', reason: "no queue 'orders'" });
      // From here on the broker is there again.
      for (const answer of others) answer();
      others = [];
    } else json(response, 201, {});
  });
  const session = await open({ management: server.management });
  const policy = calls.put(['policies', '/', 'orders']);
  const outcomes = await send(session, [[calls.queue('/', 'orders'), policy], [calls.queue('/', 'other')]]);
  expect(statuses(outcomes)).toEqual({ done: 2 });
  expect(asked.filter((one) => one === 'PUT queues orders')).toHaveLength(2);
  await session.close();
});
