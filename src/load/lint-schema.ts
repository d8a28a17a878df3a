export const GLOBS = { type: 'array', items: { type: 'string', minLength: 1 } };

const BOUND = {
  anyOf: [{ type: 'integer' }, { type: 'string', minLength: 1 }],
  examples: [100000, '7d', '1GiB'],
};

const GLOB_OR_GLOBS = {
  anyOf: [
    { type: 'string', minLength: 1 },
    { ...GLOBS, minItems: 1 },
  ],
};

const CUSTOM_RULE = {
  type: 'object',
  additionalProperties: false,
  required: ['match'],
  properties: {
    match: { ...GLOB_OR_GLOBS, description: 'Globs of addresses: the resources that the rule is about.' },
    files: {
      ...GLOB_OR_GLOBS,
      description: 'Globs of topology files, relative to this file, if the rule is about some of them only.',
    },
    severity: { enum: ['error', 'warning', 'info'], default: 'warning' },
    name: {
      type: 'string',
      minLength: 1,
      description: 'A regular expression (RE2) that the whole name must match: the last part of the address.',
      examples: ['[a-z]+(\\.[a-z-]+)*'],
    },
    fields: {
      type: 'object',
      description: 'By the name of a field, as plans show it.',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          required: { type: 'boolean', description: 'true: a file must declare it; false: none may.' },
          'one-of': { type: 'array', minItems: 1, description: 'The values that are allowed.' },
          min: { ...BOUND, description: 'The smallest value: a number, a duration or a size.' },
          max: { ...BOUND, description: 'The largest value: a number, a duration or a size.' },
        },
      },
      examples: [{ 'max-length': { required: true, max: 100000 }, type: { 'one-of': ['quorum', 'stream'] } }],
    },
    description: { type: 'string', minLength: 1, description: 'Why; findings end with it.' },
    hint: { type: 'string', minLength: 1, description: 'What to do; findings show it.' },
  },
};

/** `lint` of the configuration. */
export const LINT = {
  type: 'object',
  additionalProperties: false,
  properties: {
    rules: {
      type: 'object',
      description: 'By rule: off, a severity, or a mapping with a severity and options of the rule.',
      additionalProperties: {
        anyOf: [
          { enum: ['off', 'error', 'warning', 'info'] },
          { type: 'object', properties: { severity: { enum: ['off', 'error', 'warning', 'info'] } } },
        ],
      },
      examples: [{ 'rabbitmq/unbound-queue': 'off' }],
    },
    custom: {
      type: 'object',
      description: 'Rules of this project, by name; the code of a rule is custom/NAME.',
      propertyNames: { pattern: '^[a-z0-9-]+$' },
      additionalProperties: CUSTOM_RULE,
    },
    baseline: {
      type: 'string',
      minLength: 1,
      description:
        'File of accepted findings, relative to this file (default: `lint-baseline.json`, if it exists); `brokerform validate --write-baseline` writes it.',
      examples: ['lint-baseline.json'],
    },
  },
};
