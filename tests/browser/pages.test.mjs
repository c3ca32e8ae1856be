// Every page of the demo at the width of a desk and of a phone: it answers, says what it is, fits
// its width, breaks no content policy, and has no serious fault of accessibility.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, running, scrollWidth, seriousFaults, WIDTHS } from './program.mjs';

/** Path, and the most bytes that may travel for the first view, compressed. */
const pages = (round) => ({
  'Beranda of a province': [`/putaran/${round}/beranda`, 150_000],
  'Beranda of the nation': [`/putaran/${round}/beranda?wilayah=ID`, 400_000],
  'map of a province': [`/putaran/${round}/peta?wilayah=61`, 150_000],
  'map of the nation': [`/putaran/${round}/peta?wilayah=ID`, 400_000],
  'a kab/kota': [`/putaran/${round}/wilayah/61.01`, 150_000],
  'a kab/kota without answers': [`/putaran/${round}/wilayah/61.10`, 150_000],
  'differences': [`/putaran/${round}/beda?wilayah=61`, 150_000],
  'method': [`/putaran/${round}/metode`, 150_000],
  'upload': [`/putaran/${round}/unggah`, 150_000],
  'rounds': ['/putaran', 150_000],
  'a new round': ['/putaran/baru', 150_000],
  'planning': ['/perencanaan', 150_000],
  'board of alignment': ['/perencanaan/61/2027', 150_000],
  'findings of a pair': ['/perencanaan/61/2027/temuan/61/61.01', 150_000],
  'plans as a tree': ['/perencanaan/61/2027/daerah/61.01', 150_000],
  'matrix': ['/perencanaan/61/2027/matriks', 150_000],
  'Lembar Sekda': ['/perencanaan/61/2027/lembar-sekda', 150_000],
  'documents of plans': ['/perencanaan/61/dokumen', 150_000],
  'data': ['/data', 150_000],
  'boundaries': ['/data/batas', 150_000],
  'public page': [`/publik/${round}?wilayah=61`, 100_000],
});

const at = running();

for (const name of Object.keys(pages(''))) {
  test(name, async (t) => {
    const [path, most] = pages(at.program.round)[name];
    for (const width of WIDTHS) {
      await t.test(`${width} px`, async () => {
        const context = await at.chromium.newContext({ viewport: { width, height: 900 }, bypassCSP: false });
        const page = await context.newPage();
        const said = complaints(page);
        let bytes = 0;
        page.on('requestfinished', async (request) => {
          const sizes = await request.sizes().catch(() => null);
          bytes += sizes ? sizes.responseBodySize + sizes.responseHeadersSize : 0;
        });
        const answer = await page.goto(at.program.address + path, { waitUntil: 'networkidle' });
        assert.equal(answer.status(), 200);
        assert.deepEqual(said, [], 'the console is silent');
        assert.ok(bytes <= most, `${bytes} bytes of at most ${most}`);
        const wide = await scrollWidth(page);
        assert.ok(wide <= width, `${wide} px wide`);
        assert.equal(await page.locator('h1').count(), 1);
        assert.equal(await page.locator('html').getAttribute('lang'), 'id');
        assert.deepEqual(await seriousFaults(page), []);
        await context.close();
      });
    }
  });
}

test('the language switch keeps the page', async () => {
  const page = await (await at.chromium.newContext()).newPage();
  await page.goto(`${at.program.address}/putaran/${at.program.round}/wilayah/61.01`);
  await page.getByRole('link', { name: 'English' }).first().click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  assert.match(page.url(), /wilayah\/61\.01/);
});
