import { connect } from '../../../../src/brokers/rabbitmq/session/index.ts';
import type { JsonObject } from '../../../../src/model/index.ts';

// A process that redrives the dead letters of a queue and may be killed: REDRIVE is `{"settings": …, "address": …}`.
const { settings, address } = JSON.parse(process.env.REDRIVE ?? '{}') as {
  settings: JsonObject;
  address: string;
};
const never = new AbortController().signal;
const session = await connect({
  name: 'main',
  type: 'rabbitmq',
  settings,
  resolve: (text) => text,
  timeout: 10_000,
});
const opened = await session.redrive?.({ address, run: `run-${process.pid}`, now: () => new Date() });
const accepts = ({ key }: { readonly key?: string }) => key !== 'stays';
for await (const { status } of opened?.run({ accepts, drain: never, abort: never }) ?? [])
  console.log(status);
await session.close();
