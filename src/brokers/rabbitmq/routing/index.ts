import type { Routing } from '../../../model/index.ts';
import { testSchema } from './schema.ts';

export const routing: Routing = {
  testSchema,
  subjects: ['publish.exchange'],
  positions: ['publish.exchange', 'publish.key'],
  options: ['publish.vhost', 'publish.headers'],
  testsLive: true,
  async load() {
    const { router } = await import('./answer.ts');
    return router;
  },
};
