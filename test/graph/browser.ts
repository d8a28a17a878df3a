import { type Browser, chromium as driver } from 'playwright-core';
import { chromium } from '../../local/chromium.ts';
import { Unavailable } from '../../local/unavailable.ts';

/**
 * Debian's Chromium, or why there is none here, which under CI is an error. It is installed where it is missing,
 * unless a quick run asks for no brokers either.
 */
export async function openBrowser(): Promise<Browser | string> {
  try {
    const executablePath = await chromium(process.env.BROKERFORM_TEST_BROKERS === undefined);
    // Root is not let into Chromium's sandbox; the pages are our own.
    return await driver.launch({ executablePath, args: ['--no-sandbox'] });
  } catch (error) {
    if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
    return error.reason;
  }
}
