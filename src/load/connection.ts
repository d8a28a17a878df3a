import type { Connection, Diagnostic, JsonObject, Source } from '../model/index.ts';
import { checkConnection } from './config.ts';
import { Copies } from './overlay.ts';
import type { Origin } from './source-map.ts';
import { Substitution } from './substitution.ts';
import { resolveTemplate, type Variables } from './template.ts';
import type { Validators } from './validators.ts';

/** One entry of `brokers`, with the environment's changes. */
export class BrokerConfig {
  readonly name: string;
  /** The provider's name. */
  readonly type: string;
  /** As written: texts keep their `${…}`. */
  readonly settings: JsonObject;
  readonly targetVersion: string | undefined;
  readonly at: Source | undefined;
  private readonly origin: Origin;
  private readonly validators: Validators;

  constructor(
    broker: { name: string; type: string; settings: JsonObject; at?: Source | undefined },
    origin: Origin,
    validators: Validators,
  ) {
    this.name = broker.name;
    this.type = broker.type;
    this.settings = broker.settings;
    this.at = broker.at;
    const target = broker.settings['target-version'];
    this.targetVersion = typeof target === 'string' ? target : undefined;
    this.origin = origin;
    this.validators = validators;
  }

  /** The settings with all variables replaced and checked; every missing variable at once. */
  resolve(variables: Variables): { settings: JsonObject; diagnostics: Diagnostic[] } {
    const substitution = new Substitution(variables);
    const copies = new Copies(this.origin);
    const settings = copies.object(this.settings);
    for (const template of copies.templates) substitution.apply(template, copies);
    const missing = substitution.diagnostics();
    if (missing.length > 0) return { settings, diagnostics: missing };
    const { name, type } = this;
    const diagnostics = checkConnection(this.validators, substitution, {
      name,
      type,
      body: settings,
      origin: copies,
    });
    return { settings, diagnostics };
  }
}

/**
 * How a broker is reached, ready for {@link Provider.connect}. A broker without a variable that it needs gets no
 * connection, and a diagnostic for each.
 *
 * @param timeout milliseconds that one request may take
 */
export function connectionOf(
  broker: BrokerConfig,
  variables: Variables,
  timeout: number,
): { connection: Connection | undefined; diagnostics: Diagnostic[] } {
  const { settings, diagnostics } = broker.resolve(variables);
  if (diagnostics.length > 0) return { connection: undefined, diagnostics };
  const resolve = (template: string) => resolveTemplate(template, variables);
  return { connection: { name: broker.name, type: broker.type, settings, resolve, timeout }, diagnostics };
}
