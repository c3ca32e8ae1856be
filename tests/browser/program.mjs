// The program under test with its demo data, and a browser to look at it.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

export const WIDTHS = [1280, 360];

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts `selaras demo` on a free port; resolves to its address, its newest round and a way to end it. */
async function demo() {
  const data = await mkdtemp(join(tmpdir(), 'selaras-browser-'));
  const child = spawn(process.env.SELARAS_PROGRAM, ['demo', '--port', '0', '--data', data]);
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const found = said.match(/^http:\/\/\S+$/m);
      if (found) resolve(found[0].replace(/\/$/, ''));
    });
    child.on('exit', (code) => reject(new Error(`selaras ended with ${code}: ${said}`)));
  });
  const home = await fetch(`${address}/`, { redirect: 'manual' });
  const round = home.headers.get('location').split('/')[2];
  const end = async () => {
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill();
    await gone;
    await rm(data, { recursive: true, force: true });
  };
  return { address, round, end };
}

/** A headless Chromium that asks nobody outside for anything. */
function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** The demo and a browser, while the tests of a file run. */
export function running() {
  const at = {};
  before(async () => {
    at.program = await demo();
    at.chromium = await browser();
  });
  after(async () => {
    await at.chromium?.close();
    await at.program?.end();
  });
  return at;
}

/** What axe-core finds on the page that is serious or critical by WCAG 2.2 AA, one line a rule. */
export async function seriousFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
  }));
  return violations
    .filter((of) => ['serious', 'critical'].includes(of.impact))
    .map((of) => `${of.id}: ${of.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`);
}

/** How wide the page is, as far as it scrolls sideways. */
export function scrollWidth(page) {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

/** The list that what the console of `page` complains of is added to. */
export function complaints(page) {
  const said = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  return said;
}
