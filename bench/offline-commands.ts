import { growthsOf, measureCommand, measureEmpty, roundsOf } from './commands.ts';
import { Project } from './project.ts';
import { queueTopology, toFiles } from './rabbitmq-topology.ts';
import { MOST_GROWTH, type Section, type Usage } from './report.ts';
import type { Settings } from './settings.ts';

const COMMANDS = {
  '`validate`': ['validate'],
  '`plan --against none`': ['plan', '--against', 'none'],
  '`plan --against none --out`': ['plan', '--against', 'none', '--out', 'plan.json'],
  '`show plan.json`': ['show', 'plan.json'],
};

/** Whole commands that need no broker, up to ten times the largest size. */
export async function benchOfflineCommands({ sizes }: Settings): Promise<Section> {
  const usages: Usage[] = [await measureEmpty()];
  for (const resources of [10, ...sizes, 10 * Math.max(...sizes)]) {
    const files = toFiles(queueTopology(resources / 2), 'bench');
    const project = new Project({ type: 'rabbitmq', url: 'amqp://localhost' }, files);
    try {
      for (const [what, args] of Object.entries(COMMANDS)) {
        usages.push(await measureCommand(project, { what, args, resources, rounds: roundsOf(resources) }));
      }
    } finally {
      project.remove();
    }
  }
  return {
    title: 'Commands without a broker',
    about: `Each command is a process of its own, from its start to its end. The resources are queues and as many
bindings of RabbitMQ, in files of 1,000 queues. The plan creates all of them.`,
    with: [],
    usages,
    figures: Object.keys(COMMANDS).flatMap((what) => growthsOf(usages, what, MOST_GROWTH)),
  };
}
