import {
  type Exporter,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  textsOf,
} from '../../../model/index.ts';

/** Subjects, each with the stream that keeps it. AsyncAPI has no binding for JetStream: that stands in extensions. */
export const exporter: Exporter = {
  channels: (resources) => ({
    protocol: 'nats',
    channels: Object.fromEntries(
      resources
        .filter(({ address }) => kindOf(address) === 'stream')
        .flatMap((stream) => textsOf(stream.spec.subjects).map((subject) => channel(stream, subject))),
    ),
  }),
};

function channel({ address, spec }: Resource, subject: string): [string, JsonObject] {
  const name = parseAddress(address).path[0] ?? '';
  const { subjects: _, ...config } = spec;
  const id = `${name}.${subject}`.replace(
    /[^\w.-]/g,
    (character) => `_${character.codePointAt(0)?.toString(16)}`,
  );
  const description =
    typeof spec.description === 'string' && spec.description !== '' ? spec.description : undefined;
  return [
    id,
    {
      address: subject,
      ...(description !== undefined && { description }),
      'x-jetstream': { name, ...config },
    },
  ];
}
