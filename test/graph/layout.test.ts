import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../src/graph/layout/coordinates.ts';
import { type Blueprint, type Box, layOut } from '../../src/graph/layout/index.ts';
import {
  assignLayers,
  breakCircles,
  crossings,
  makeColumns,
  orderColumns,
} from '../../src/graph/layout/ordering.ts';
import { visitsOf } from '../load/visits.ts';
import { runs } from '../setup/runs.ts';

const blueprints = fc
  .record({ nodes: fc.integer({ min: 1, max: 30 }), groups: fc.integer({ min: 1, max: 4 }) })
  .chain(({ nodes, groups }) =>
    fc.record({
      boxes: fc.array(
        fc.record({
          width: fc.integer({ min: 40, max: 300 }),
          height: fc.constant(46),
          group: fc.integer({ min: 0, max: groups - 1 }),
        }),
        { minLength: nodes, maxLength: nodes },
      ),
      lines: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: nodes - 1 }),
          to: fc.integer({ min: 0, max: nodes - 1 }),
          labelWidth: fc.integer({ min: 0, max: 190 }),
        }),
        { maxLength: 60 },
      ),
      groups: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: groups, maxLength: groups }),
    }),
  );

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const holds = (outer: Box, inner: Box) =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;

test('no two boxes overlap, each is in its group, and groups are apart', () => {
  fc.assert(
    fc.property(blueprints, (blueprint) => {
      const { boxes, groups } = layOut(blueprint);
      for (const [i, box] of boxes.entries()) {
        const group = groups[blueprint.boxes[i]?.group ?? 0];
        expect(group && holds(group, box)).toBe(true);
        expect(boxes.slice(i + 1).filter((other) => overlap(box, other))).toEqual([]);
      }
      for (const [i, group] of groups.entries()) {
        for (const other of groups.slice(i + 1)) {
          if (group.width > 0 && other.width > 0) expect(overlap(group, other)).toBe(false);
        }
      }
    }),
  );
});

test('every line begins and ends at its boxes, and all numbers are finite', () => {
  fc.assert(
    fc.property(blueprints, (blueprint) => {
      const { boxes, routes } = layOut(blueprint);
      for (const [i, { from, to }] of blueprint.lines.entries()) {
        const { points = [], label } = routes[i] ?? {};
        const [start, end] = [points[0], points.at(-1)];
        const near = (box: Box | undefined, x: number, y: number) =>
          box !== undefined &&
          x >= box.x - 0.01 &&
          x <= box.x + box.width + 0.01 &&
          y >= box.y - 0.01 &&
          y <= box.y + box.height + 0.01;
        expect(start && near(boxes[from], start.x, start.y)).toBe(true);
        expect(end && near(boxes[to], end.x, end.y)).toBe(true);
        const numbers = [...points, label ?? { x: Number.NaN, y: 0 }].flatMap(({ x, y }) => [x, y]);
        expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
      }
    }),
  );
});

test('the same picture for the same input', () => {
  fc.assert(
    fc.property(blueprints, (blueprint: Blueprint) => {
      expect(layOut(structuredClone(blueprint))).toEqual(layOut(blueprint));
    }),
    { numRuns: runs(20) },
  );
});

test('without circles, every line leads to a later column', () => {
  fc.assert(
    fc.property(blueprints, ({ boxes, lines }) => {
      const links = lines.filter(({ from, to }) => from !== to);
      const reversed = breakCircles(boxes.length, links);
      const oriented = links.map(({ from, to }, i) => (reversed[i] ? { from: to, to: from } : { from, to }));
      const layers = assignLayers(boxes.length, oriented);
      for (const { from, to } of oriented) expect(layers[from]).toBeLessThan(layers[to] ?? 0);
      const columns = makeColumns(layers, oriented);
      const before = crossings(columns.cells, columns.columns);
      orderColumns(columns);
      expect(crossings(columns.cells, columns.columns)).toBeLessThanOrEqual(before);
      expect(columns.columns.flat().sort((a, b) => a - b)).toEqual([...columns.cells.keys()]);
    }),
  );
});

test('a line that is not in a circle keeps its direction', () => {
  const links = [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 1 },
    { from: 2, to: 3 },
  ];
  expect(breakCircles(4, links)).toEqual([false, false, true, false]);
});

test('places are as near as the distances allow', () => {
  expect(spread([0, 0, 100], [1, 1, 1], [0, 10, 10])).toEqual([-5, 5, 100]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 40 }))),
      (cells) => {
        const apart = cells.map(([, gap], i) => (i === 0 ? 0 : gap));
        const places = spread(
          cells.map(([wanted]) => wanted),
          cells.map(() => 1),
          apart,
        );
        const distances = places.slice(1).map((place, i) => place - (places[i] ?? 0));
        const wanted = apart.slice(1).map((gap) => gap - 1e-6);
        expect(distances.filter((distance, i) => !(distance >= (wanted[i] ?? 0)))).toEqual([]);
      },
    ),
  );
});

const SHAPES: Readonly<Record<string, (count: number) => Blueprint['lines']>> = {
  chain: (count) => upTo(count).map((i) => ({ from: i, to: i + 1, labelWidth: 0 })),
  star: (count) => upTo(count).map((i) => ({ from: 0, to: i + 1, labelWidth: 20 })),
  tangle: (count) =>
    upTo(count).map((i) => ({ from: (i * 7919) % count, to: (i * 104_729 + 1) % count, labelWidth: 0 })),
};

function upTo(count: number): number[] {
  return Array.from({ length: count - 1 }, (_, i) => i);
}

function layOutShape(lines: (count: number) => Blueprint['lines'], count: number) {
  const boxes = Array.from({ length: count }, () => ({ width: 100, height: 46, group: 0 }));
  return layOut({ boxes, lines: lines(count), groups: [0] });
}

/** A tangle has many times as many cells as lines: each passes by the boxes between its ends. */
const MANY: Readonly<Record<string, number>> = { chain: 10_000, star: 10_000, tangle: 4_000 };

test.each(Object.entries(SHAPES))(
  'a %s of thousands is laid out, in work that grows with it',
  (name, lines) => {
    const count = MANY[name] ?? 0;
    const measure = (size: number) => {
      let found: ReturnType<typeof layOut> | undefined;
      const visits = visitsOf(() => {
        found = layOutShape(lines, size);
      });
      return { ...found, visits };
    };
    const { boxes = [], width = 0, height = 0, visits } = measure(count);
    expect(boxes).toHaveLength(count);
    expect(Number.isFinite(width * height)).toBe(true);
    // The passing lines of a tangle grow with the square of it.
    expect(visits).toBeLessThan((name === 'tangle' ? 120 : 12) * measure(count / 10).visits);
  },
);
