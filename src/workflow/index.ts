import { providers } from '../brokers/index.ts';

export { baselineOf, explainRule, pageText } from '../lint/index.ts';
export {
  CodeOwners,
  configNames,
  configSchema,
  findConfig,
  LOCAL,
  topologySchema,
  writeBaseline,
} from '../load/index.ts';
export { checkAllowKey, planParts, SHORTEST_KEY, writePlan } from '../plan/index.ts';
export { type ApplyOptions, applyPlan } from './apply.ts';
export type { Checked, CheckedProject as Project, DeclaredBroker, ProjectOptions } from './check.ts';
export { composeFile, publishers } from './compose.ts';
export { checkRevision, type DiffOptions, diffRevisions } from './diff.ts';
export { compareEnvironments } from './diff-environments.ts';
export type { CheckedSide } from './diff-sides.ts';
export { doctor, waitForBrokers } from './doctor.ts';
export { expandPatterns, exportAsyncApi, exportDefinitions } from './export.ts';
export { formatProject } from './format.ts';
export { focusGraph, liveGraph, topologyGraph } from './graph.ts';
export { partOf, readEverything, readExport, toYaml, unreadInExport } from './import.ts';
export { allRules, check, isFinding, upgradeRules } from './known-brokers.ts';
export { type LetterFilter, parseLetterFilter } from './letters.ts';
export { localEnvironment } from './local-environment.ts';
export { composeProject, type LocalTarget, localTargets, servicesFor } from './local-services.ts';
export { explainedPages, pageOf } from './pages.ts';
export { makePlan, type PlanOptions, planStates } from './plan.ts';
export { changesGraph, planGraph } from './plan-graph.ts';
export { planYaml } from './plan-yaml.ts';
export { type PoliciesOptions, policies } from './policies.ts';
export type { KeptPlan } from './recorded.ts';
export { type RedriveOptions, redrive } from './redrive.ts';
export { type RouteOptions, route, routeGraph } from './route.ts';
export { type ReadPlanOptions, readPlan, readPlanParts } from './saved-plan.ts';
export { ofAllBrokers } from './sessions.ts';
export { settledFiles } from './settled.ts';
export { isExport, writeSnapshot } from './snapshot.ts';
export { runTests, type TestOptions } from './tests.ts';
export { upgradeCheck } from './upgrade-check.ts';
export { VERSION } from './version.ts';

export { providers };
