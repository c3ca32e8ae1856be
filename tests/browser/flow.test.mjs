// The main job as an officer does it: from Beranda by the map to a region and the method, then a
// faulty file of answers in, its faults mended, the index computed, shown, downloaded and printed;
// at a desk, on a phone, with the keyboard alone, and without JavaScript. With SELARAS_SHOTS=FOLDER
// a picture of every station is left there.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { complaints, running, scrollWidth, seriousFaults, WIDTHS } from './program.mjs';
import { boundaries, faulty, FAULTS, formsExport, LABELS, PERSONS, REWORDED } from './files.mjs';

const SHOTS = process.env.SELARAS_SHOTS;

const at = running();

/** A reader at a screen `width` px wide, with what is wrong wherever the reader looks. */
async function reader(width, { javaScriptEnabled = true } = {}) {
  const context = await at.chromium.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
  const page = await context.newPage();
  const said = complaints(page);
  let stations = 0;
  /** Asserts what holds on every page; a page that sends a form back answers with status 422. */
  const station = async (name, { sentBack = false } = {}) => {
    stations += 1;
    if (SHOTS) {
      const number = String(stations).padStart(2, '0');
      await page.screenshot({ path: join(SHOTS, `${width}-${number}-${name}.png`), fullPage: true });
    }
    const unexpected = said.splice(0).filter((text) => !(sentBack && text.includes('422')));
    assert.deepEqual(unexpected, [], `${name}: the console is silent`);
    assert.ok(await scrollWidth(page) <= width, `${name}: nothing scrolls sideways`);
    assert.equal(await page.locator('h1').count(), 1, `${name}: one heading`);
    assert.deepEqual(await seriousFaults(page), [], `${name}: accessible`);
  };
  return { page, station, close: () => context.close() };
}

const link = (page, name) => page.getByRole('link', { name, exact: true });
const button = (page, name) => page.getByRole('button', { name, exact: true });

/** How many regions the map leads to; it holds a layer for wide screens and one for narrow ones. */
async function regionsOnMap(page) {
  const targets = await page.locator('.map svg a').evaluateAll((links) => (
    links.map((one) => one.getAttribute('href'))));
  return new Set(targets).size;
}

/** Downloads what `what` links to: the name it is offered under, and its bytes. */
async function download(page, what) {
  const [offered] = await Promise.all([page.waitForEvent('download'), what.click()]);
  return { name: offered.suggestedFilename(), bytes: await readFile(await offered.path()) };
}

/** The parts of a ZIP file, such as XLSX, by name. */
function unzip(bytes) {
  const parts = {};
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [size, name, extra, comment] = [20, 28, 30, 32]
      .map((field, which) => (which ? bytes.readUInt16LE(at + field) : bytes.readUInt32LE(at + field)));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + size);
    const text = bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    parts[bytes.toString('utf8', at + 46, at + 46 + name)] = text.toString('utf8');
    at += 46 + name + extra + comment;
  }
  return parts;
}

/** All that the sheets of a workbook say. */
function said(workbook) {
  const parts = unzip(workbook);
  assert.ok(parts['[Content_Types].xml'] && parts['xl/workbook.xml'], 'a workbook');
  return Object.entries(parts)
    .filter(([name]) => name === 'xl/sharedStrings.xml' || name.startsWith('xl/worksheets/'))
    .map(([, text]) => text)
    .join('\n');
}

/** Makes a round for West Kalimantan and goes to where its files are uploaded. */
async function makeRound(page, name, station) {
  await link(page, 'Survei & Indeks').click();
  await link(page, 'Buat putaran').click();
  await page.getByLabel('Nama', { exact: true }).fill(name);
  await page.getByLabel('Tahun').fill('2026');
  await page.getByLabel('Instrumen').selectOption('ihai-2025');
  await page.getByLabel('Dibuka').fill('2026-07-01');
  await page.getByLabel('Ditutup').fill('2026-07-31');
  await page.getByLabel('Kalimantan Barat').check();
  await station?.('putaran-baru');
  await button(page, 'Buat putaran').click();
  assert.equal(await page.locator('h1').textContent(), name);
  await station?.('putaran-kosong');
  await link(page, 'Unggah jawaban').click();
}

async function send(page, name, text) {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.getByLabel('Berkas', { exact: true }).setInputFiles(file);
  await button(page, 'Unggah dan periksa').click();
  await page.getByRole('heading', { name: 'Periksa arti kolom' }).waitFor();
}

/** Says what the export leaves open: labels, the order of dates, a question asked in other words. */
async function completeMapping(page) {
  for (const [label, answer] of Object.entries(LABELS)) {
    await page.getByLabel(new RegExp(`^${label}\\b`)).selectOption(String(answer));
  }
  const role = (header) => page.getByLabel(`Arti: ${header}`, { exact: true });
  await role('Stempel waktu').selectOption({ label: 'waktu, hari/bulan/tahun' });
  await role(REWORDED.header).selectOption(`item:${REWORDED.item}`);
}

for (const width of WIDTHS) {
  test(`the main job at ${width} px`, async (t) => {
    const { page, station, close } = await reader(width);
    const round = `Survei Harmoni ${width}`;
    // Each step stands where the one before has led: after one that did not, the rest is left out.
    let lost = false;
    const step = (name, walk) => t.test(name, { skip: lost }, async () => {
      lost = true;
      await walk();
      lost = false;
    });

    await step('Beranda shows the newest round with its interval', async () => {
      await page.goto(at.program.address);
      assert.match(await page.locator('h1').textContent(), /Kalimantan Barat/);
      await page.getByText(/antara \d,\d\d dan \d,\d\d/).first().waitFor();
      await station('beranda');
    });

    await step('the map is schematic and says so', async () => {
      await link(page, 'Peta besar').click();
      await page.locator('.map svg').getByText(/Peta skematis/).filter({ visible: true }).first().waitFor();
      assert.equal(await regionsOnMap(page), 14);
      await station('peta-skematis');
    });

    await step('a boundary file with a wrong code is returned', async () => {
      await link(page, 'Data & Laporan').click();
      await station('data');
      await link(page, 'Peta yang dipakai').click();
      const file = (text) => ({
        name: 'batas-kalbar.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(text),
      });
      await page.getByLabel('Berkas batas').setInputFiles(file(boundaries('61.99')));
      await page.getByLabel('Sumber').fill('Badan Informasi Geospasial (uji)');
      await page.getByLabel('Tanggal data').fill('2026-03-15');
      await button(page, 'Periksa dan pakai').click();
      await page.getByRole('alert').getByText('61.99').waitFor();
      await station('batas-dikembalikan', { sentBack: true });
      await page.getByLabel('Berkas batas').setInputFiles(file(boundaries('61.72')));
      await button(page, 'Periksa dan pakai').click();
      await page.getByText('batas-kalbar.geojson').waitFor();
      await station('batas-resmi');
    });

    await step('the map then shows the boundaries with source and date', async () => {
      await link(page, 'Beranda').click();
      await link(page, 'Peta besar').click();
      const map = page.locator('.map svg').first();
      const words = (await map.textContent()).replace(/\s+/g, ' ');
      assert.match(words, /Badan Informasi Geospasial \(uji\)/);
      assert.match(words, /15 Maret 2026/);
      assert.ok(!/skematis/i.test(await page.locator('main').textContent()));
      assert.equal(await regionsOnMap(page), 14);
      await station('peta-resmi');
    });

    await step('a region of the map leads to its page, and that to the method', async () => {
      // Its corner: over the middle may stand the mark of its name, a link of its own.
      await page.locator('.map svg a[href*="61.71"]').first().click({ position: { x: 5, y: 5 } });
      assert.equal(await page.locator('h1').textContent(), 'Kota Pontianak');
      for (const card of ['Perubahan', 'Cakupan jawaban', 'Kartu skor']) {
        await page.getByRole('heading', { name: card }).waitFor();
      }
      await station('wilayah');
      await page.locator('main a[href$="/metode"]').first().click();
      await page.getByRole('heading', { name: 'Uji kerentanan' }).waitFor();
      await station('metode');
    });

    await step('a faulty export is not taken before every column has a meaning', async () => {
      await makeRound(page, round, station);
      await station('unggah');
      await send(page, 'Jawaban Formulir.csv', faulty(round));
      await station('arti-kolom');
      const questions = await page.getByRole('alert').textContent();
      for (const asked of [...Object.keys(LABELS), 'Stempel waktu', REWORDED.header]) {
        assert.ok(questions.includes(asked), asked);
      }
      for (const person of PERSONS) assert.ok(!(await page.content()).includes(person), person);
      await button(page, 'Setuju dan masukkan jawaban').click();
      await page.getByRole('alert').waitFor();
    });

    await step('its faults are located, in a page and in a workbook', async () => {
      await completeMapping(page);
      await button(page, 'Setuju dan masukkan jawaban').click();
      await page.waitForURL(/\/unggah\/[^/]+$/);
      await page.getByRole('heading', { name: `${FAULTS.length} hal perlu diperbaiki` }).waitFor();
      await station('catatan');
      for (const { cell, value } of FAULTS) {
        const line = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: cell, exact: true }) });
        assert.ok((await line.textContent()).includes(value), `${cell}: ${value}`);
      }
      const { name, bytes } = await download(page, link(page, 'Unduh catatan (XLSX)'));
      assert.match(name, /\.xlsx$/);
      const notes = said(bytes);
      for (const { cell } of FAULTS) assert.ok(notes.includes(cell), cell);
      for (const person of PERSONS) assert.ok(!notes.includes(person), person);
    });

    await step('the mended file finds its mapping again and is taken in', async () => {
      await link(page, 'Unggah berkas yang sudah diperbaiki').click();
      await send(page, 'Jawaban Formulir.csv', formsExport(round));
      await page.getByText('Memakai profil tersimpan').waitFor();
      await station('arti-kolom-tersimpan');
      await button(page, 'Setuju dan masukkan jawaban').click();
      await page.getByRole('heading', { name: 'Jawaban diterima' }).waitFor();
      await station('diterima');
      assert.match(await page.locator('main').textContent(), /Baris dipakai\s*180/);
    });

    await step('the index is computed while its progress shows', async () => {
      await link(page, 'Lanjut: hitung indeks').click();
      await station('hitung');
      await button(page, 'Hitung indeks').click();
      await page.waitForURL(/\/beranda$/);
      await station('hasil');
      const result = await page.locator('main').textContent();
      assert.match(result, new RegExp(`${round} · IHaI 2025`));
      assert.match(result, /180 jawaban/);
      assert.ok(!/data simulasi/i.test(result), 'real answers are not called simulated');
    });

    await step('the result comes as CSV, workbook and report', async () => {
      const file = (path) => download(page, page.locator(`a[download][href$="${path}"]`));
      const scores = (await file('/skor.csv')).bytes.toString('utf8');
      assert.match(scores, /^\ufeff?[^\n]*;/, 'a CSV that Indonesian Excel opens');
      assert.match(scores, /61\.71[^\n]*\d,\d/);
      const workbook = await file('/indeks.xlsx');
      assert.match(workbook.name, /indeks\.xlsx$/);
      assert.match(said(workbook.bytes), /Kota Pontianak/);
      const report = (await file('/laporan.html')).bytes.toString('utf8');
      assert.match(report, /<svg/);
      assert.match(report, /Kota Pontianak/);
      assert.ok(!/(?:src|href)="(?!#)/.test(report), 'the report needs nothing else');
    });

    await step('the result prints on A4 without navigation', async () => {
      await page.emulateMedia({ media: 'print' });
      for (const gone of ['.menu', '.languages', '.skip', '.view-switch', '.downloads']) {
        for (const one of await page.locator(gone).all()) assert.equal(await one.isVisible(), false, gone);
      }
      assert.ok(await page.locator('h1').isVisible());
      const path = SHOTS && join(SHOTS, `${width}-hasil.pdf`);
      const pdf = (await page.pdf({ path, format: 'A4', preferCSSPageSize: true })).toString('latin1');
      await page.emulateMedia({ media: null });
      const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
      assert.ok(pages >= 1 && pages <= 6, `${pages} pages`);
      for (const [, x, y] of pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)) {
        assert.deepEqual([Math.round(x), Math.round(y)], [595, 842], 'A4 portrait');
      }
    });

    await step('the round says when its result is older than its files', async () => {
      await page.locator('main').getByRole('link', { name: 'Berkas jawaban putaran ini' }).click();
      await station('putaran-dengan-hasil');
      await link(page, 'Jawaban Formulir.csv').click();
      await button(page, 'Hapus berkas ini dari putaran').click();
      await page.locator('main').getByRole('link', { name: round }).click();
      await page.getByRole('heading', { name: 'Hasil belum memuat perubahan terakhir' }).waitFor();
      await station('putaran-berubah');
    });

    await step('what came in can be taken out again: the round and the boundaries', async () => {
      await link(page, 'Hapus putaran').click();
      await station('hapus');
      await button(page, 'Ya, hapus putaran ini').click();
      await page.getByRole('heading', { name: 'Survei & Indeks' }).waitFor();
      assert.equal(await page.getByRole('link', { name: round }).count(), 0);
      await station('putaran-semua');
      await page.goto(`${at.program.address}/data/batas`);
      await button(page, 'Kembali ke peta skematis').click();
      await button(page, 'Kembali ke peta skematis').waitFor({ state: 'detached' });
    });

    await close();
  });

  test(`the keyboard alone at ${width} px`, async () => {
    const { page, close } = await reader(width);
    const focused = (locator) => locator.evaluate((node) => node === document.activeElement);
    /** Presses Tab until `wanted` has the focus. */
    const tabTo = async (wanted, most = 80) => {
      for (let pressed = 0; pressed < most; pressed += 1) {
        await page.keyboard.press('Tab');
        if (await focused(wanted)) return;
      }
      assert.fail(`${wanted} is not reached within ${most} steps`);
    };
    await page.goto(`${at.program.address}/putaran/${at.program.round}/peta?wilayah=61`);
    await tabTo(page.locator('a.skip'), 1);
    assert.ok((await page.locator('a.skip').boundingBox()).x >= 0, 'the skip link shows when focused');
    await page.keyboard.press('Enter');
    assert.ok(await focused(page.locator('main')), 'the skip link leads to the content');
    await tabTo(page.locator('.map svg a[href*="61.71"]').first());
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/wilayah\/61\.71/);
    await tabTo(link(page, 'Survei & Indeks'));
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/putaran$/);
    await tabTo(link(page, 'Buat putaran'));
    await page.goto(`${at.program.address}/putaran/${at.program.round}/unggah`);
    await tabTo(page.getByLabel('Berkas', { exact: true }));
    await tabTo(button(page, 'Unggah dan periksa'));
    await tabTo(button(page, 'Hitung indeks'));
    await page.goto(`${at.program.address}/putaran/${at.program.round}/beranda`);
    await tabTo(page.locator('a[download][href*="/indeks.xlsx?wilayah="]'), 200);
    await tabTo(page.getByText('Unduhan: seluruh putaran'));
    await page.keyboard.press('Enter');
    await tabTo(page.locator('a[download][href$="/indeks.xlsx"]'));
    await close();
  });
}

test('the upload works without JavaScript', async () => {
  const { page, close } = await reader(360, { javaScriptEnabled: false });
  const round = 'Survei tanpa JavaScript';
  await page.goto(at.program.address);
  await makeRound(page, round);
  await send(page, 'jawaban.csv', faulty(round));
  await completeMapping(page);
  await button(page, 'Setuju dan masukkan jawaban').click();
  await page.getByText(`${FAULTS.length} hal perlu diperbaiki`).waitFor();
  await link(page, 'Unggah berkas yang sudah diperbaiki').click();
  await send(page, 'jawaban.csv', formsExport(round));
  await button(page, 'Setuju dan masukkan jawaban').click();
  await page.getByRole('heading', { name: 'Jawaban diterima' }).waitFor();
  await link(page, 'Lanjut: hitung indeks').click();
  await button(page, 'Hitung indeks').click();
  await page.waitForURL(/\/beranda$/);
  await page.locator('main').getByText('180 jawaban').first().waitFor();
  await close();
});
