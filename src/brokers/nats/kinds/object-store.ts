import { bucketKind } from './bucket/index.ts';
import { objectStore as shape } from './bucket/shapes.ts';

export const objectStore = bucketKind(shape, 'object store');
