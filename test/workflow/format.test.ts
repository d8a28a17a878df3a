import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonObject, printJson } from '../../src/model/index.ts';
import { check, formatProject } from '../../src/workflow/index.ts';
import { topologies as kafkaTopologies, sectionOf } from '../live/kafka/topologies.ts';
import { topologies as natsTopologies } from '../live/nats/topologies.ts';
import { topologies as rabbitTopologies } from '../live/rabbitmq/topologies.ts';
import { folderOfFile } from '../setup/folder.ts';
import { runs } from '../setup/runs.ts';

const folder = folderOfFile();

/** A topology file after `fmt`. */
function formatted(text: string): string {
  writeFileSync(join(folder, 'a.yaml'), text);
  const options = { directory: folder, paths: ['a.yaml'], env: {} };
  const checked = check(options);
  expect(checked.diagnostics.filter(({ code }) => code.startsWith('load/'))).toEqual([]);
  return formatProject(checked, options)[0]?.after ?? text;
}

describe('fmt', () => {
  test('indents by two, puts keys in the order of the schema, and writes durations and sizes as people do', () => {
    const text = `# Orders.

rabbitmq:
    queues:
        # Paid ones.
        orders:   {message-ttl: 604800000, type: quorum,   max-length-bytes: 1073741824}  # hot
        audit:
            expires: "3600s"

            # The archive needs all of it.
            type: 'classic'
            bindings: [ {key: "#", from: amq.topic} ]
kafka:
    topics:
        payments: { configs: { retention.ms: 604800000, max.message.bytes: 1048576 }, partitions: 3 }
nats:
    streams:
        ORDERS: { max_age: 86400s, subjects: [ orders.> ], max_bytes: 1024MiB }
`;
    expect(formatted(text)).toBe(`# Orders.

rabbitmq:
  queues:
    # Paid ones.
    orders: { type: quorum, message-ttl: 7d, max-length-bytes: 1GiB } # hot
    audit:
      # The archive needs all of it.
      type: 'classic'
      expires: 1h
      bindings: [{ from: amq.topic, key: "#" }]
kafka:
  topics:
    payments: { partitions: 3, configs: { max.message.bytes: 1MiB, retention.ms: 7d } }
nats:
  streams:
    ORDERS: { subjects: [orders.>], max_bytes: 1GiB, max_age: 1d }
`);
  });

  test('leaves what must stay: names in their order, several documents, anchors, variables, large numbers', () => {
    const text = `rabbitmq:
  queues:
    zebra: { type: quorum, message-ttl: "\${TTL:-60s}" }
    ape: { type: stream, max-age: 30D }
---
kafka:
  topics:
    a: &shared { partitions: 3, configs: { retention.ms: 9007199254740993 } }
    b: *shared
`;
    expect(formatted(text)).toBe(text);
  });

  test('whatever the topology is, formatting changes no meaning, and a second time nothing', () => {
    const sections: fc.Arbitrary<JsonObject> = fc
      .record({ rabbit: rabbitTopologies, kafka: kafkaTopologies, nats: natsTopologies('current') })
      .map(({ rabbit, kafka, nats: { streams, buckets } }) => ({
        nats: { 'key-value': buckets as JsonObject, streams: streams as unknown as JsonObject },
        kafka: sectionOf(kafka, 'p-'),
        rabbitmq: { vhosts: { v: rabbit as unknown as JsonObject } },
      }));
    fc.assert(
      fc.property(sections, (topology) => {
        // It throws where the formatted text would declare something else.
        const once = formatted(printJson(topology));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: runs(30) },
    );
  });
});
