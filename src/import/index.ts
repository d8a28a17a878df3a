export * from './account.ts';
export * from './asyncapi.ts';
export * from './clusters.ts';
export * from './draft.ts';
export * from './format.ts';
export * from './kubernetes.ts';
export * from './mapping.ts';
export * from './terraform.ts';
