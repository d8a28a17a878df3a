import { objectStore as shape } from '../bucket-shapes.ts';
import { bucketKind } from './bucket.ts';

export const objectStore = bucketKind(shape, 'object store');
