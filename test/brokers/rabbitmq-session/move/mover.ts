import { connect } from '../../../../src/brokers/rabbitmq/session/index.ts';
import type { Call, JsonObject } from '../../../../src/model/index.ts';

// A process that moves a queue and may be killed: MOVE is `{"settings": …, "calls": […]}`; prints the outcome.
const { settings, calls } = JSON.parse(process.env.MOVE ?? '{}') as { settings: JsonObject; calls: Call[] };
const never = new AbortController().signal;
const session = await connect({
  name: 'main',
  type: 'rabbitmq',
  settings,
  resolve: (text) => text,
  timeout: 10_000,
});
for await (const outcome of session.send([calls], { drain: never, abort: never })) {
  console.log(JSON.stringify(outcome));
}
await session.close();
