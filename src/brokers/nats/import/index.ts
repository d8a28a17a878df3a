import type { ForeignFormat } from '../../../import/index.ts';
import { asyncapi } from './asyncapi.ts';
import { terraform } from './terraform/index.ts';

export const foreignFormats: readonly ForeignFormat[] = [asyncapi, terraform];
