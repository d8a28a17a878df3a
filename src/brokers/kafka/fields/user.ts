import { mapOf, ref, type SectionSchema, type WireWord, wordsOf } from './field.ts';

/** ScramMechanism.java, with the digest that node:crypto knows and its length in bytes. */
export const mechanisms = {
  'scram-sha-256': { wire: 1, digest: 'sha256', bytes: 32 },
  'scram-sha-512': { wire: 2, digest: 'sha512', bytes: 64 },
} as const satisfies Readonly<Record<string, WireWord & { digest: string; bytes: number }>>;

export type ScramMechanism = keyof typeof mechanisms;
export const scramMechanisms: readonly ScramMechanism[] = wordsOf(mechanisms);

/** How often a password is hashed. The default is that of `kafka-configs`. */
export const iterations = { minimum: 4096, maximum: 16_384, default: 4096 } as const;

export const userSchema: SectionSchema = {
  properties: { users: mapOf('SCRAM users by name.', 'user') },
  $defs: {
    credential: {
      description: 'A password by one mechanism; `null` where the user is not to have it.',
      type: ['object', 'null'],
      properties: {
        password: {
          description: 'The password, from the environment.',
          type: 'string',
          examples: ['${ORDERS_PASSWORD}'],
        },
        iterations: {
          description: `How often the password is hashed: ${iterations.minimum} to ${iterations.maximum}. ${iterations.default} for a new user that does not say. Another number also sends the password again.`,
          type: 'integer',
          minimum: iterations.minimum,
          maximum: iterations.maximum,
        },
      },
      required: ['password'],
      additionalProperties: false,
    },
    user: {
      description: 'A SCRAM user.',
      type: 'object',
      minProperties: 1,
      properties: Object.fromEntries(scramMechanisms.map((mechanism) => [mechanism, ref('credential')])),
      additionalProperties: false,
    },
  },
};
