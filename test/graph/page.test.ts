import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { renderGraph } from '../../src/graph/index.ts';
import type { Graph } from '../../src/model/index.ts';
import { planGraph } from '../../src/workflow/index.ts';
import { openBrowser } from './browser.ts';
import { graphOf, planOf } from './project.ts';

const browser = await openBrowser();
const folder = mkdtempSync(join(tmpdir(), 'brokerform-page-'));

afterAll(async () => {
  if (typeof browser !== 'string') await browser.close();
  rmSync(folder, { recursive: true });
});

const SHOP = `
rabbitmq:
  vhost: /orders
  exchanges: { events: { type: topic }, dlx: { type: fanout } }
  queues:
    orders: { message-ttl: 7d, dead-letter: { exchange: dlx }, bindings: [{ from: events, keys: [a, b] }] }
    dead: { bindings: [{ from: dlx }] }
    audit: { bindings: [{ from: events, key: "#" }] }
---
nats:
  streams: { SHIPMENTS: { subjects: [shipments.>], consumers: { packer: { ack_policy: explicit } } } }
`;

interface Opened {
  readonly page: Page;
  /** Errors of the page and its console, and every request but for the page itself. */
  readonly complaints: string[];
}

async function open(
  context: TestContext,
  graph: Graph,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  if (typeof browser === 'string') return context.skip(browser);
  const file = join(folder, `${context.task.id}.html`);
  writeFileSync(file, renderGraph(graph, 'html').text);
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
  context.onTestFinished(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

const visibleNodes = (page: Page) => page.locator('#stage .node:not(.off) .name').allTextContents();
const listed = (page: Page) => page.locator('#list .entry:visible .name').allTextContents();

test('it loads without a complaint, and shows everything twice: as a picture and as a list', async (context) => {
  const { page, complaints } = await open(context, graphOf(SHOP));
  const names = ['events', 'dlx', 'orders', 'dead', 'audit', 'SHIPMENTS', 'shipments.>', 'packer'];
  expect((await visibleNodes(page)).sort()).toEqual([...names].sort());
  expect((await listed(page)).sort()).toEqual([...names].sort());
  expect(await page.title()).toBe('topology of shop');
  expect(await page.locator('#list summary').allTextContents()).toMatchObject([
    expect.stringContaining('main · vhost /orders'),
    expect.stringContaining('edge · nats'),
  ]);
  expect(complaints).toEqual([]);
});

test('the picture is within its frame', async (context) => {
  const { page } = await open(context, graphOf(SHOP));
  const stage = await page.locator('#stage').boundingBox();
  for (const node of await page.locator('#stage .node').all()) {
    const box = await node.boundingBox();
    expect(box && stage && box.x >= stage.x && box.x + box.width <= stage.x + stage.width).toBe(true);
    expect(box && stage && box.y >= stage.y && box.y + box.height <= stage.y + stage.height).toBe(true);
    // What is written in a node stays in it.
    for (const text of await node.locator('text').all()) {
      const inner = await text.boundingBox();
      expect(inner && box && inner.x >= box.x && inner.x + inner.width <= box.x + box.width).toBe(true);
    }
  }
});

test('by mouse: a click brings a resource and its neighbours into focus, and Show all brings back all', async (context) => {
  const { page, complaints } = await open(context, graphOf(SHOP));
  await page.locator('#stage .node', { hasText: 'dlx' }).click();
  expect((await visibleNodes(page)).sort()).toEqual(['dead', 'dlx', 'orders']);
  await expectText(page, '#details h2', 'exchange dlx');
  expect(await page.locator('#details').textContent()).toContain('topology.yaml:4:');
  expect(await page.locator('#details h3').allTextContents()).toEqual(['Comes from (1)', 'Goes to (1)']);
  await page.locator('#depth').selectOption('2');
  expect((await visibleNodes(page)).sort()).toEqual(['dead', 'dlx', 'events', 'orders']);
  // A neighbour leads on.
  await page.locator('#details .entry', { hasText: 'orders' }).click();
  await expectText(page, '#details h2', 'queue orders');
  expect(await page.locator('#details dl').textContent()).toContain('message-ttl7d');
  await page.locator('#all').click();
  expect(await visibleNodes(page)).toHaveLength(8);
  expect(await page.locator('#details').isVisible()).toBe(false);
  expect(complaints).toEqual([]);
});

test('by keyboard alone: search, go through the list, focus, and back', async (context) => {
  const { page, complaints } = await open(context, graphOf(SHOP));
  await page.keyboard.press('/');
  await page.keyboard.type('d');
  // The vhost has a "d" in its name too, but nobody has asked for addresses.
  expect(await listed(page)).toEqual(['dlx', 'orders', 'dead', 'audit']);
  await page.keyboard.type('ea');
  expect(await listed(page)).toEqual(['dead']);
  await expectText(page, '#status', '1 of 8 found');
  expect(await page.locator('#stage .node:not(.faint) .name').allTextContents()).toEqual(['dead']);
  await page.keyboard.press('Enter');
  expect((await visibleNodes(page)).sort()).toEqual(['dead', 'dlx']);
  await expectText(page, '#status', 'queue dead: 1 in, 0 out');
  expect(page.url()).toContain(encodeURIComponent('main/queue/%2Forders/dead'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  expect(await page.locator('#search').inputValue()).toBe('');
  expect(await visibleNodes(page)).toHaveLength(8);
  // The list is one stop of the Tab key; arrows go through it.
  await page.locator('#list .entry').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'End', 'Home', 'ArrowDown']) await page.keyboard.press(key);
  expect(await page.evaluate('document.activeElement.textContent')).toBe('exchange dlx');
  await page.keyboard.press('Enter');
  await expectText(page, '#details h2', 'exchange dlx');
  expect(await page.locator('#list .entry[tabindex="0"]').count()).toBe(1);
  expect(await page.locator('#list .entry[aria-pressed="true"] .name').allTextContents()).toEqual(['dlx']);
  expect(complaints).toEqual([]);
});

test('the picture moves and zooms by keyboard, buttons and wheel, and fits again', async (context) => {
  const { page } = await open(context, graphOf(SHOP));
  const camera = () => page.locator('#view').getAttribute('transform');
  const start = await camera();
  await page.locator('#stage').focus();
  await page.keyboard.press('ArrowLeft');
  const moved = await camera();
  expect(moved).not.toBe(start);
  await page.keyboard.press('+');
  expect(await camera()).not.toBe(moved);
  await page.keyboard.press('0');
  expect(await camera()).toBe(start);
  await page.locator('#in').click();
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, 200);
  await page.mouse.down();
  await page.mouse.move(500, 450, { steps: 3 });
  await page.mouse.up();
  expect(await camera()).not.toBe(start);
  // Moving is no click.
  expect(await page.locator('#details').isVisible()).toBe(false);
  await page.locator('#fit').click();
  expect(await camera()).toBe(start);
});

test('a group can be taken out of the picture, and folded in the list', async (context) => {
  const { page, complaints } = await open(context, graphOf(SHOP));
  await page.getByLabel('in the picture').first().uncheck();
  expect((await visibleNodes(page)).sort()).toEqual(['SHIPMENTS', 'packer', 'shipments.>']);
  await page.getByLabel('in the picture').first().check();
  expect(await visibleNodes(page)).toHaveLength(8);
  await page
    .locator('#list summary')
    .first()
    .click({ position: { x: 10, y: 10 } });
  expect(await listed(page)).toEqual(['SHIPMENTS', 'shipments.>', 'packer']);
  expect(complaints).toEqual([]);
});

test('every control has a name, and what has the focus is seen', async (context) => {
  const { page } = await open(context, graphOf(SHOP));
  const tree = await page.locator('body').ariaSnapshot();
  for (const line of [
    '- heading "topology of shop" [level=1]',
    '- searchbox "Search"',
    '- combobox "Neighbours"',
    '- button "Zoom out"',
    '- navigation "Resources"',
    '- button "exchange events"',
  ]) {
    expect(tree).toContain(line);
  }
  expect(tree).not.toMatch(/- (?:button|link|checkbox|combobox|searchbox|img)$/m);
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(
    '(({ outlineStyle, outlineWidth }) => `${outlineStyle} ${outlineWidth}`)(getComputedStyle(document.activeElement))',
  );
  expect(outline).toBe('solid 3px');
});

test('light and dark, and nothing moves by itself', async (context) => {
  const ground = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const { page } = await open(context, graphOf(SHOP), { colorScheme: 'dark' });
  expect(await ground(page)).toBe('rgb(13, 17, 23)');
  const duration = await page.evaluate(
    'getComputedStyle(document.querySelector("#stage .node")).transitionDuration',
  );
  expect(duration).toBe('0s');
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await ground(page)).toBe('rgb(255, 255, 255)');
});

test('a plan’s changes have a word each, in the picture and in the list', async (context) => {
  const after = SHOP.replace('    audit:', '    fraud: { bindings: [{ from: events, key: f }] }\n    audit:')
    .replace('message-ttl: 7d', 'message-ttl: 8d')
    .replace(/ {4}dead:.*\n/, '');
  const { page, complaints } = await open(context, planGraph(await planOf(SHOP, after)));
  const entries = await page.locator('#list .entry').allTextContents();
  expect(entries).toEqual(
    expect.arrayContaining([
      'queue fraud + added',
      'queue orders -/+ replaced · blocked',
      'queue dead - removed · blocked',
    ]),
  );
  expect(entries).toContain('exchange events (not changed)');
  expect(await page.locator('#stage .node.removed .mark').allTextContents()).toEqual(['- removed · blocked']);
  await page.locator('#stage .node', { hasText: 'orders' }).click();
  expect(await page.locator('#details').textContent()).toContain('7d → 8d');
  expect(complaints).toEqual([]);
});

test('nothing hostile runs, asks the network, or leaves its place', async (context) => {
  const names = [
    '</script><script>alert(1)</script>',
    '"><img src=https://evil.example/x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    "';alert(1);//",
    'javascript:alert(1)',
    '\u202ereversed\u2066\u0000\u001b[2J',
    '__proto__',
    'constructor',
  ];
  const graph: Graph = {
    ...{ title: names[0] ?? '', external: names[1] ?? '', omitted: [{ kind: names[2] ?? '', count: 1 }] },
    groups: [{ id: 'g', title: names[1] ?? '', resources: [] }],
    nodes: names.map((name, i) => ({
      ...{ id: name, kind: name, role: 'store' as const, name, detail: name, group: 'g', resources: [] },
      ...{ facts: [{ name, text: name }], at: { file: name, line: 1, col: 1 }, external: i % 2 === 0 },
    })),
    edges: names.map((name, i) => ({
      ...{
        from: name,
        to: names[(i + 1) % names.length] ?? '',
        role: 'route' as const,
        label: name,
        resources: [],
      },
    })),
  };
  const { page, complaints } = await open(context, graph);
  for (const entry of await page.locator('#list .entry').all()) await entry.click();
  await page.locator('#search').fill('alert');
  await page.reload();
  expect(await page.locator('img, iframe, #stage script').count()).toBe(0);
  expect(await listed(page)).toHaveLength(names.length);
  expect(await page.locator('#list').textContent()).toContain('\\u202ereversed');
  expect(complaints).toEqual([]);
  // Should a script get in all the same, the page's own policy stops it.
  await page.evaluate(
    'document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 1" }))',
  );
  expect(await page.title()).not.toBe('1');
  expect(complaints.join()).toContain('Content Security Policy');
});

test('five hundred resources: all are there, and one of them is found and focused', async (context) => {
  const queues = Array.from(
    { length: 400 },
    (_, i) =>
      `    q${i}: { dead-letter: { exchange: x${i % 80} }, bindings: [{ from: x${i % 100}, key: k${i} }] }`,
  );
  const exchanges = Array.from({ length: 100 }, (_, i) => `    x${i}: { type: topic }`);
  const yaml = `rabbitmq:\n  exchanges:\n${exchanges.join('\n')}\n  queues:\n${queues.join('\n')}\n`;
  const { page, complaints } = await open(context, graphOf(yaml));
  expect(await page.locator('#stage .node').count()).toBe(500);
  await page.locator('#search').fill('queue q377');
  await page.locator('#search').press('Enter');
  expect((await visibleNodes(page)).sort()).toEqual(['q377', 'x57', 'x77']);
  // In focus, names are as large as they are meant to be read.
  const box = await page.locator('#stage .node.focus .name').boundingBox();
  expect(box?.height).toBeGreaterThan(12);
  expect(complaints).toEqual([]);
});

async function expectText(page: Page, selector: string, text: string): Promise<void> {
  expect((await page.locator(selector).textContent())?.trim()).toBe(text);
}
