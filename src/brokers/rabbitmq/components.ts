import type { Unit } from './arguments.ts';

/** A runtime parameter component that has a section key of its own. */
export interface FriendlyComponent {
  /** In YAML. */
  readonly key: string;
  /** On the broker. */
  readonly component: string;
  /** Fields whose `${…}` may hold credentials. Others are plain text once the environment is read. */
  readonly secrets: readonly string[];
  readonly units: Readonly<Record<string, Unit>>;
}

export const FRIENDLY_COMPONENTS: readonly FriendlyComponent[] = [
  {
    key: 'shovels',
    component: 'shovel',
    secrets: ['src-uri', 'dest-uri'],
    units: { 'reconnect-delay': 's' },
  },
  {
    key: 'federation-upstreams',
    component: 'federation-upstream',
    secrets: ['uri'],
    units: { 'reconnect-delay': 's', expires: 'ms', 'message-ttl': 'ms' },
  },
  {
    key: 'federation-upstream-sets',
    component: 'federation-upstream-set',
    secrets: [],
    units: { 'reconnect-delay': 's', expires: 'ms', 'message-ttl': 'ms' },
  },
];
