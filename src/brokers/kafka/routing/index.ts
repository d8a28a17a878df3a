import type { Routing } from '../../../model/index.ts';
import { testSchema } from './schema.ts';

/** Where a record goes, and what principals may do. */
export const routing: Routing = {
  testSchema,
  subjects: ['publish.topic', 'principal'],
  positions: ['publish.topic'],
  options: ['publish.key', 'principal', 'host'],
  async load() {
    const { router } = await import('./router.ts');
    return router;
  },
};
