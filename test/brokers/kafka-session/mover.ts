import { connect } from '../../../src/brokers/kafka/session/index.ts';
import { readOne, send, topic } from './support.ts';

// A process of its own that moves partitions, to be killed in the middle: mover.ts BOOTSTRAP TOPIC REPLICAS
const [bootstrap = '', name = '', replicas = '{}'] = process.argv.slice(2);
const settings = { bootstrap, reassignment: { throttle: '100kB', batch: 10 } };
const resolve = (text: string) => text;
const session = await connect({ name: 'events', type: 'kafka', settings, resolve, timeout: 20_000 });
const body = { name, replicas: JSON.parse(replicas) };
const sending = send(session, [[{ op: 'topic.reassign', target: topic(name), body }]]);
const watching = setInterval(async () => {
  const live = await readOne(session, topic(name));
  const isUnderWay = JSON.stringify(live?.spec.replicas) === replicas;
  if (live?.spec.throttle !== undefined && isUnderWay) console.log('running');
}, 100);
console.log(JSON.stringify(await sending));
clearInterval(watching);
await session.close();
