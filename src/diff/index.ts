export { completeContext, completeSides } from './complete.ts';
export { abandonedMoves, isMoveUnderWay, markMoves } from './moves.ts';
export { diffResources, diffSpecs } from './resources.ts';
export { resetSecrets, uncomparedSecrets } from './secrets.ts';
export { selectChanges } from './selection.ts';
