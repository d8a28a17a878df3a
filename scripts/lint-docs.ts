// Writes docs/lint.md from the lint rules, and the tables of docs/topology-format.md from the field tables.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lintDocs, withTables } from './published-docs.ts';

const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('lint.md', folder), lintDocs());
const format = new URL('topology-format.md', folder);
writeFileSync(format, withTables(readFileSync(format, 'utf8')));
