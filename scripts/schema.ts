// Writes the JSON Schemas that the package publishes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { publishedSchemas } from './published-schemas.ts';

const folder = new URL('../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(publishedSchemas())) writeFileSync(new URL(name, folder), text);
