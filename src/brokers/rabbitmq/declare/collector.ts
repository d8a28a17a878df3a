import { DeclareCollector, kindOf } from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

/** What went wrong while declaring; the rules of the linter have codes of their own. */
type DeclareCode =
  | 'given-twice'
  | 'bad-unit'
  | 'bad-name'
  | 'reserved-name'
  | 'literal-secret'
  | 'binding-ends';

export class Collector extends DeclareCollector<DeclareCode> {
  constructor() {
    super('rabbitmq', (resource) => kinds[kindOf(resource.address)]?.title(resource).title);
  }
}
