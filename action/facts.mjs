// Prints what the outputs of the action say about a plan or a diff, one `name=value` a line: whether it changes
// anything, its gravest risk, and the digest of a saved plan.
import { readFileSync } from 'node:fs';

const data = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const plan = data.plan ?? data;
const steps = plan.steps ?? plan.waves?.flat();
if (!Array.isArray(steps)) throw new Error('this is neither a plan nor a diff');

/** `protected` and `refused` are no risk of their own: they block, or somebody allowed them. */
const CLASSES = ['destructive', 'disruptive', 'safe'];
const present = new Set(steps.flatMap(({ risks }) => risks.map((risk) => risk.class)));
const worst = CLASSES.find((name) => present.has(name)) ?? (steps.length > 0 ? 'safe' : 'none');
const blocked = plan.blockers.length > 0;
const undeclared = plan.undeclared?.length ?? 0;

console.log(`has-changes=${steps.length > 0 || undeclared > 0 || blocked}`);
console.log(`risk=${blocked ? 'blocked' : worst}`);
if (/^sha256:[0-9a-f]{64}$/.test(data.digest)) console.log(`digest=${data.digest}`);
