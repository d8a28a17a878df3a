import {
  type ExportedChannel,
  type Exporter,
  kindOf,
  parseAddress,
  type Resource,
  textsOf,
} from '../../../model/index.ts';

/** Subjects, each with the stream that keeps it. AsyncAPI has no binding for JetStream: that stands in extensions. */
export const exporter: Exporter = {
  channels: (resources) => ({
    protocol: 'nats',
    channels: resources
      .filter(({ address }) => kindOf(address) === 'stream')
      .flatMap((stream) => textsOf(stream.spec.subjects).map((subject) => channelOf(stream, subject))),
  }),
};

function channelOf(stream: Resource, subject: string): ExportedChannel {
  const { address, spec } = stream;
  const name = parseAddress(address).path[0] ?? '';
  const { subjects: _, ...config } = spec;
  const id = `${name}.${subject}`.replace(
    /[^\w.-]/g,
    (character) => `_${character.codePointAt(0)?.toString(16)}`,
  );
  const description =
    typeof spec.description === 'string' && spec.description !== '' ? spec.description : undefined;
  const channel = {
    address: subject,
    ...(description !== undefined && { description }),
    'x-jetstream': { name, ...config },
  };
  return { id, channel, of: stream };
}
