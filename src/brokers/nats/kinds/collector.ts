import { DeclareCollector, kindOf } from '../../../model/index.ts';
import { kinds } from './index.ts';

/** What went wrong while declaring; the rules of the linter have codes of their own. */
type DeclareCode = 'given-twice' | 'bad-value' | 'bucket-as-stream' | 'reserved-name';

export class Collector extends DeclareCollector<DeclareCode> {
  constructor() {
    super('nats', (resource) => kinds[kindOf(resource.address)]?.title(resource).title);
  }
}
