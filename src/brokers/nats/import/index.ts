import type { ForeignFormat } from '../../../import/index.ts';
import { asyncapi } from './asyncapi.ts';
import { nack } from './nack.ts';
import { natscli } from './natscli.ts';
import { terraform } from './terraform/index.ts';

export const foreignFormats: readonly ForeignFormat[] = [asyncapi, nack, natscli, terraform];
