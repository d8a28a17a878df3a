export { writeBaseline } from './baseline.ts';
export { connectionOf } from './connection.ts';
export { checkDraft } from './draft.ts';
export { findConfig } from './files.ts';
export { loadForeign } from './foreign.ts';
export { type LoadOptions, loadProject, type Project } from './project.ts';
export { checkOut, findRevision, type Revision } from './revision.ts';
export { configSchema, topologySchema } from './schemas.ts';
export { resolveTemplate, type Variables } from './template.ts';
