import type { DraftSection, ForeignFormat, Mapping } from '../../../import/index.ts';
import { isObject, type JsonObject } from '../../../model/index.ts';
import { grant, INTERNAL, isInternal, takeConfigs, WORDS } from './draft.ts';

/** Files of topicctl, several documents each. https://github.com/segmentio/topicctl#config-formats */
export const topicctl: ForeignFormat = {
  name: 'topicctl',
  sign: 'it has meta: {name, cluster, …} and spec: {partitions, …}',
  recognises: ({ meta, spec, apiVersion }) => isObject(meta) && isObject(spec) && apiVersion === undefined,

  translate(documents, draft) {
    for (const document of documents) {
      const meta = document.mapping('meta');
      const spec = document.mapping('spec');
      if (!meta || !spec) continue;
      // A word of some teams' own: what a document is shows in its spec.
      document.skip('kind');
      // Documentation.
      meta.skip('description', 'labels', 'consumers');
      if (isCluster(spec.value)) {
        meta.skip('name', 'environment', 'region');
        document.leave('spec', 'how a cluster is reached stands in brokerform.yaml, below brokers');
        continue;
      }
      const place = PLACE.map((key) => meta.text(key) ?? '');
      if (!draft.belongsTo(place.filter((part) => part !== '').join(', '), meta.at('cluster'))) {
        document.skip(...document.keys());
        continue;
      }
      refuseVariables(meta, spec);
      const name = meta.required('name');
      if (spec.has('authentication')) translateUser(draft, name, spec);
      else if (spec.has('acls')) translateAcls(draft, spec.mappings('acls'));
      else if (name !== undefined && isInternal(name)) document.leave('spec', `${name}: ${INTERNAL}`);
      else if (name !== undefined) translateTopic(draft, name, meta, spec);
    }
  },
};

/** Which cluster a document is for. */
const PLACE = ['cluster', 'environment', 'region'];

function isCluster(spec: JsonObject): boolean {
  return 'bootstrapAddrs' in spec || 'zkAddrs' in spec;
}

/** topicctl puts variables of the environment into a file before it reads it. */
function refuseVariables(meta: Mapping, spec: Mapping): void {
  const names = ['name', ...PLACE].flatMap((key) => {
    const text = meta.text(key);
    return text === undefined ? [] : [{ text, at: meta.at(key) }];
  });
  for (const { text, at } of [...names, ...spec.allTexts()]) {
    const variable = /\$(?:\{\w+\}|[A-Za-z_]\w*)/.exec(text)?.[0];
    if (variable === undefined) continue;
    const hint = 'let envsubst put it in first, and import what that prints';
    spec.account.error('unsupported', at, `${variable} comes from the environment`, { hint });
  }
}

function translateTopic(draft: DraftSection, name: string, meta: Mapping, spec: Mapping): void {
  const path = ['topics', name];
  draft.open(path, meta.at('name'));
  const minutes = spec.whole('retentionMinutes') ?? 0;
  if (minutes > 0) {
    draft.put([...path, 'configs', 'retention.ms'], minutes * 60_000, spec.at('retentionMinutes'));
  }
  takeConfigs(draft, name, spec, 'settings');
  spec.leave('migration', 'how fast replicas move is set in brokerform.yaml: reassignment of the broker');
  const placed = translatePlacement(draft, path, spec.mapping('placement'));
  const partitions = spec.whole('partitions');
  const factor = spec.whole('replicationFactor');
  // Lists of brokers say both.
  if (placed) return;
  draft.put([...path, 'partitions'], partitions, spec.at('partitions'));
  draft.put([...path, 'replication-factor'], factor, spec.at('replicationFactor'));
}

const IN_RACK =
  'brokerform keeps no partition within one rack: to fix the brokers, declare them as replicas of the topic';

/** https://github.com/segmentio/topicctl#placement-strategies */
const LEFT_PLACEMENTS: Readonly<Record<string, string>> = {
  'balanced-leaders': 'brokerform does not balance leaders over racks',
  'in-rack': IN_RACK,
  'static-in-rack': IN_RACK,
};

/** @returns whether every replica has its place */
function translatePlacement(draft: DraftSection, path: string[], placement: Mapping | undefined): boolean {
  if (!placement) return false;
  // How ties are broken where topicctl moves replicas: brokerform spreads them evenly.
  placement.skip('picker');
  const strategy = placement.text('strategy');
  if (strategy === 'static' && placement.has('staticAssignments')) {
    draft.take([...path, 'replicas'], placement, 'staticAssignments');
    return true;
  }
  if (strategy === 'cross-rack') draft.put([...path, 'placement'], 'rack-aware', placement.at('strategy'));
  else if (strategy !== undefined && strategy !== 'any') {
    const why = LEFT_PLACEMENTS[strategy] ?? `brokerform has no placement ${JSON.stringify(strategy)}`;
    placement.leave('strategy', `${why}; replicas stay where they are`);
    placement.leave('staticRackAssignments', 'which brokers a rack has is not in the files');
  }
  return false;
}

function translateUser(draft: DraftSection, name: string | undefined, spec: Mapping): void {
  const authentication = spec.mapping('authentication');
  const type = authentication?.word('type', ['scram-sha-512']);
  const authorization = spec.mapping('authorization');
  authorization?.word('type', ['simple']);
  if (name === undefined) return;
  if (authentication && type) {
    const variable = draft.secret(['users', name, type, 'password'], ['kafka', name, 'password'], spec.at());
    authentication.leave('password', `a password is never copied: set ${variable} in the environment`);
  }
  translateAcls(draft, authorization?.mappings('acls') ?? [], `User:${name}`);
}

/** @param owner whose ACLs these are, where they do not say */
function translateAcls(draft: DraftSection, acls: readonly Mapping[], owner?: string): void {
  for (const acl of acls) {
    const resource = acl.mapping('resource');
    if (!resource) {
      acl.required('resource');
      continue;
    }
    const type = resource.word('type', WORDS.types);
    const name = resource.text('name') ?? '';
    const pattern = resource.word('patternType', WORDS.patterns);
    const permission = resource.word('permission', WORDS.permissions);
    const host = resource.text('host');
    const listed = acl.words('operations', WORDS.operations);
    if (!type) resource.required('type');
    else if (type !== 'cluster' && name === '') resource.required('name');
    const principal = owner === undefined ? resource.required('principal') : owner;
    if (owner !== undefined) resource.skip('principal');
    if (!type || principal === undefined) continue;
    grant(draft, { principal, pattern, permission, host, at: resource.at() }, type, name, ...listed);
  }
}
