import { addTo, type Resource } from '../../../model/index.ts';
import { type AclOperation, type AclResourceType, impliedBy } from '../fields/acl.ts';
import { type AclSpec, aclOf } from '../kinds/acl/spec.ts';

/** What a client asks for. */
export interface Access {
  /** `User:billing`. */
  readonly principal: string;
  /** An IP address as Java writes it; {@link ANY_HOST} for one that no ACL names. */
  readonly host: string;
  readonly type: AclResourceType;
  readonly name: string;
  readonly operation: AclOperation;
}

export interface Decision {
  readonly allowed: boolean;
  /**
   * Why: an ACL that allows or denies; no ACL that matches; no ACL at all about the resource, which some clusters
   * allow (`allow.everyone.if.no.acl.found`, a setting that brokers do not reveal).
   */
  readonly reason: 'acl' | 'no-match' | 'no-acl';
  /** The ACL that decides. */
  readonly by?: Resource;
}

export const ANY_HOST = '';
export const EVERYONE = 'User:*';
const EVERY_NAME = '*';

/** The name by which brokers find out whether resources without an ACL are allowed. */
const HARDCODED = 'hardcode';

/**
 * Judges requests as a cluster does that has these ACLs: a denial counts more than a permission, and what nothing
 * permits is refused. Superusers (`super.users`) are not known here. `StandardAuthorizerData.authorize` of Kafka 3
 * and 4; https://kafka.apache.org/documentation/#security_authz
 */
export class Authorizer {
  readonly acls: readonly Resource[];
  readonly #byPrincipal = new Map<string, Patterns>();
  readonly #all = new Patterns();

  constructor(acls: readonly Resource[]) {
    this.acls = acls;
    for (const resource of acls) {
      const { principal } = aclOf(resource);
      const own = this.#byPrincipal.get(principal) ?? new Patterns();
      this.#byPrincipal.set(principal, own);
      own.add(resource);
      this.#all.add(resource);
    }
  }

  get principals(): readonly string[] {
    return [...this.#byPrincipal.keys()];
  }

  /** Principals with an ACL about a resource, everyone among them. */
  principalsAbout(type: AclResourceType, name: string): ReadonlySet<string> {
    return new Set(this.#all.about(type, name).map((one) => aclOf(one).principal));
  }

  /** Those with one that is not about every name. */
  principalsNaming(type: AclResourceType, name: string): ReadonlySet<string> {
    return new Set(this.#all.naming(type, name).map((one) => aclOf(one).principal));
  }

  /** Addresses that ACLs of a principal, or of everyone, name. */
  hostsOf(principal: string): readonly string[] {
    return [...new Set(this.#of(principal).flatMap((patterns) => [...patterns.hosts]))];
  }

  /** ACLs of a principal, without those of everyone. */
  aclsOf(principal: string): readonly Resource[] {
    return this.#byPrincipal.get(principal)?.all ?? [];
  }

  decide(access: Access): Decision {
    const { type, name } = access;
    const found = this.#of(access.principal).flatMap((patterns) =>
      patterns.about(type, name).filter((one) => fits(aclOf(one), access)),
    );
    const by = found.find((one) => aclOf(one).permission === 'deny') ?? found[0];
    if (by) return { allowed: aclOf(by).permission === 'allow', reason: 'acl', by };
    return { allowed: false, reason: this.#reasonFor(type, name) };
  }

  /**
   * Whether there could be a resource of the type that the principal may do this to: `Authorizer.authorizeByResourceType`
   * of Kafka 2.8 and later, which disregards implied operations, and denials of prefixes beside an ACL on every name.
   */
  decideAny(access: Omit<Access, 'name'>): Decision {
    const { host, operation, type } = access;
    const found = this.#of(access.principal)
      .flatMap((patterns) => patterns.ofType(type))
      .filter((one) => {
        const acl = aclOf(one);
        return isFrom(acl, host) && (acl.operation === operation || acl.operation === 'all');
      });
    const denied = found.filter((one) => aclOf(one).permission === 'deny');
    const everyName = denied.find((one) => isEveryName(aclOf(one)));
    if (everyName) return { allowed: false, reason: 'acl', by: everyName };
    const forbidden = new Patterns();
    for (const one of denied) forbidden.add(one);
    const allowing = found.filter((one) => aclOf(one).permission === 'allow');
    const by =
      allowing.find((one) => isEveryName(aclOf(one))) ??
      allowing.find((one) => {
        const { name, pattern } = aclOf(one);
        return !forbidden
          .about(type, name)
          .some((deny) => pattern === 'literal' || aclOf(deny).pattern === 'prefixed');
      });
    return by
      ? { allowed: true, reason: 'acl', by }
      : { allowed: false, reason: this.#reasonFor(type, HARDCODED) };
  }

  #reasonFor(type: AclResourceType, name: string): 'no-match' | 'no-acl' {
    return this.#all.isAbout(type, name) ? 'no-match' : 'no-acl';
  }

  /** The ACLs of a principal, and of everyone. */
  #of(principal: string): Patterns[] {
    return [...new Set([principal, EVERYONE])].flatMap((one) => this.#byPrincipal.get(one) ?? []);
  }
}

/** ACLs by what they are about, the most exact first: a name, the longest prefix, every name. */
class Patterns {
  readonly all: Resource[] = [];
  readonly hosts = new Set<string>();
  readonly #literal = new Map<string, Resource[]>();
  readonly #prefixed = new Map<string, Resource[]>();
  readonly #byType = new Map<string, Resource[]>();
  /** Of the prefixes. */
  readonly #lengths = new Set<number>();

  add(resource: Resource): void {
    const { 'resource-type': type, pattern, name, host } = aclOf(resource);
    this.all.push(resource);
    if (host !== '*') this.hosts.add(host);
    addTo(pattern === 'prefixed' ? this.#prefixed : this.#literal, keyOf(type, name), resource);
    if (pattern === 'prefixed') this.#lengths.add(name.length);
    addTo(this.#byType, type, resource);
  }

  ofType(type: AclResourceType): readonly Resource[] {
    return this.#byType.get(type) ?? [];
  }

  about(type: AclResourceType, name: string): Resource[] {
    const everyName = name === EVERY_NAME ? [] : (this.#literal.get(keyOf(type, EVERY_NAME)) ?? []);
    return [...this.naming(type, name), ...everyName];
  }

  naming(type: AclResourceType, name: string): Resource[] {
    if (!this.#byType.has(type)) return [];
    const prefixed = [...this.#lengths]
      .filter((length) => length <= name.length)
      .sort((a, b) => b - a)
      .flatMap((length) => this.#prefixed.get(keyOf(type, name.slice(0, length))) ?? []);
    return [...(this.#literal.get(keyOf(type, name)) ?? []), ...prefixed];
  }

  isAbout(type: AclResourceType, name: string): boolean {
    return this.about(type, name).length > 0;
  }
}

/** Whether an ACL about the resource is about this request. */
function fits(acl: AclSpec, { host, operation }: Access): boolean {
  if (!isFrom(acl, host)) return false;
  if (acl.operation === 'all' || acl.operation === operation) return true;
  return acl.permission === 'allow' && impliedBy(acl.operation) === operation;
}

function isFrom(acl: AclSpec, host: string): boolean {
  return acl.host === '*' || acl.host === host;
}

function isEveryName({ name, pattern }: AclSpec): boolean {
  return pattern === 'literal' && name === EVERY_NAME;
}

function keyOf(type: AclResourceType, name: string): string {
  return `${type} ${name}`;
}
