import type { Kind } from '../../../model/index.ts';
import { consumer } from './consumer/index.ts';
import { keyValue } from './key-value.ts';
import { objectStore } from './object-store.ts';
import { stream } from './stream/index.ts';

export const kinds: Readonly<Record<string, Kind>> = {
  stream,
  consumer,
  'key-value': keyValue,
  'object-store': objectStore,
};
