import { bucketKind } from './bucket/index.ts';
import { keyValue as shape } from './bucket/shapes.ts';

export const keyValue = bucketKind(shape, 'key-value bucket');
