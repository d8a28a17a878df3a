import { Argument, type Command } from 'commander';
import type { Invoke } from '../invoke.ts';
import { readSchema, SCHEMAS, type SchemaName } from '../schema-files.ts';

export function addSchema(program: Command, invoke: Invoke): void {
  program
    .command('schema')
    .description('Print the JSON Schema of topology files, configuration or plans')
    .addArgument(new Argument('[name]', 'which schema').choices(SCHEMAS).default('topology'))
    .action(
      invoke(async (context, _flags, [name = 'topology']) => {
        context.print(await readSchema(name as SchemaName));
        return {};
      }),
    );
}
