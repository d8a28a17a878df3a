import type { Command } from 'commander';
import { largest, nearestWord, type Rule } from '../../model/index.ts';
import { escapeText, rulesJson } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { addJsonOption, type OutputFlags, withOutputs } from '../outputs.ts';
import { UsageError } from '../usage.ts';

export function addExplain(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('explain')
      .description('Explain a rule of validate or upgrade-check, or list all')
      .argument('[code]', 'code of a rule, such as rabbitmq/unbound-queue'),
  ).action(
    invoke<Pick<OutputFlags, 'format'>>((context, { format }, [code]) =>
      withOutputs(context, { format }, 'explain', async (publish) => {
        const { explainedRules, explainRule } = await import('../../workflow/index.ts');
        const rules = explainedRules().toSorted((a, b) => (a.code < b.code ? -1 : 1));
        const shown = code === undefined ? rules : [ruleNamed(code, rules)];
        await publish(() => {
          if (format === 'json') return rulesJson(shown);
          return code === undefined ? listText(rules) : `${explainRule(code, rules)}\n`;
        });
        return {};
      }),
    ),
  );
}

function listText(rules: readonly Rule[]): string {
  const width = largest(rules.map(({ code }) => code.length));
  return rules
    .map(({ code, severity, summary }) => `${code.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`)
    .join('');
}

/** @throws UsageError when there is none */
function ruleNamed(code: string, rules: readonly Rule[]): Rule {
  const found = rules.find((rule) => rule.code === code);
  if (found) return found;
  const near = nearestWord(
    code,
    rules.map((rule) => rule.code),
  );
  throw new UsageError(
    `no rule has the code ${escapeText(code)}`,
    near === undefined
      ? '"brokerform explain" lists all rules; format errors carry their own hint'
      : `did you mean ${near}?`,
  );
}
