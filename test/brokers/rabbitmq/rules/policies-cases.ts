import { type Cases, quorum } from './cases.ts';

/** Policies and permissions. */
export const policies: Cases = {
  'classic-mirroring': [
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: ['1:field'],
      good: { policies: { p: { definition: { 'max-length': 5 } } } },
      options: { version: '3.13.0' },
    },
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: ['1:field'],
      good: {},
      options: { versionKnown: false },
    },
    { bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } }, at: [], good: {} },
  ],
  'policy-disabled': [
    {
      bad: {
        queues: { q: {}, r: {}, s: quorum },
        policies: { p: { definition: { 'max-length': 5, 'delivery-limit': 5 } } },
      },
      at: ['4:field'],
      good: {
        queues: { q: {}, s: quorum },
        policies: {
          p: { 'apply-to': 'quorum_queues', definition: { 'max-length': 5, 'delivery-limit': 5 } },
          wins: { pattern: '^q$', priority: 9, definition: { 'max-length': 5 } },
        },
      },
    },
  ],
  'policy-tie': [
    {
      bad: {
        queues: { q: {}, r: {} },
        policies: { a: { definition: { 'max-length': 5 } }, b: { definition: { 'max-length': 6 } } },
      },
      at: ['4:field'],
      good: {
        queues: { q: {} },
        policies: {
          a: { definition: { 'max-length': 5 } },
          b: { priority: 1, definition: { 'max-length': 6 } },
          c: { pattern: '^x', priority: 1, definition: { 'max-length': 7 } },
        },
      },
    },
  ],
  'policy-unmatched': [
    {
      bad: {
        queues: { orders: {} },
        policies: { p: { pattern: '^order$' }, x: { 'apply-to': 'exchanges' } },
      },
      at: ['2:field', '3:field'],
      good: { queues: { orders: {} }, policies: { p: { pattern: 'rder' } } },
    },
  ],
  'policy-shadowed': [
    {
      bad: { queues: { q: {} }, policies: { a: { pattern: '^q' }, b: { priority: 1 } } },
      at: ['2'],
      good: { queues: { q: {}, r: {} }, policies: { a: {}, b: { pattern: '^q', priority: 1 } } },
    },
  ],
  'unknown-policy-key': [
    {
      bad: { policies: { p: { definition: { 'x-max-length': 5 } } } },
      at: ['1:field'],
      good: { policies: { p: { definition: { 'max-length': 5 } } } },
    },
  ],
  'invalid-pattern': [
    {
      bad: {
        policies: { p: { pattern: '*' }, q: { pattern: 'a(' } },
        permissions: { u: { configure: '[', write: '.*', read: '.*' } },
      },
      at: ['1:field', '2:field', '3:field'],
      // PCRE takes these, JavaScript does not.
      good: { policies: { p: { pattern: 'a++' }, q: { pattern: '(?i)a' }, r: { pattern: '(?>a)' } } },
    },
  ],
  'unsupported-pattern': [
    {
      bad: { policies: { p: { pattern: 'a(?!b)' }, q: { pattern: '(a)\\1' }, r: { pattern: '(?>a)' } } },
      at: ['1:field', '2:field', '3:field'],
      // What is no regular expression at all is another rule's finding.
      good: { policies: { p: { pattern: '^(?!b)a' }, q: { pattern: '(?i)a' }, r: { pattern: 'a(' } } },
    },
  ],
  'permission-grants-everything': [
    {
      bad: { permissions: { u: { configure: '.*', write: '.*', read: '^.*$' } } },
      at: ['1'],
      good: { permissions: { u: { configure: '', write: '.*', read: '.*' } } },
    },
    {
      bad: {
        permissions: { u: { configure: '.*', write: '.*', read: '.*' } },
        users: { u: { tags: ['management'] } },
      },
      at: ['1'],
      good: {
        permissions: { u: { configure: '.*', write: '.*', read: '.*' } },
        users: { u: { tags: ['administrator', 'management'] } },
      },
    },
  ],
};
