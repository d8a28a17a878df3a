// Asks for approval on the terminal that it is started on; approval.test.ts plays the one who answers.

import { watchSignals } from '../../src/cli/host.ts';
import { approve } from '../../src/cli/questions.ts';

const { stdin, stderr } = process;
const { drain, received, stop } = watchSignals(process);
try {
  await approve(
    { stdin, stderr, signals: process },
    { count: Number(process.argv[2]), target: 'prod\u001b[2J', signal: drain },
  );
  process.stdout.write('approved\n');
} catch (error) {
  process.stdout.write(`${received() ?? (error as Error).name}\n`);
}
stop();
