// Compiles src to dist and copies the JSON Schemas that sit beside the code, from an empty folder,
// so that a file removed from src never lingers in a published package.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
cpSync('src', 'dist', { recursive: true, filter: (path) => !path.endsWith('.ts') });
chmodSync('dist/cli/main.js', 0o755);
