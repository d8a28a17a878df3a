/**
 * brokerform as a library: the same steps that the command line takes.
 *
 * ```ts
 * import { check, makePlan, renderPlan } from 'brokerform';
 * const checked = check({ directory: '.', env: process.env });
 * const plan = await makePlan(checked, { against: 'none', … });
 * console.log(renderPlan(plan, 'text', PLAIN));
 * ```
 */

export { type GraphFormat, type RenderedGraph, renderGraph } from './graph/index.ts';
export * from './model/index.ts';
export {
  FORMATS,
  type Format,
  PLAIN,
  renderDiagnostics,
  renderDiff,
  renderPatch,
  renderPlan,
  renderReport,
  type Style,
} from './report/index.ts';
export {
  type ApplyOptions,
  allRules,
  applyPlan,
  type Checked,
  changesGraph,
  check,
  checkAllowKey,
  configSchema,
  type DeclaredBroker,
  type DiffOptions,
  diffRevisions,
  doctor,
  type Examined,
  explainRule,
  focusGraph,
  liveGraph,
  makePlan,
  type PlanOptions,
  type Project,
  type ProjectOptions,
  planGraph,
  planYaml,
  providers,
  readEverything,
  readExport,
  readPlan,
  topologyGraph,
  topologySchema,
  toYaml,
  VERSION,
  writePlan,
  writeSnapshot,
} from './workflow/index.ts';
