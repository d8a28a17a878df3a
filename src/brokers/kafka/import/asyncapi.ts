import { asyncapiFormat, type Channel, type DraftSection, type Mapping } from '../../../import/index.ts';
import { topicNameProblem } from '../kinds/topic/yaml.ts';
import { INTERNAL, isInternal, takeConfigs } from './draft.ts';

/** Topics of AsyncAPI documents. https://github.com/asyncapi/bindings/tree/master/kafka */
export const asyncapi = asyncapiFormat('kafka', ['kafka', 'kafka-secure'], (channels, draft) => {
  for (const channel of channels) translateChannel(channel, draft);
});

function translateChannel(channel: Channel, draft: DraftSection): void {
  const binding = channel.binding('kafka');
  const topics = topicsOf(channel, binding);
  if (!Array.isArray(topics)) {
    channel.leave('kafka', topics.why);
    return;
  }
  channel.take();
  for (const topic of topics) {
    draft.open(['topics', topic], channel.at);
    if (!binding) continue;
    draft.carry(['topics', topic], binding, {
      partitions: ['partitions', 'whole'],
      replicas: ['replication-factor', 'whole'],
    });
    takeConfigs(draft, topic, binding, 'topicConfiguration');
  }
  binding?.skip('bindingVersion');
  for (const operation of channel.operationBindings('kafka')) {
    operation.leave('groupId', 'a group is no resource; what it may do is an ACL, which needs a principal');
    // How a client calls itself, and which form of the binding this is.
    operation.skip('clientId', 'bindingVersion');
  }
}

/** The topics that the channel is, or why it cannot be written as any. */
function topicsOf(channel: Channel, binding: Mapping | undefined): string[] | { readonly why: string } {
  const name = binding?.text('topic') ?? channel.address;
  if (name === undefined) return { why: 'its topic is only known at run time' };
  const topics = channel.namesIn(name);
  if (!Array.isArray(topics)) return topics;
  const problem = topics.map(topicNameProblem).find((found) => found !== undefined);
  if (problem !== undefined) return { why: `${problem}; a Kafka binding with "topic" can name it` };
  return topics.some(isInternal) ? { why: INTERNAL } : topics;
}
