export { abandonedMoves } from './abandoned.ts';
export { completeContext, completeSides } from './complete.ts';
export { diffSpecs } from './fields.ts';
export { isMoveUnderWay, markMoves } from './moves.ts';
export { resetSecrets } from './resets.ts';
export { diffResources } from './resources.ts';
export { selectChanges } from './selection.ts';
export { uncomparedSecrets } from './uncompared.ts';
