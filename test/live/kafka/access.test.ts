import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { AccessProof } from './access.ts';
import { freshPrefix, LINES } from './lines.ts';

/** `npm run bench -- routing` tries many more. */
const WORLDS = 8;

for (const line of LINES) {
  const cluster = inject('kafka')[line];
  describe.skipIf(!cluster?.sasl)(`the authorizer of Kafka ${cluster?.version}`, () => {
    test('answers clients as the router says, for random ACLs', async () => {
      const { bootstrap = [], sasl } = cluster ?? {};
      const proof = await AccessProof.open({ bootstrap, sasl: sasl?.bootstrap ?? [], prefix: freshPrefix() });
      onTestFinished(() => proof.close());
      const first = Date.now() % 1_000_000;
      let [answers, allowed] = [0, 0];
      for (let seed = first; seed < first + WORLDS; seed++) {
        const found = await proof.run(seed);
        expect(found.disagreements).toEqual([]);
        answers += found.answers;
        allowed += found.allowed;
      }
      // It would prove nothing if the brokers said the same to all.
      expect(answers).toBeGreaterThan(WORLDS * 200);
      expect(allowed / answers).toBeGreaterThan(0.05);
      expect(allowed / answers).toBeLessThan(0.9);
    });
  });
}
