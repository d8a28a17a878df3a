import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import * as library from '../src/index.ts';
import { MemoryBroker } from './memory/broker.ts';
import { memoryProvider } from './memory/provider.ts';

/** What applications may rely on. A name that is added here is kept; one that is removed is a breaking change. */
const VALUES = `
  BlockedPlan BrokerError BrokerformError ConnectionError FORMATS InvalidPlanFile InvalidProject LintErrors
  MissingVariable PLAIN RedriveError RevisionError RouteError StalePlan VERSION allRules allSteps applyPlan brokerOf
  changesGraph check checkAllowKey checkRevision compareDiagnostics configSchema diffRevisions doctor expandPatterns
  explainRule focusGraph formatSource hasErrors kindOf liveGraph makeAddress makePlan parseAddress parseLetterFilter
  planGraph planYaml policies providers readEverything readExport readPlan redrive renderChecks renderDiagnostics
  renderDiff renderExpansions renderGraph renderPatch renderPlan renderPolicies renderRedrive renderReport renderRoute
  renderTests route routeGraph runTests toYaml topologyGraph topologySchema worstRisk writePlan writeSnapshot`;
const TYPES = `
  About Action Address Affected AgeSpan Answer ApplyOptions ApplyReport BaseComparison Blocker BrokenTest
  BrokerIdentity Call CallOptions CallStatus Change Check Checked CheckedSide Connection Context DeadLetter Declared
  DeclaredBroker DeclaredTest Dependent Diagnostic Diff DiffOptions Drawing EdgeRole Effect EffectiveSetting
  EffectiveSettings Effects Examined ExpandedPattern Expansion Fact FailedExpectation Failure FailureKind
  FailureOutcome FieldChange FieldLine Finding FindingChanges Format Graph GraphEdge GraphFormat GraphGroup GraphNode
  GuardChange ImportedFile Json JsonObject KeptPlan Kind LeftBehind LetterFilter LetterGroup LetterOutcome Mark
  MatchingPolicy NodeRole Objection Order Outcome Pattern PatternKind PatternKinds Plan PlanOptions PoliciesOptions
  Project ProjectOptions Provider Redrive RedriveOptions RedriveReport RedriveRequest RedriveRun RedriveSurvey
  RenderedGraph Resource ResourceYaml Risk RiskClass Route RouteHop RouteNode RouteOptions RoutedTopology Router
  Routing Rule RuleContext Scope Section SendOptions Session SettingSource SettingsReader Severity Side Snapshot
  Source StaleDifference Step StepReport StepStatus Style Surroundings TestOptions TestReport TestResult Trial
  Uncompared Undeclared Verdict`;

const words = (text: string) => text.trim().split(/\s+/);

it('exports these names, one by one', () => {
  expect(Object.keys(library).sort()).toEqual(words(VALUES));
  const source = readFileSync(join(import.meta.dirname, '../src/index.ts'), 'utf8');
  expect([...source.matchAll(/\btype (\w+),/g)].map(([, name]) => name).sort()).toEqual(words(TYPES));
  expect(source).not.toContain('export *');
});

it('an application checks, plans, saves, applies and detects drift with these names alone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'brokerform-library-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'brokerform.yaml'), 'project: shop\nbrokers:\n  store: { type: memory }\n');
  mkdirSync(join(directory, 'topologies'));
  writeFileSync(join(directory, 'topologies/boxes.yaml'), 'memory:\n  boxes:\n    a: { capacity: 5 }\n');
  const broker = new MemoryBroker();
  const providers: readonly library.Provider[] = [memoryProvider([broker])];

  const checked = library.check({ directory, env: {}, providers });
  expect(checked.diagnostics).toEqual([]);
  const stop = new AbortController().signal;
  const common = { wait: 0, signal: stop, onWait: () => {}, timeout: 1000, now: () => new Date() };
  const options: library.PlanOptions = { ...common, targets: [], excludes: [], prune: false, allow: [] };
  const saved = library.writePlan(await library.makePlan(checked, options));
  const plan = library.readPlan(saved, { providers });
  expect(library.renderPlan(plan, 'text', library.PLAIN)).toContain('box a');

  const report = await library.applyPlan(checked, plan, {
    ...common,
    onError: 'stop',
    drain: stop,
    abort: stop,
  });
  expect(report.steps.map(({ address, status }) => [address, status])).toEqual([['store/box/a', 'applied']]);

  broker.boxes.set(library.makeAddress('store', 'box', 'a'), { spec: { capacity: 7 }, contents: 0 });
  const drift = await library.makePlan(checked, { ...options, preview: false });
  expect(library.allSteps(drift)).toMatchObject([{ address: 'store/box/a', action: 'update' }]);
  await expect(
    library.applyPlan(checked, plan, { ...common, onError: 'stop', drain: stop, abort: stop }),
  ).rejects.toThrow(library.StalePlan);
});
