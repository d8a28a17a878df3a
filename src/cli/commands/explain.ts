import type { Command } from 'commander';
import { nearestWord } from '../../model/index.ts';
import { escapeText } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { UsageError } from '../usage.ts';

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('Explain a lint rule; without a code, list them all.')
    .argument('[code]', 'such as rabbitmq/unbound-queue')
    .action(
      invoke(async (context, _flags, [code]) => {
        const { allRules, explainRule } = await import('../../pipeline/index.ts');
        const rules = allRules();
        if (code === undefined) {
          const width = Math.max(...rules.map((rule) => rule.code.length));
          const lines = rules.map(
            (rule) => `${rule.code.padEnd(width)}  ${rule.severity.padEnd(7)}  ${rule.summary}\n`,
          );
          context.print(lines.sort().join(''));
          return {};
        }
        const text = explainRule(code, rules);
        if (text === undefined) {
          const near = nearestWord(
            code,
            rules.map((rule) => rule.code),
          );
          throw new UsageError(
            `no rule has the code ${escapeText(code)}`,
            near === undefined
              ? '"brokerform explain" lists them all. What is wrong with the format says in its own hint what to do'
              : `did you mean ${near}?`,
          );
        }
        context.print(`${text}\n`);
        return {};
      }),
    );
}
