import { basename } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Invoke } from '../invoke.ts';
import { readSchema, referenceTo, SCHEMAS, type SchemaName, schemaPath } from '../schema-files.ts';
import { TOOL_FOLDER, writeTool } from '../tool-folder.ts';

interface Flags {
  readonly link?: boolean;
}

export function addSchema(program: Command, invoke: Invoke): void {
  program
    .command('schema')
    .description('Print the JSON Schema of topology files, configuration or plans')
    .addArgument(new Argument('[name]', 'which schema').choices(SCHEMAS).default('topology'))
    .option(
      '--link',
      `write small schemas to ${TOOL_FOLDER}/ that refer to those of this program, for editors`,
    )
    .action(
      invoke<Flags>(async (context, { link }, [name = 'topology']) => {
        if (link) {
          for (const each of ['config', 'topology'] as const) {
            const file = schemaPath(TOOL_FOLDER, each);
            await writeTool(context.folder.path, basename(file), referenceTo(each));
            context.print(`wrote ${file}\n`);
          }
          return {};
        }
        context.print(await readSchema(name as SchemaName));
        return {};
      }),
    );
}
