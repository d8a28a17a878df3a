import type { Diagnostic, FailureKind } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import type { About } from './about.ts';
import { comment } from './comment.ts';
import { findingSections } from './diagnostics-markdown.ts';
import { diagnosticsText } from './diagnostics-text.ts';
import { commentHead } from './plan-markdown.ts';
import { PLAIN, paint, type Style } from './style.ts';

/** Why a command could not do its work at all. */
export interface RunFailure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string;
  readonly broker?: string;
  /** Of a stale plan: each address or broker that differs. */
  readonly differences?: readonly { readonly subject: string; readonly message: string }[];
  /** Of invalid input: everything that is wrong with it. */
  readonly diagnostics?: readonly Diagnostic[];
}

export function failureText(
  { message, hint, broker, differences, diagnostics }: RunFailure,
  style: Style,
): string {
  const where = broker === undefined ? '' : ` broker ${escapeText(broker)}:`;
  const lines = [
    `${paint(style, ['bold', 'red'], 'error:')}${where} ${escapeText(message)}`,
    ...(differences ?? []).map((one) => `  ${escapeText(one.subject)}: ${escapeText(one.message)}`),
    ...(hint === undefined ? [] : [`  hint: ${escapeText(hint)}`]),
  ];
  const findings = diagnostics?.length ? `${diagnosticsText(diagnostics, style)}\n` : '';
  return findings + lines.map((line) => `${line}\n`).join('');
}

/** A comment that replaces the one of an earlier run, which no longer holds. */
export function failureMarkdown(failure: RunFailure, about: About): string {
  const { diagnostics = [], ...reason } = failure;
  const why = {
    heading: `🛑 brokerform ${about.command} failed`,
    noun: 'line',
    blocks: failureText(reason, PLAIN)
      .trimEnd()
      .split('\n')
      .map((line) => [line]),
    folded: false,
  };
  return comment(commentHead(about).join('\n'), [why, ...findingSections(diagnostics)]);
}

/** The failure itself, then what is wrong with the files. */
export function failureFindings(failure: RunFailure): Diagnostic[] {
  const { kind, message, hint, broker, differences = [], diagnostics = [] } = failure;
  const code = `brokerform/${kind}`;
  const where = broker === undefined ? '' : `broker ${broker}: `;
  return [
    {
      code,
      severity: 'error',
      message: `${where}${message}`,
      ...(hint !== undefined && { hint }),
    },
    ...differences.map(
      (one): Diagnostic => ({ code, severity: 'error', message: `${one.subject}: ${one.message}` }),
    ),
    ...diagnostics,
  ];
}
