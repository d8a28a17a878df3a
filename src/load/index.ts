export type { LintSettings } from './config.ts';
export { type BrokerConfig, connectionOf } from './connection.ts';
export { type LoadOptions, loadProject, type Project } from './project.ts';
export { configSchema, topologySchema } from './schemas.ts';
export { resolveTemplate, type Variables } from './template.ts';
export type { Retired } from './topologies.ts';
