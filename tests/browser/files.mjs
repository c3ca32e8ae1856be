// The files of the flow test: answers as Google Forms exports them, sound and faulty, and
// boundaries as an office might get them.
import { readFileSync } from 'node:fs';

const ROWS = 180;
const PLACES = [
  ['Kota Pontianak', ['Pontianak Kota', 'Pontianak Barat', 'Pontianak Timur']],
  ['Kab. Kubu Raya', ['Sungai Raya', 'Sungai Kakap', 'Rasau Jaya']],
  ['Kabupaten Sambas', ['Sambas', 'Pemangkat', 'Tebas']],
];

/** Questions of the instrument `ihai-2025` by the id of their item. */
const ITEMS = [...readFileSync(new URL('../../instruments/ihai-2025.toml', import.meta.url), 'utf8')
  .matchAll(/^\[\[item\]\]\nid = "([^"]+)"[^[]*?\ntext = \{ id = "([^"]+)"/gm)]
  .map(([, id, text]) => ({ id, text }));

/** What the answers in words mean; the ends of the scale are known to the program. */
export const LABELS = { setuju: 7, 'ragu ragu': 5, 'tidak setuju': 3 };
const ANSWERS = ['Sangat setuju', 'Setuju', 'Setuju', 'Ragu-ragu', 'Tidak setuju', 'Sangat tidak setuju'];

/** An item that the form asks in other words than the instrument. */
export const REWORDED = { item: 'V3.P', header: 'Menurut Anda, seberapa akrab tetangga di tempat Anda?' };

const FIRST = ['Stempel waktu', 'Alamat email', 'Nama lengkap', 'Kabupaten/Kota', 'Kecamatan',
  'Jenis kelamin', 'Tahun lahir'];
const HEADERS = [...FIRST,
  ...ITEMS.map(({ id, text }) => (id === REWORDED.item ? REWORDED.header : text))];

/** What points at a person in the files; no page may show it. */
export const PERSONS = ['siti.rahmawati', 'budi.santoso', 'Siti Rahmawati', 'Budi Santoso'];

/** Numbers that look random and are always the same (Park and Miller 1988). */
function* numbers() {
  for (let number = 2026; ; yield number) number = (number * 48271) % 2147483647;
}

function rows() {
  const random = numbers();
  return Array.from({ length: ROWS }, (_, row) => {
    const [region, districts] = PLACES[row % PLACES.length];
    const [name, email] = row % 2 ? ['Siti Rahmawati', 'siti.rahmawati'] : ['Budi Santoso', 'budi.santoso'];
    const day = String(1 + (row % 28)).padStart(2, '0');
    const time = `${8 + (row % 12)}:${String((row * 7) % 60).padStart(2, '0')}:${String((row * 13) % 60).padStart(2, '0')}`;
    return [
      `${day}/07/2026 ${time}`, `${email}${row}@contoh.id`, name, region,
      districts[row % districts.length], row % 2 ? 'Perempuan' : 'Laki-laki', String(1960 + ((row * 11) % 45)),
      ...ITEMS.map(() => ANSWERS[random.next().value % ANSWERS.length]),
      `Kata ${name}, "gotong royong" perlu dijaga (${row})`,
    ];
  });
}

/** Each `form` ends with a question of its own, so that its mapping is not known from another. */
const csv = (form, lines) => [[...HEADERS, `Saran Anda untuk ${form}?`], ...lines]
  .map((line) => line.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\r\n');

/** The sound export of `form`. */
export function formsExport(form) {
  return csv(form, rows());
}

/** Where the faulty export is wrong: row of answers, header, and what stands there. */
const WRONG = [
  [3, 'Stempel waktu', '31/02/2026 10:00:00'],
  [8, 'Kabupaten/Kota', 'Kota Atlantis'],
  [21, ITEMS[1].text, '12'],
  [40, ITEMS[4].text, '6,5'],
  [77, 'Tahun lahir', 'delapan puluh'],
];

/** Letters of a column in a sheet. */
function letters(column) {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

/** The faults of the faulty export as the program must name them: cell and value. */
export const FAULTS = WRONG.map(([row, header, value]) => (
  { cell: `${letters(HEADERS.indexOf(header))}${row + 2}`, value }));

/** The same with its faults. */
export function faulty(form) {
  const lines = rows();
  for (const [row, header, value] of WRONG) lines[row][HEADERS.indexOf(header)] = value;
  return csv(form, lines);
}

/**
 * Row and column of each kab/kota of West Kalimantan in a grid near its place, and its side in degrees; its two
 * cities are drawn larger than they are, so that they can be clicked.
 */
const SQUARES = [
  [3, 0, 0.74], [2, 0, 0.4], [2, 1, 1], [1, 1, 1.2], [2, 2, 1.2], [2, 3, 1.2], [3, 1, 0.66],
  [3, 2, 0.86], [1, 2, 0.69], [1, 3, 0.9], [1, 0, 0.6], [0, 0, 0.83], [0, 1, 0.8], [3, 3, 0.8],
];

/** Boundaries of West Kalimantan's kab/kota as squares; `last` is the code of the last. */
export function boundaries(last) {
  const codes = [...Array.from({ length: 12 }, (_, at) => `61.${String(at + 1).padStart(2, '0')}`), '61.71', last];
  const features = codes.map((kode, at) => {
    const [row, column, side] = SQUARES[at];
    const [west, south] = [108.8 + column * 1.3, -2.8 + row * 1.2];
    const [east, north] = [west + side, south + side];
    const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    return { type: 'Feature', properties: { kode }, geometry: { type: 'Polygon', coordinates: [ring] } };
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}
