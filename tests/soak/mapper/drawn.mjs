// What calls are made of: values drawn to hurt, from a seed.

/// mulberry32, seeded by a text (FNV-1a): the same text draws the same values.
export class Draw {
  constructor(seed) {
    this.state = 0x811c9dc5;
    for (const unit of seed) this.state = Math.imul(this.state ^ unit.charCodeAt(0), 0x01000193);
  }

  fraction() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  /// An integer in [from, to].
  between(from, to) {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }
  chance(probability) {
    return this.fraction() < probability;
  }
  of(list) {
    return list[this.between(0, list.length - 1)];
  }
  times(from, to, make) {
    return Array.from({length: this.between(from, to)}, () => make());
  }
}

const NUMBERS = [
  0, -0, 1, -1, 2, 3, 7, 10, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.2, 0.3, 1.005, 10.235, 8.345, 1.45,
  0.49999999999999994, -0.49999999999999994, 4503599627370495.5, 4503599627370497.5, 31, 32, 33, 255,
  2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32),
  2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 2 ** 63, -(2 ** 63), 2 ** 64, 2 ** 84 + 2 ** 32, 1e15,
  999999999999999.9, 1e16, 1e20, 1e21, 123456789012345680000, 1e-6, 1e-7, 1.5e-10, 1e100, -1e100,
  1e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 9.995, 99.995, 0.000001, 1e-300,
  Math.PI, -Math.E, 8.64e15, -8.64e15, 8.64e15 + 1, NaN, Infinity, -Infinity,
];

export function number(d) {
  const kind = d.between(0, 9);
  if (kind < 4) return d.of(NUMBERS);
  if (kind === 4) return d.between(-20, 20);
  if (kind === 5) return d.between(-1000000, 1000000) / 10 ** d.between(0, 6);
  if (kind === 6) return d.of(NUMBERS) + d.of([0.5, -0.5, 1, -1, Number.EPSILON]);
  if (kind === 7) return (d.fraction() - 0.5) * 2 ** d.between(-70, 70);
  if (kind === 8) return d.between(-1000, 1000) + 0.5;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setUint32(0, d.between(0, 4294967295));
  bits.setUint32(4, d.between(0, 4294967295));
  return bits.getFloat64(0);
}

export const index = (d) =>
  d.chance(0.8) ? d.between(-7, 9) : d.of([undefined, null, NaN, Infinity, -Infinity, 1.9, -1.1, '2', 'x', -0, 4294967296, true]);

const PIECES = [
  '', 'a', 'b', 'ab', 'A', 'Z', 'z', ' ', '\t', '\n', '-', ',', '/', '.', '0', '1', '12', '007', '_', '"', '\\', "'",
  '$', '$&', '$$', '$1', '$`', "$'", '{', '}', 'é', 'É', 'ß', 'ſ', 'İ', 'ı', 'Σ', 'ς', 'ΑΣ', 'ŉ', 'ﬁ', 'ǰ', 'ü', 'n\u0303',
  '\u00a0', '\ufeff', '\u180e', '\u2028', '\u2003', '\u200b', '\u0085', '\u0000', '\u007f', '\u001f', '\uffff', '\uff41',
  '😀', '🎉', '𝒳', '𐐨', '👩‍👧', '\ud83d', '\ude00', '\udbff', '\udc00', '日本', 'x y', 'abcabc', '[object Object]', 'null',
];
export const text = (d) => d.times(0, d.of([1, 2, 3, 6, 12]), () => d.of(PIECES)).join('');

/// A part of the text, or of it and more: what is looked for is often there.
export function part(d, whole) {
  if (typeof whole !== 'string' || d.chance(0.4)) return d.chance(0.7) ? d.of(PIECES) : text(d);
  const begin = d.between(0, whole.length);
  return whole.slice(begin, begin + d.between(0, 4));
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFXO';
export function numeral(d) {
  const plain = d.chance(0.5) ? String(number(d)) : '';
  const made = plain || d.of([
    '', ' ', '0x1F', '0X1f', '0x', '0b101', '0b12', '0o17', '0o8', '-0x10', '+0x10', '.5', '5.', '.', '+5', '--5', '+-5', '1e3',
    '1e', '1e+', '1E-2', '1e1000', '-1e1000', '1_000', '12px', '12 34', 'Infinity', '-Infinity', '+Infinity', 'infinity', 'INF',
    'NaN', '00', '-0', '010', '1,5', '9007199254740993', '0.1e-400', '179769313486231580793e289', '123456789012345678901234567890',
    '2.2250738585072011e-308', '１２',
    '0x' + d.times(12, 40, () => d.of('0123456789abcdefF'.split(''))).join(''),
    '0b1' + d.times(50, 70, () => d.of(['0', '1'])).join(''),
    d.times(1, 30, () => d.of(DIGITS.split(''))).join(''),
    d.times(15, 40, () => d.between(0, 9)).join(''),
    d.times(15, 25, () => d.between(0, 9)).join('') + '.' + d.times(1, 25, () => d.between(0, 9)).join(''),
  ]);
  return d.of(['', '', '', ' ', '\n\u00a0', '-', '+']) + made + d.of(['', '', '', ' ', '\ufeff', 'x', '\u180e']);
}

const INSTANTS = [
  0, -1, 1, 86399999, 86400000, 951782400000, 951868799999, 1709164800000, 1709251199999, 1706659200000, 1704067199999,
  -62135596800000, -62167219200000, -62167219200001, 253402300799999, 253402300800000, 8.64e15, -8.64e15, 8.64e15 - 1,
  4107542399999, -2203891200000, 1e12, 1638312067350, NaN,
];
export function instant(d) {
  const kind = d.between(0, 3);
  if (kind === 0) return d.of(INSTANTS);
  // The end of a month, more or less a few milliseconds or days.
  if (kind === 1) return Date.UTC(d.between(1890, 2110), d.between(0, 11), d.of([1, 28, 29, 30, 31])) + d.of([0, -1, 1, 86399999, -86400000]);
  if (kind === 2) return d.between(-8640000, 8640000) * 1e9 + d.between(-1e6, 1e6);
  return d.between(-2e12, 4e12);
}
const two = (n) => String(n).padStart(2, '0');
export function moment(d) {
  const at = new Date(instant(d));
  if (!isNaN(at) && d.chance(0.5))
    return d.of([at.toISOString(), at.toISOString().slice(0, 10), at.toISOString().slice(0, 7), at.toString(), at.toUTCString(),
                 at.toDateString(), at.toISOString().replace('Z', d.of(['+02:00', '-11:45', '+23:59', ''])), at.toISOString().slice(0, -8),
                 at.toISOString().slice(0, -1)]);
  const year = d.of(['2023', '2024', '1900', '2000', '0000', '9999', '+275760', '-271821', '-000000', '+000000', '-000001', '24', '20240']);
  const day = `${year}-${two(d.between(0, 13))}-${two(d.of([0, 1, 28, 29, 30, 31, 32]))}`;
  const clock = `T${two(d.of([0, 9, 23, 24, 25]))}:${two(d.of([0, 30, 59, 60]))}`;
  return d.of([day, year, day.slice(0, -3), day + clock, `${day}${clock}:${two(d.of([0, 59, 60]))}`, `${day}${clock}:00.1`, `${day}${clock}:00.1234Z`,
               `${day}${clock}:00.${d.of(['0', '9999', '123456789'])}`, day + clock + 'Z', day + clock + '+05:30', day + clock + '-24:00', day + ' ' + clock.slice(1), day + 'Z',
               '', ' ', 'tomorrow', '1638312067350', '12', ' 2024-02-29 ', '2024-2-3', '02/29/2024', 'Feb 29 2024', '20240229', '2024-02-29t10:00z']);
}
export const date = (d) => {
  const kind = d.between(0, 9);
  if (kind < 5) return new Date(instant(d));
  return kind < 7 ? instant(d) : moment(d);
};

// No `toString` and `valueOf`: of data they are members like others, Node would want to call them.
const KEYS = ['a', 'b', 'c', 'd', '', '0', '1', '2', '10', '01', '-1', '4294967294', '4294967295', '4294967296', 'length', 'é', '😀', '\ud83d',
              'value', 'null', 'undefined', 'true', '1.5', '__proto__', 'constructor', 'enumerable', '__p'];
export const key = (d) => d.of(KEYS);

export function list(d, depth = 2) {
  const of = d.of([number, number, (x) => x.between(0, 3), text, (x) => x.of(PIECES), (x) => any(x, depth - 1), (x) => any(x, depth - 1)]);
  return d.times(0, d.of([0, 1, 3, 5, 9]), () => of(d));
}
export function object(d, depth = 2) {
  return Object.fromEntries(d.times(0, 5, () => [key(d), any(d, depth - 1)]));
}
export function any(d, depth = 2) {
  const kind = d.between(0, depth > 0 ? 10 : 7);
  if (kind === 0) return undefined;
  if (kind === 1) return null;
  if (kind === 2) return d.chance(0.5);
  if (kind <= 4) return number(d);
  if (kind === 5) return text(d);
  if (kind === 6) return numeral(d);
  if (kind === 7) return new Date(instant(d));
  return kind === 8 ? object(d, depth) : list(d, depth);
}
export const nothing = () => undefined;
