import type { Routing } from '../../../model/index.ts';
import { testSchema } from './schema.ts';

export const routing: Routing = {
  testSchema,
  subjects: ['publish.subject'],
  positions: ['publish.subject'],
  options: ['publish.headers'],
  testsLive: true,
  async load() {
    const { router } = await import('./router.ts');
    return router;
  },
};
