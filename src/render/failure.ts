import type { Diagnostic } from '../model/index.ts';
import { diagnosticsText } from './diagnostics-text.ts';
import { escapeText, printableJson } from './escape.ts';
import { paint, type Style } from './style.ts';

/** Why a command could not do its work at all. */
export interface RunFailure {
  readonly kind:
    | 'usage'
    | 'input'
    | 'connection'
    | 'broker'
    | 'stale-plan'
    | 'damaged-plan'
    | 'blocked-plan'
    | 'interrupted'
    | 'bug';
  readonly message: string;
  readonly hint?: string;
  readonly broker?: string;
  /** Of a stale plan: each address or broker that differs. */
  readonly differences?: readonly { readonly subject: string; readonly message: string }[];
  /** Of invalid input: everything that is wrong with it. */
  readonly diagnostics?: readonly Diagnostic[];
}

function failureText({ message, hint, broker, differences, diagnostics }: RunFailure, style: Style): string {
  const where = broker === undefined ? '' : ` broker ${escapeText(broker)}:`;
  const lines = [
    `${paint(style, ['bold', 'red'], 'error:')}${where} ${escapeText(message)}`,
    ...(differences ?? []).map((one) => `  ${escapeText(one.subject)}: ${escapeText(one.message)}`),
    ...(hint === undefined ? [] : [`  hint: ${escapeText(hint)}`]),
  ];
  const findings = diagnostics?.length ? `${diagnosticsText(diagnostics, style)}\n` : '';
  return findings + lines.map((line) => `${line}\n`).join('');
}

/** In JSON it stands where the plan or report would have stood; plan.schema.json describes it. */
export function renderFailure(failure: RunFailure, format: 'text' | 'json', style: Style): string {
  return format === 'json' ? printableJson({ version: 1, failure }) : failureText(failure, style);
}
