import type { UpgradeRule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const queueModeIgnored: UpgradeRule = {
  code: 'rabbitmq/upgrade-queue-mode',
  since: '3.12',
  severity: 'info',
  summary: 'Lazy mode no longer has an effect',
  explain: `
From 3.12 on classic queues ignore \`queue-mode\`: all of them keep messages on disk, as lazy queues did. Remove the
argument or policy key. https://www.rabbitmq.com/docs/lazy-queues
`,
  *check(context) {
    for (const { queues, policies } of vhostsOf(context)) {
      for (const { name, type, arguments: args, resource } of queues.values()) {
        if (type !== 'classic' || !('x-queue-mode' in args)) continue;
        const message = `queue "${name}" no longer has a mode: it keeps messages on disk`;
        yield { resource, path: ['arguments', 'x-queue-mode'], message, hint: 'remove it' };
      }
      for (const { name, definition, resource } of policies) {
        if (!('queue-mode' in definition)) continue;
        const message = `queue-mode of policy "${name}" no longer has an effect`;
        yield { resource, path: ['definition', 'queue-mode'], message, hint: 'remove it' };
      }
    }
  },
};
