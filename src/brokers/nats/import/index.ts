import { ASYNCAPI, channelsOf, type ForeignFormat } from '../../../import/index.ts';

const WHY = 'subjects and queue groups are made by clients; AsyncAPI does not describe JetStream streams';

/** AsyncAPI describes subjects, which are not declared: every channel is unsupported. */
const asyncapi: ForeignFormat = {
  ...ASYNCAPI,
  translate(documents) {
    for (const channel of documents.flatMap(channelsOf)) {
      if (channel.isOn('nats', ['nats', 'nats-secure'])) channel.explain(WHY);
    }
  },
};

export const foreignFormats: readonly ForeignFormat[] = [asyncapi];
