export { completeSides } from './complete.ts';
export { diffSpecs } from './fields.ts';
export { type Difference, diffResources } from './resources.ts';
export { selectChanges } from './selection.ts';
