// What Node.js gives for each function: the operands it is called with, and the ECMAScript that
// answers. A function that is in none of these tables is a finding by itself.

import {any, date, index, instant, key, list, moment, number, numeral, object, part, text} from './drawn.mjs';

/// The time of the step, and what {@math.random} draws in it.
export const NOW = 1709251199000;
export const CHANCE = 0.25;
const LONGEST = 1e6;

const ask = (...kinds) => (d) => kinds.map((kind) => kind(d));
const method = (name) => (self, ...rest) => self[name](...rest);
const refuse = (why) => { throw new TypeError(why); };
const own = (of, at) => (of === null || of === undefined ? undefined : Object.hasOwn(Object(of), at) ? of[at] : undefined);
const boolean = (d) => d.chance(0.5);
const oneOf = (...kinds) => (d) => d.of(kinds)(d);
const numeric = oneOf(number, number, number, numeral, any);
const small = (d) => d.between(-3, 25);
const several = (kind) => (d) => d.times(0, 6, () => kind(d));

// Of an array, a copy: the functions of quipu change nothing.
const on_copy = (name) => (self, ...rest) => (Array.isArray(self) ? [...self][name](...rest) : refuse('no array'));
const as_list = (name) => (self, ...rest) => (Array.isArray(self) ? self[name](...rest) : refuse('no array'));
const on_either = (name) => (self, ...rest) =>
  typeof self === 'string' || Array.isArray(self) ? self[name](...rest) : refuse('neither text nor array');
const on_text = (name) => (self, ...rest) => (typeof self === 'string' ? self[name](...rest) : refuse('no text'));

const rank = (x) => (x === null ? 0 : typeof x === 'string' ? 3 : x === undefined ? 5
  : typeof x === 'object' && !(x instanceof Date) ? 4 : isNaN(x) ? 2 : 1);
function compare(a, b) {
  const by = rank(a) - rank(b);
  if (by !== 0) return by;
  if (rank(a) === 1) return Number(a) - Number(b);
  if (rank(a) < 3) return 0;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
function sort(self, order) {
  if (!Array.isArray(self)) refuse('no array');
  if (order !== undefined && order !== 'ASCENDING' && order !== 'DESCENDING') refuse('no order');
  const way = order === 'DESCENDING' ? -1 : 1;
  return [...self].sort((a, b) => way * compare(a, b)); // undefined is last in either order
}

const searching = (d) => { const whole = text(d); return [whole, part(d, whole), index(d)]; };
const listing = (d) => { const whole = list(d); return [whole, d.chance(0.6) && whole.length ? d.of(whole) : any(d, 1), index(d)]; };
const either_search = (d) => (d.chance(0.3) ? listing(d) : searching(d));

const array = {
  get: [ask(oneOf(list, list, list, any), index), (self, at) => own(self, at ?? 0)],
  length: [ask(oneOf(list, any)), (self) => own(self, 'length')],
  concat: [(d) => [list(d), ...d.times(0, 3, () => oneOf(list, any)(d))], on_either('concat')],
  indexOf: [listing, on_either('indexOf')],
  join: [ask(list, oneOf(text, any)), as_list('join')],
  lastIndexOf: [listing, on_either('lastIndexOf')],
  pop: [ask(list), on_copy('pop')],
  push: [(d) => [list(d), ...several(any)(d)], (self, ...more) => (Array.isArray(self) ? [...self, ...more] : refuse('no array'))],
  reverse: [ask(list), on_copy('reverse')],
  shift: [ask(list), on_copy('shift')],
  slice: [ask(list, index, index), on_either('slice')],
  sort: [ask(list, (d) => d.of([undefined, 'ASCENDING', 'DESCENDING', 'descending'])), sort],
  splice: [ask(list, index, index, any), on_copy('splice')],
  unshift: [(d) => [list(d), ...several(any)(d)], on_copy('unshift')],
};

const bits = oneOf(number, number, numeric);
const bitwise = {
  and: [ask(bits, bits), (a, b) => a & b],
  or: [ask(bits, bits), (a, b) => a | b],
  xor: [ask(bits, bits), (a, b) => a ^ b],
  leftShift: [ask(bits, oneOf(small, bits)), (a, b) => a << b],
  rightShift: [ask(bits, oneOf(small, bits)), (a, b) => a >> b],
  unsignedRightShift: [ask(bits, oneOf(small, bits)), (a, b) => a >>> b],
};

// Two that are often alike, as a value or as what it reads as.
function pair(d) {
  const first = any(d);
  if (d.chance(0.5)) return [first, any(d)];
  return [first, d.of([first, String(first), Number(first), [first], !!first, first === null ? undefined : null])];
}
const both_orders = (d) => { const drawn = pair(d); return d.chance(0.5) ? drawn : drawn.reverse(); };
const conditional = {
  ternary: [ask(any, any, any), (a, b, c) => (a ? b : c)],
  equality: [both_orders, (a, b) => a == b],
  strict_equality: [both_orders, (a, b) => a === b],
  inequality: [both_orders, (a, b) => a != b],
  strict_inequality: [both_orders, (a, b) => a !== b],
  greater_than: [both_orders, (a, b) => a > b],
  less_than: [both_orders, (a, b) => a < b],
  greater_than_or_equal: [both_orders, (a, b) => a >= b],
  less_than_or_equal: [both_orders, (a, b) => a <= b],
  nullish: [ask(any, any), (a, b) => a ?? b],
};

// A day fits when both day fields do, or, if neither begins with `*`, when one does.
const FIELDS = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
function expression(d) {
  const item = ([least, most], i) => {
    const one = (n) => (i === 3 && d.chance(0.3) ? MONTHS[n - 1] : i === 4 && d.chance(0.3) ? d.of([DAYS[n % 7], DAYS[n % 7].toLowerCase()]) : String(n));
    const [from, to] = [d.between(least, most), d.between(least, most)].sort((a, b) => a - b);
    const range = from === to ? one(from) : `${from}-${to}`;
    const step = `/${d.between(1, most)}`;
    return d.of(['*', '*', one(from), one(from), range, '*' + step, range + step]);
  };
  const field = (of, i) => d.times(1, d.of([1, 1, 1, 3]), () => item(of, i)).join(',');
  if (d.chance(0.1)) return d.of(['0 0 29 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 29 2 1', '59 23 31 12 *', '* * * *', '* * * * * *', '60 * * * *', '@daily', '', '* * * * 8', '5-1 * * * *', '*/0 * * * *']);
  return FIELDS.map(field).join(' ');
}
function admitted(field, i) {
  const [least, most] = FIELDS[i];
  const value = (said) => {
    const named = i === 3 ? MONTHS.indexOf(said.toUpperCase()) + 1 : i === 4 ? DAYS.indexOf(said.toUpperCase()) : -1;
    const found = named >= least ? named : /^\d+$/.test(said) ? Number(said) : NaN;
    return found >= least && found <= most ? found : refuse('no such value');
  };
  const set = new Set();
  for (const item of field.split(',')) {
    const [, from, to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? refuse('no field');
    const first = from === '*' ? least : value(from);
    const open = i === 4 ? 6 : most; // the end of `*` and of `a/step`
    const last = from === '*' ? open : to !== undefined ? value(to) : step === undefined ? first : Math.max(first, open);
    if (first > last || Number(step) < 1) refuse('no range');
    for (let at = first; at <= last; at += Number(step ?? 1)) set.add(i === 4 ? at % 7 : at);
  }
  return set;
}
function next_delay(written) {
  if (typeof written !== 'string') return -1;
  const fields = written.split(/[ \t]+/).filter(Boolean);
  if (fields.length !== 5) return -1;
  let sets;
  try { sets = fields.map(admitted); } catch { return -1; }
  const [minutes, hours, days, months, weekdays] = sets;
  const either = !fields[2].startsWith('*') && !fields[4].startsWith('*');
  const first = Math.floor(NOW / 60000) * 60000 + 60000;
  for (let day = Math.floor(first / 86400000); day < first / 86400000 + 60 * 366; ++day) {
    const at = new Date(day * 86400000);
    if (!months.has(at.getUTCMonth() + 1)) continue;
    const [dated, named] = [days.has(at.getUTCDate()), weekdays.has(at.getUTCDay())];
    if (either ? !dated && !named : !dated || !named) continue;
    for (const hour of [...hours].sort((a, b) => a - b))
      for (const minute of [...minutes].sort((a, b) => a - b)) {
        const fires = day * 86400000 + hour * 3600000 + minute * 60000;
        if (fires >= first) return Math.floor((fires - NOW) / 1000);
      }
  }
  return -1;
}
const cron = {nextDelay: [ask(expression), next_delay]};

/// The texts that Date.parse must read (21.4.3.2): its own format, and what toString and toUTCString
/// write, which Node does not read back of years below 100.
const FORMAT = /^(?!-000000)(?:[+-]\d{6}|\d{4})(?:-\d\d(?:-\d\d)?)?(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;
const WRITTEN = /^(?:[A-Z][a-z]{2},? )?(?:([A-Z][a-z]{2}) (\d\d)|(\d\d) ([A-Z][a-z]{2})) (-?\d{4,6})(?: (\d\d):(\d\d):(\d\d)(?: GMT([+-]\d{4})?)?(?: \([^)]*\))?)?$/;
const NAMES = MONTHS.map((name) => name[0] + name.slice(1).toLowerCase());
function parsed(said) {
  if (FORMAT.test(said)) {
    const read = new Date(Date.parse(said)); // in UTC, as the soak runs
    const day = /^.\d{3,6}-\d\d-(\d\d)/.exec(said)?.[1];
    return day > 28 && day > new Date(Date.UTC(2000 + (Number.parseInt(said) % 400), Number(/-(\d\d)-\d\d/.exec(said)[1]), 0)).getUTCDate() ? NaN : read.getTime();
  }
  const found = WRITTEN.exec(said);
  if (!found) return NaN;
  const [, name, day, dayFirst, nameLast, year, hours = 0, minutes = 0, seconds = 0, zone] = found;
  const month = NAMES.indexOf(name ?? nameLast);
  if (month < 0 || Number(day ?? dayFirst) > 31 || hours > 23 || minutes > 59 || seconds > 59) return NaN;
  const offset = zone ? Math.sign(zone + '1') * (Math.floor(Math.abs(zone) / 100) * 60 + (Math.abs(zone) % 100)) : 0;
  const at = new Date(0);
  at.setUTCFullYear(year, month, day ?? dayFirst);
  return at.setUTCHours(hours, minutes - offset, seconds);
}

/// A date, a time value, a text that is a date or a time value; all else is refused.
function time(of) {
  if (of instanceof Date) return of;
  if (typeof of === 'number') return new Date(of);
  if (typeof of !== 'string') refuse('no date');
  let read = parsed(of.trim());
  if (isNaN(read) && of.trim() !== '') read = new Date(Number(of)).getTime();
  return isNaN(read) ? refuse('no date') : new Date(read);
}
const dated = (name) => (self, ...rest) => new Date(time(self))[name](...rest);
const gets = (name) => [ask(date), dated(name)];
const amount = oneOf(small, small, (d) => d.between(-100, 100), (d) => d.of([0, 11, 12, 13, 23, 24, 28, 29, 30, 31, 59, 60, 999, 1000]), numeric);
const year = oneOf((d) => d.between(-10, 110), (d) => d.between(1800, 2200), (d) => d.between(-271900, 275800), numeric);
const sets = (name, ...kinds) => [(d) => [date(d), ...kinds.slice(0, d.between(1, kinds.length)).map((kind) => kind(d))], dated(name)];
const us = (name) => [ask(date), (self) => time(self)[name]('en-US').replace('\u202f', ' ')]; // some ICUs part AM and PM so
const bare = (at) => at.toISOString().replace(/[-:TZ]/g, '');
const date_domain = {
  now: [ask(), () => NOW],
  fromISOString: [ask(date), (of) => (of instanceof Date ? of : typeof of === 'string' ? new Date(parsed(of)) : new Date(Number(of)))],
  parse: [ask(oneOf(moment, moment, date)), (said) => parsed(String(said))],
  yyyymmdd: [ask(date), (self) => (isNaN(time(self)) ? refuse('invalid') : time(self).getUTCFullYear() < 0 || time(self).getUTCFullYear() > 9999 ? refuse('no four digits') : time(self).toISOString().slice(0, 10).replace(/-/g, ''))],
  UTC: [(d) => [year(d), ...d.times(0, 6, () => amount(d))], (...parts) => Date.UTC(...parts)],
  getTimezoneOffset: gets('getTimezoneOffset'),
  getTime: gets('getTime'),
  valueOf: gets('valueOf'),
  setTime: [ask(date, oneOf(instant, numeric)), dated('setTime')],
  toISOString: gets('toISOString'),
  toISOXString: [ask(date), (self) => (self === null || self === undefined || self === '' ? bare(new Date(NOW)) : bare(time(self)))],
  toJSON: gets('toJSON'),
  toDateString: gets('toDateString'),
  toString: gets('toString'),
  toLocaleDateString: us('toLocaleDateString'),
  toLocaleString: us('toLocaleString'),
  toLocaleTimeString: us('toLocaleTimeString'),
};
for (const zone of ['', 'UTC']) {
  for (const of of ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'])
    date_domain[`get${zone}${of}`] = gets(`get${zone}${of}`);
  date_domain[`set${zone}Date`] = sets(`set${zone}Date`, amount);
  date_domain[`set${zone}FullYear`] = sets(`set${zone}FullYear`, year, amount, amount);
  date_domain[`set${zone}Hours`] = sets(`set${zone}Hours`, amount, amount, amount, amount);
  date_domain[`set${zone}Milliseconds`] = sets(`set${zone}Milliseconds`, amount);
  date_domain[`set${zone}Minutes`] = sets(`set${zone}Minutes`, amount, amount, amount);
  date_domain[`set${zone}Month`] = sets(`set${zone}Month`, amount, amount);
  date_domain[`set${zone}Seconds`] = sets(`set${zone}Seconds`, amount, amount);
}

function json_text(d) {
  let said = JSON.stringify(d.chance(0.5) ? any(d) : object(d), null, d.of([0, 0, 2, '\t'])) ?? 'null';
  if (d.chance(0.3)) {
    const at = d.between(0, said.length);
    said = said.slice(0, at) + d.of(['', ',', '}', ']', '"', '\\', '\\u00e', '\\ud83d', '\\x', '\u0001', '01', '1.', '-', '+1', '.5', '1e', 'NaN', ' ', '\u00a0', '\ufeff', '/**/', "'a'"]) + said.slice(at + d.between(0, 1));
  }
  return said;
}
const space = oneOf(() => undefined, (d) => d.between(0, 12), text, any);
const json = {
  stringify: [ask(oneOf(any, object, list), oneOf(() => undefined, () => null, (d) => d.times(0, 5, () => oneOf(key, number, any)(d))), space), (of, keys, gap) => JSON.stringify(of, keys, gap)],
  parse: [ask(oneOf(json_text, json_text, numeral, any)), (said) => JSON.parse(said)],
};

const logical = {
  and: [ask(any, any), (a, b) => a && b],
  or: [ask(any, any), (a, b) => a || b],
};

const flat = (operands) => operands.flat(Infinity);
const from_first = (fold) => (...operands) => (flat(operands).length ? flat(operands).slice(1).reduce((a, b) => fold(a, b), Number(flat(operands)[0])) : refuse('nothing'));
const addend = (x) => (typeof x === 'number' || typeof x === 'boolean' || x === null || x === undefined ? Number(x) : refuse('no number'));
const numbers = several(oneOf(number, number, number, number, (d) => d.times(0, 3, () => number(d)), numeric));
const math = {
  add: [numbers, (...operands) => flat(operands).reduce((sum, next) => sum + addend(next), 0)],
  subtract: [numbers, from_first((a, b) => a - Number(b))],
  multiply: [numbers, from_first((a, b) => a * Number(b))],
  divide: [numbers, from_first((a, b) => (b === 0 ? NaN : a / Number(b)))],
  atan2: [ask(numeric, numeric), Math.atan2],
  imul: [ask(bits, bits), Math.imul],
  pow: [ask(oneOf(numeric, small), oneOf(numeric, small)), Math.pow],
  hypot: [numbers, Math.hypot],
  max: [numbers, Math.max],
  min: [numbers, Math.min],
  random: [ask(), () => CHANCE],
};
for (const name of ['abs', 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'cbrt', 'ceil', 'clz32', 'cos', 'cosh', 'exp', 'expm1', 'floor', 'fround',
                    'log', 'log10', 'log1p', 'log2', 'round', 'sign', 'sin', 'sinh', 'sqrt', 'tan', 'tanh', 'trunc'])
  math[name] = [ask(oneOf(numeric, (d) => d.fraction() * 4 - 2)), (x) => Math[name](x)];

const digits = oneOf((d) => d.between(0, 22), (d) => d.between(-1, 101), index);
const on_number = (name) => (self, ...rest) => (typeof self === 'number' ? self[name](...rest) : refuse('no number'));
const number_domain = {
  isFinite: [ask(numeric), Number.isFinite],
  isEven: [ask(numeric), (x) => Number(x) % 2 === 0],
  isOdd: [ask(numeric), (x) => !isNaN(Number(x)) && Number(x) % 2 !== 0],
  isInteger: [ask(numeric), Number.isInteger],
  isNaN: [ask(numeric), Number.isNaN],
  parseFloat: [ask(oneOf(numeral, numeral, any)), Number.parseFloat],
  parseInt: [ask(oneOf(numeral, numeral, any), oneOf((d) => d.of([undefined, 0, 2, 8, 10, 16, 32, 36, 37, 1]), (d) => d.between(2, 36), numeric)), Number.parseInt],
  toFixed: [ask(number, digits), on_number('toFixed')],
  toExponential: [ask(number, digits), on_number('toExponential')],
  toPrecision: [ask(number, digits), on_number('toPrecision')],
  gte: conditional.greater_than_or_equal,
  lte: conditional.less_than_or_equal,
  gt: conditional.greater_than,
  lt: conditional.less_than,
  max: math.max,
  min: math.min,
  pow: math.pow,
  round: math.round,
};

const holder = oneOf(object, object, object, list, any);
function put(of, at, item) {
  if (of === null || of === undefined) return {[at]: item};
  if (typeof of !== 'object' || of instanceof Date) refuse('no object');
  if (!Array.isArray(of)) return {...of, [at]: item};
  if (String(at) !== String(at >>> 0) || at >>> 0 === 2 ** 32 - 1) refuse('no index');
  if (at > LONGEST) throw new RangeError('too long'); // for Node to go on with: past every limit of quipu
  const made = [...of];
  made[at] = item;
  return made;
}
const described = (by) => (typeof by === 'object' && by !== null && !Array.isArray(by) && !(by instanceof Date) ? by : refuse('no descriptor'));
/// Attributes do not outlive it: JSON has none. A member that is not enumerable is none.
function defined(of, at, by) {
  if (typeof of !== 'object' || of === null || of instanceof Date) refuse('no object');
  described(by);
  const old = own(of, at);
  if (Array.isArray(of)) return put(of, at, 'value' in by || !Object.hasOwn(of, at) ? by.value : old);
  const made = put(of, at, 'value' in by ? by.value : old);
  if ('enumerable' in by && !by.enumerable) delete made[at];
  return made;
}
const members = (of) => (of === null || of === undefined ? [] : Object.entries(of));
const descriptor = oneOf((d) => ({value: any(d, 1)}), (d) => ({value: any(d, 1), enumerable: boolean(d)}), (d) => ({enumerable: boolean(d)}), object, any);
const descriptors = (d) => Object.fromEntries(d.times(0, 3, () => [key(d), descriptor(d)]));
const object_domain = {
  get: [ask(holder, oneOf(key, key, any)), own],
  set: [ask(holder, oneOf(key, key, index, any), any), put],
  create: [(d) => d.times(0, 3, () => [oneOf(key, any)(d), any(d, 1)]).flat(), (...cells) => { let made = {}; for (let i = 0; i < cells.length; i += 2) made = put(made, cells[i], cells[i + 1]); return made; }],
  keys: [ask(holder), (of) => members(of).map(([name]) => name)],
  values: [ask(holder), (of) => members(of).map(([, item]) => item)],
  entries: [ask(holder), members],
  fromEntries: [ask(oneOf((d) => d.times(0, 4, () => [oneOf(key, any)(d), any(d, 1)]), list, any)), (pairs) => { if (!Array.isArray(pairs)) refuse('no pairs'); return pairs.reduce((made, each) => (typeof each === 'object' && each !== null && !(each instanceof Date) ? put(made, own(each, 0), own(each, 1)) : refuse('no pair')), {}); }],
  assign: [(d) => [oneOf(object, list)(d), ...d.times(0, 3, () => oneOf(object, object, any)(d))], (to, ...from) => from.flatMap(members).reduce((made, [name, item]) => put(made, name, item), to ?? {})],
  hasOwnProperty: [ask(holder, oneOf(key, any)), (of, at) => Object.hasOwn(of, at)],
  propertyIsEnumerable: [ask(holder, oneOf(key, any)), (of, at) => Object.prototype.propertyIsEnumerable.call(of, at)],
  getOwnPropertyNames: [ask(holder), (of) => (of === null || of === undefined ? [] : Object.getOwnPropertyNames(of))],
  getOwnPropertySymbols: [ask(holder), () => []],
  getOwnPropertyDescriptor: [ask(holder, oneOf(key, any)), (of, at) => Object.getOwnPropertyDescriptor(of, at)],
  defineProperty: [ask(oneOf(object, list, any), oneOf(key, index), descriptor), defined],
  defineProperties: [ask(oneOf(object, list, any), oneOf(descriptors, descriptors, any)), (of, all) => (typeof of !== 'object' || of === null || of instanceof Date || all === null || all === undefined ? refuse('no object') : members(all).reduce((made, [name, by]) => defined(made, name, by), of))],
  freeze: [ask(any), (of) => of],
  seal: [ask(any), (of) => of],
  preventExtensions: [ask(any), (of) => of],
  isFrozen: [ask(any), Object.isFrozen],
  isSealed: [ask(any), Object.isSealed],
  isExtensible: [ask(any), Object.isExtensible],
  isPrototypeOf: [ask(any, any), () => false],
};

const PATTERNS = ['', 'a', '[a-c]+', '\\d', '\\D+', '\\w\\b', '\\s', '\\S', '^', '$', '^a', 'b$', '^$', '.', '..', 'a|b', '(a)(b)?', '(?:ab)+', 'a{2}', 'a{1,}', 'a{0,2}b', '[^a]',
                  '[\\]]', '[-a]', 'é', '😀', '[é-ü]', '\\u00e9', '\\x41', '\\t', '\\n', '\\.', '\\/', '\\$', '[.]', '(?=a)', '(?<!a)b', '(a)\\1', '(', '[', '*', 'a**', '\\', '(?<n>a)', 'a+?b', '\\bab\\b', '\\cA', '[\\b]', '\\0', '{', 'a{', ']', '}'];
const pattern = (d) => (d.chance(0.8) ? d.of(PATTERNS) : d.chance(0.5) ? d.of(PATTERNS) + d.of(PATTERNS) : text(d));
const wide = oneOf((d) => d.between(-2, 30), (d) => d.of([undefined, NaN, 2.9, '5', -Infinity, Infinity, 2 ** 30]));
const string = {
  split: [(d) => { const whole = text(d); return [whole, d.chance(0.1) ? undefined : part(d, whole), d.of([undefined, undefined, 0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, NaN, '2', null])]; }, on_text('split')],
  charAt: [ask(text, index), on_text('charAt')],
  concat: [(d) => [oneOf(text, text, list)(d), ...several(oneOf(text, any))(d)], (...all) => (Array.isArray(all[0]) ? all[0].concat(...all.slice(1)) : all.map((x) => x ?? '').reduce((made, x) => made + String(x), ''))],
  includes: [either_search, on_either('includes')],
  indexOf: [either_search, on_either('indexOf')],
  lastIndexOf: [either_search, on_either('lastIndexOf')],
  slice: [ask(oneOf(text, text, list), index, index), on_either('slice')],
  toLowerCase: [ask(text), on_text('toLowerCase')],
  toUpperCase: [ask(text), on_text('toUpperCase')],
  trim: [ask(text), on_text('trim')],
  trimStart: [ask(text), on_text('trimStart')],
  trimEnd: [ask(text), on_text('trimEnd')],
  padStart: [ask(text, wide, oneOf(() => undefined, text, any)), on_text('padStart')],
  padEnd: [ask(text, wide, oneOf(() => undefined, text, any)), on_text('padEnd')],
  replace: [(d) => { const whole = text(d); return [whole, part(d, whole), oneOf(text, any)(d)]; }, on_text('replace')],
  search: [ask(text, pattern), on_text('search')],
  substring: [ask(text, index, index), on_text('substring')],
  startsWith: [searching, on_text('startsWith')],
  endsWith: [searching, on_text('endsWith')],
  repeat: [ask(text, wide), on_text('repeat')],
};

const symbol = {
  null: [ask(), () => null],
  undefined: [ask(), () => undefined],
  whitespace: [ask(), () => ' '],
  object: [ask(), () => ({})],
  array: [ask(), () => []],
  posInfinity: [ask(), () => Infinity],
  negInfinity: [ask(), () => -Infinity],
  NaN: [ask(), () => NaN],
  date: [ask(), () => new Date(NOW)],
};

const unary = {
  not: [ask(any), (a) => !a],
  positive: [ask(numeric), (a) => +a],
  negative: [ask(numeric), (a) => -a],
  bitwise_not: [ask(bits), (a) => ~a],
};

export const ECMASCRIPT = {array, bitwise, conditional, cron, date: date_domain, json, logical, math, number: number_domain, object: object_domain, string, symbol, unary};
