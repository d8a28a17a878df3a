import { DeclareCollector, kindOf } from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

/** What went wrong while declaring; the rules of the linter have codes of their own. */
type DeclareCode =
  | 'given-twice'
  | 'bad-value'
  | 'bad-name'
  | 'reserved-name'
  | 'reserved-config'
  | 'literal-secret'
  | 'acl-resource'
  | 'quota-entity';

export class Collector extends DeclareCollector<DeclareCode> {
  constructor() {
    super('kafka', (resource) => {
      const names = kinds[kindOf(resource.address)]?.title(resource);
      return names && `${names.title} ${names.detail}`.trim();
    });
  }
}
