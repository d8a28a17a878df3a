import type { Answer, JsonObject, RoutedTopology, Router, Verdict } from '../../../model/index.ts';
import { RoutedCluster } from './cluster.ts';
import { judgeAccess, judgeHolders } from './judge-access.ts';
import { onTopic } from './requests.ts';
import { partitionFor } from './topic-facts.ts';
import { clientOf, publishOf, routeRecord, writeDenial } from './topic-route.ts';

export const router: Router = { route: routeRecord, judge };

/** @throws RouteError */
function judge(test: JsonObject, topology: RoutedTopology): Answer {
  const cluster = RoutedCluster.of(topology);
  const client = clientOf(test);
  if (test.publish !== undefined) cluster.topic(publishOf(test).topic);
  const verdicts = Object.entries(test).flatMap(([key, value]): Verdict[] => {
    const listed = Array.isArray(value) ? value.map(String) : [];
    switch (key) {
      case 'partition':
        return [{ key, ...judgePartition(test, Number(value), cluster) }];
      case 'may':
      case 'may-not':
        return client ? listed.map((text) => judgeAccess(cluster, client, key, text)) : [];
      case 'readable-by':
        return [judgeHolders(cluster, key, onTopic('read', { name: publishOf(test).topic }), listed)];
      case 'writable-by':
        return [judgeHolders(cluster, key, onTopic('write', { name: publishOf(test).topic }), listed)];
      default:
        return [];
    }
  });
  // What a principal may do beside this record, the record's way does not explain.
  const isAboutRecord = verdicts.some(({ key, failure }) => failure !== undefined && !key.startsWith('may'));
  return { verdicts, ...(isAboutRecord && { route: routeRecord(test, topology) }) };
}

function judgePartition(
  test: JsonObject,
  expected: number,
  cluster: RoutedCluster,
): Pick<Verdict, 'failure' | 'hint'> {
  const { topic: name, key } = publishOf(test);
  const client = clientOf(test);
  const denial = client && writeDenial(cluster, client, name);
  if (denial) return { failure: `expected partition ${expected}; refused: ${denial}` };
  const chosen = partitionFor(cluster.topic(name), key);
  if (chosen.kind !== 'known') {
    return {
      failure: `the number of partitions of topic ${name} is not declared`,
      hint: 'declare partitions',
    };
  }
  const { partition, partitions } = chosen;
  return partition === expected
    ? {}
    : { failure: `expected partition ${expected}; got partition ${partition} of ${partitions}` };
}
