import { keyValue as shape } from '../bucket-shapes.ts';
import { bucketKind } from './bucket.ts';

export const keyValue = bucketKind(shape, 'key-value bucket');
