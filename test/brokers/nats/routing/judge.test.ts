import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../../src/model/index.ts';
import { judged, topologyOf } from './sketch.ts';

const topology = topologyOf(`
streams:
  ORDERS:
    subjects: [orders.*]
    consumers: { paid: { filter_subject: orders.paid }, all: {} }
  COPY: { sources: [{ name: ORDERS, subject_transforms: [{ src: orders.*, dest: copy.$1 }] }] }
  WANTED: { subjects: [wanted], retention: interest }
  OTHER: { subjects: [other], consumers: { c: {} } }
`);

const EVERYTHING = { 'stored-in': ['COPY', 'ORDERS'], 'delivered-to': ['ORDERS/all', 'ORDERS/paid'] };

describe('what holds', () => {
  it.each<[string, JsonObject]>([
    ['orders.paid', EVERYTHING],
    ['orders.new', { 'stored-in': ['ORDERS', 'COPY'], 'delivered-to': ['ORDERS/all'] }],
    ['orders.new', { includes: ['COPY', 'ORDERS/all'], never: ['ORDERS/paid', 'OTHER'] }],
    ['orders.new', { as: { COPY: 'copy.new', ORDERS: ['orders.new'] } }],
    ['nothing', { 'stored-in': [], 'delivered-to': [] }],
    ['wanted', { 'stored-in': [], never: 'WANTED' }],
  ])('%s %j', (subject, expectations) => {
    expect(judged(topology, subject, expectations)).toEqual(
      Object.keys(expectations).map((key) => ({ key })),
    );
  });
});

test.each<[string, JsonObject, string, string?]>([
  ['orders.paid', { 'stored-in': ['ORDERS'] }, 'expected stream ORDERS; got streams COPY, ORDERS'],
  ['orders.paid', { 'stored-in': [] }, 'expected no stream; got streams COPY, ORDERS'],
  [
    'order.paid',
    { 'stored-in': ['ORDERS'] },
    'expected stream ORDERS; got no stream',
    'no stream stores order.paid; the nearest subject is orders.* of stream ORDERS',
  ],
  ['orders.paid', { 'stored-in': ['ORDRES'] }, 'stream ORDRES is not declared', 'did you mean ORDERS?'],
  [
    'orders.paid',
    { never: ['ORDERS/payd'] },
    'consumer ORDERS/payd is not declared',
    'did you mean ORDERS/paid?',
  ],
  [
    'orders.new',
    { 'delivered-to': ['ORDERS/paid'] },
    'expected consumer ORDERS/paid; got consumer ORDERS/all',
  ],
  [
    'orders.new',
    { includes: ['OTHER', 'ORDERS/paid'] },
    'not stream OTHER, consumer ORDERS/paid; got streams COPY, ORDERS; consumer ORDERS/all',
  ],
  ['orders.new', { never: 'COPY' }, 'got stream COPY'],
  ['orders.new', { as: { COPY: 'orders.new' } }, 'COPY: expected orders.new; got copy.new'],
  ['orders.new', { as: { OTHER: 'other' } }, 'OTHER: expected other; got nothing'],
  [
    'wanted',
    { 'stored-in': ['WANTED'] },
    'expected stream WANTED; got no stream',
    'WANTED does not store the message: it has interest retention, and no consumer of it receives the message',
  ],
])('%s %j fails: %s', (subject, expectations, failure, hint) => {
  const [key = ''] = Object.keys(expectations);
  expect(judged(topology, subject, expectations)).toEqual([
    { key, failure, ...(hint !== undefined && { hint }) },
  ]);
});

test('what a random number decides neither holds nor does not', () => {
  const random = topologyOf(`
streams:
  R: { subjects: [r], subject_transform: { src: r, dest: "x.{{random(2)}}" }, consumers: { one: { filter_subject: x.1 } } }
`);
  const verdicts = judged(random, 'r', { 'delivered-to': ['R/one'], includes: ['R/one'], never: ['R/one'] });
  expect(verdicts.map(({ failure }) => failure)).toEqual([
    'expected consumer R/one; got perhaps consumer R/one',
    'not consumer R/one; got stream R; perhaps consumer R/one',
    'got consumer R/one',
  ]);
});
