// Alignment as a planner does it: two plans of different layout in, what does not fit out, one
// finding silenced with a reason, the matrix and Lembar Sekda printed; at a desk, on a phone, and
// without JavaScript. With SELARAS_SHOTS=FOLDER a picture of every station is left there.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { complaints, running, scrollWidth, seriousFaults, WIDTHS } from './program.mjs';

const SHOTS = process.env.SELARAS_SHOTS;

const at = running();

const link = (page, name) => page.getByRole('link', { name, exact: true });
const button = (page, name) => page.getByRole('button', { name, exact: true });

/** The plan of a province in the layout of its own: titles above, codes of the province's side. */
const upper = `Renja Badan Kesbangpol Provinsi Kalimantan Timur Tahun 2027;;;;;;;;;;;
Kode;Uraian;Prioritas Daerah;Mandat;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;Waktu;Pagu Indikatif 2027
8.01.05;PROGRAM PEMBINAAN KETAHANAN EKONOMI, SOSIAL, DAN BUDAYA;;;;;;;;;;
8.01.05.1.01.0003;Pelaksanaan Kebijakan Kerukunan;Kerukunan;8;Peserta dialog;orang;120;64.01.01;kerukunan umat beragama;pelajar;TW 2;300.000.000
`;

/** The plan of a kabupaten: other columns in another order, and one that Selaras does not know. */
const lower = `Nama Program/Kegiatan/Sub Kegiatan,Kode,Target 2027,Satuan,Indikator,Qwerty,Waktu,Kelompok Sasaran,Lokasi,Pagu Indikatif 2027
Pelaksanaan Kebijakan Kerukunan,8.01.05.2.01.0003,80,orang,Peserta dialog,kerukunan umat beragama,TW 2,pelajar,64.01.01,90000000
Pelaksanaan Kewaspadaan Dini,8.01.06.2.01.0003,40,orang,Peserta rapat,kewaspadaan dini,TW 3,FKDM,64.01.02,sepuluh juta
`;
const files = (text) => [
  { name: 'renja-provinsi.csv', mimeType: 'text/csv', buffer: Buffer.from(upper) },
  { name: 'renja-kesbangpol-64.01-2027.csv', mimeType: 'text/csv', buffer: Buffer.from(text) },
];

/** The sizes of the pages of a print, in millimetres. */
async function printed(page, name) {
  const path = SHOTS && join(SHOTS, `${name}.pdf`);
  const pdf = (await page.pdf({ path, preferCSSPageSize: true })).toString('latin1');
  const count = pdf.match(/\/Type\s*\/Page\b/g).length;
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];
  return { count, sizes: boxes.map(([, x, y]) => [x, y].map((of) => Math.round((of / 72) * 25.4))) };
}

for (const width of WIDTHS) {
  test(`two plans are led in and aligned, ${width} px`, async (t) => {
    const context = await at.chromium.newContext({
      viewport: { width, height: 900 }, javaScriptEnabled: true,
    });
    const page = await context.newPage();
    const said = complaints(page);
    let stations = 0;
    const station = async (name) => {
      stations += 1;
      if (SHOTS) {
        const number = String(stations).padStart(2, '0');
        await page.screenshot({ path: join(SHOTS, `${width}-rencana-${number}-${name}.png`), fullPage: true });
      }
      assert.deepEqual(said.splice(0), [], `${name}: the console is silent`);
      assert.ok(await scrollWidth(page) <= width, `${name}: nothing scrolls sideways`);
      assert.equal(await page.locator('h1').count(), 1, `${name}: one heading`);
      assert.deepEqual(await seriousFaults(page), [], `${name}: accessible`);
    };

    await t.test('files are sent and a column that is not known is decided', async () => {
      await page.goto(`${at.program.address}/`);
      await link(page, 'Perencanaan').click();
      await station('mulai');
      await page.getByLabel('Berkas', { exact: true }).setInputFiles(files(lower));
      await button(page, 'Unggah dan periksa').click();
      await page.getByRole('heading', { name: 'Periksa kiriman' }).waitFor();
      await station('kiriman');
      await link(page, 'renja-kesbangpol-64.01-2027.csv').click();
      await station('tabel');
      const open = page.getByLabel('Arti: Qwerty');
      // At a phone's width the layout is remembered from the desk.
      if (width === WIDTHS[0]) assert.equal(await open.getAttribute('aria-invalid'), 'true');
      await open.selectOption('topic');
      await button(page, 'Selesai, kembali ke kiriman').click();
    });

    await t.test('a cell that cannot be read is told, and its file replaced', async () => {
      await link(page, 'Baca semua berkas').click();
      await page.getByRole('heading', { name: 'Berkas dikembalikan dengan catatan' }).waitFor();
      assert.ok(await page.getByText('J3', { exact: true }).isVisible());
      await station('catatan');
      await page.getByRole('link', { name: 'Kembali ke kiriman' }).first().click();
      const mended = files(lower.replace('sepuluh juta', '10000000'));
      await page.getByLabel('Berkas', { exact: true }).setInputFiles(mended[1]);
      await button(page, 'Unggah berkas').click();
      await link(page, 'Baca semua berkas').click();
      await page.getByRole('heading', { name: 'Yang terbaca' }).waitFor();
      assert.ok(await page.getByText('Rp100.000.000').isVisible());
      await station('terbaca');
      await button(page, 'Bekukan dan simpan').click();
    });

    await t.test('the board names who sent nothing first and leads to what does not fit', async () => {
      await page.getByRole('heading', { name: 'Keselarasan rencana Kalimantan Timur 2027' }).waitFor();
      const names = await page.locator('table.board tbody th a').allTextContents();
      assert.deepEqual(names.slice(-2), ['Kalimantan Timur', 'Kab. Paser']);
      await station('papan');
      const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'Kab. Paser' }) });
      await row.locator('a[href$="#duplication"]').click();
      await page.getByRole('heading', { level: 1, name: 'Kalimantan Timur – Kab. Paser' }).waitFor();
      await station('temuan');
    });

    await t.test('one finding is said to be meant so, with a reason, and opened again', async () => {
      const check = page.locator('#duplication');
      const finding = check.locator('article').first();
      await finding.getByText('Memang disengaja?').click();
      await finding.getByLabel('Alasan').fill('Kegiatan bersama yang didanai dua pihak');
      await button(page, 'Nyatakan sesuai disengaja').filter({ visible: true }).click();
      await check.getByText('Kegiatan bersama yang didanai dua pihak').waitFor();
      assert.ok(await check.getByText('Sesuai disengaja', { exact: true }).isVisible());
      await station('disengaja');
      await button(page, 'Buka kembali').click();
      await check.getByText('Memang disengaja?').first().waitFor();
    });

    await t.test('the kabupaten stands beside its province', async () => {
      await link(page, 'Pohon rencana Kab. Paser').click();
      await page.getByRole('cell', { name: /Peserta dialog: 120 orang/ }).first().waitFor();
      await station('pohon');
      await page.getByLabel('Anggaran paling sedikit (Rp)').fill('200.000.000');
      await button(page, 'Tampilkan').click();
      assert.equal(await page.locator('tr.sub-activity').count(), 1);
      await station('pohon-saring');
    });

    await t.test('the matrix is printed on F4, Lembar Sekda on one A4 page', async () => {
      await link(page, 'Papan keselarasan').click();
      await link(page, 'Matriks persandingan').first().click();
      await station('matriks');
      const matrix = await printed(page, `${width}-matriks`);
      assert.ok(matrix.count >= 1);
      for (const size of matrix.sizes) assert.deepEqual(size, [330, 215]);
      await link(page, 'Papan keselarasan').click();
      await link(page, 'Lembar Sekda').click();
      await station('lembar-sekda');
      const sheet = await printed(page, `${width}-lembar-sekda`);
      assert.deepEqual([sheet.count, sheet.sizes[0]], [1, [210, 297]]);
    });

    await t.test('a document is compared and withdrawn', async () => {
      await link(page, 'Papan keselarasan').click();
      await link(page, 'Dokumen').click();
      await station('daftar-dokumen');
      for (let left = 2; left > 0; left -= 1) {
        await page.locator('tbody th a').first().click();
        if (left === 2) await station('dokumen');
        await page.locator('summary', { hasText: 'Tarik dokumen ini' }).click();
        await button(page, 'Tarik dokumen ini').click();
        await page.getByRole('heading', { name: 'Dokumen rencana' }).waitFor();
      }
      assert.ok(await page.getByText('Belum ada dokumen.').isVisible());
    });
    await context.close();
  });
}

test('plans are led in without JavaScript', async () => {
  const context = await at.chromium.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${at.program.address}/perencanaan`);
  const mended = lower.replace('sepuluh juta', '10000000').replace('Qwerty', 'Topik');
  await page.getByLabel('Berkas', { exact: true }).setInputFiles(files(mended));
  await button(page, 'Unggah dan periksa').click();
  await link(page, 'Baca semua berkas').click();
  await button(page, 'Bekukan dan simpan').click();
  await page.getByRole('heading', { name: 'Keselarasan rencana Kalimantan Timur 2027' }).waitFor();
  await context.close();
});
