import { type Browser, chromium as driver } from 'playwright-core';
import { programOrReason } from '../../local/program.ts';

/** Debian's Chromium, or why there is none here, which under CI is an error. */
export async function openBrowser(): Promise<Browser | string> {
  const found = await programOrReason('chromium');
  if ('reason' in found) return found.reason;
  // Root is not let into Chromium's sandbox; the pages are our own.
  return driver.launch({ executablePath: found.executable, args: ['--no-sandbox'] });
}
