import { asyncapiFormat } from '../../../import/index.ts';

const WHY = 'subjects and queue groups are made by clients; AsyncAPI does not describe JetStream streams';

/** AsyncAPI describes subjects, which are not declared: every channel is unsupported. */
export const asyncapi = asyncapiFormat('nats', ['nats', 'nats-secure'], (channels) => {
  for (const channel of channels) channel.explain(WHY);
});
