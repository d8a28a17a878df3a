// Writes docs/lint.md from the lint rules, the tables of docs/topology-format.md from the field tables, and that of
// docs/upgrading.md from the rules of upgrades.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lintDocs, withTables, withUpgrades } from './published-docs.ts';

const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('lint.md', folder), lintDocs());
const format = new URL('topology-format.md', folder);
writeFileSync(format, withTables(readFileSync(format, 'utf8')));
const upgrading = new URL('upgrading.md', folder);
writeFileSync(upgrading, withUpgrades(readFileSync(upgrading, 'utf8')));
