// Writes docs/lint.md from the lint rules, the tables of docs/topology-format.md from the field tables, and those of
// docs/upgrading.md from both.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lintDocs, withTables } from './published-docs.ts';
import { withUpgrades } from './upgrade-docs.ts';

const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('lint.md', folder), lintDocs());
const format = new URL('topology-format.md', folder);
writeFileSync(format, withTables(readFileSync(format, 'utf8')));
const upgrading = new URL('upgrading.md', folder);
writeFileSync(upgrading, withUpgrades(readFileSync(upgrading, 'utf8')));
