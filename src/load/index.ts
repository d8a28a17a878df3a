export { connectionOf } from './connection.ts';
export { type LoadOptions, loadProject, type Project } from './project.ts';
export { configSchema, topologySchema } from './schemas.ts';
export { resolveTemplate, type Variables } from './template.ts';
