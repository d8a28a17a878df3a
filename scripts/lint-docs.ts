// Writes docs/lint.md from the lint rules.
import { mkdirSync, writeFileSync } from 'node:fs';
import { lintDocs } from './published-docs.ts';

const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('lint.md', folder), lintDocs());
