// `./dev soak mapper`: random calls of every function of the mapper, ours beside Node's.
//
//   node mapper.mjs PROGRAM [--seed N] [--calls N] [FUNCTION...]
//
// PROGRAM is quipu_soak_mapper (mapper.cpp), FUNCTION a name (`string.slice`) or a domain. A function's
// calls depend on the seed and its name alone: a finding is found again by naming it.

import {spawnSync} from 'node:child_process';
import {DIFFERENCES} from './mapper/differences.mjs';
import {Draw} from './mapper/drawn.mjs';
import {ECMASCRIPT} from './mapper/ecmascript.mjs';

const TOLD = 3; // findings of a function that are printed
const WORSE_INPUT = 1e6; // arrays longer than this are not written down

function options(words) {
  const found = {seed: '1', calls: 10000, wanted: []};
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--seed') found.seed = words[++i];
    else if (words[i] === '--calls') found.calls = Number(words[++i]);
    else found.wanted.push(words[i]);
  }
  return found;
}

// As Node 18 has no isWellFormed.
const is_well_formed = (text) => !/\p{Surrogate}/u.test(text);
const well_formed = (text) => text.replace(/\p{Surrogate}/gu, '\ufffd');
const units = (text) => Array.from({length: text.length}, (_, i) => text.charCodeAt(i));

/// As mapper/context.hpp writes values; `exact`: keys too, which it writes well-formed.
function encoded(of, exact = false) {
  if (of === undefined) return {$undefined: true};
  if (of === null || typeof of === 'boolean') return of;
  if (typeof of === 'number') return Object.is(of, -0) ? {$num: '-0'} : Number.isFinite(of) ? of : {$num: String(of)};
  if (typeof of === 'string') return is_well_formed(of) ? of : {$utf16: units(of)};
  if (of instanceof Date) return {$date: isNaN(of) ? null : of.getTime()};
  if (Array.isArray(of)) {
    if (of.length > WORSE_INPUT) throw new RangeError('too long to be compared');
    return Array.from(of, (item) => encoded(item, exact));
  }
  const keys = Object.keys(of);
  if (exact && !keys.every(is_well_formed)) return {$members: keys.map((key) => [units(key), encoded(of[key], exact)])};
  const made = Object.create(null);
  for (const key of keys) made[well_formed(key)] = encoded(of[key], exact);
  return made;
}

function theirs(run, operands) {
  try {
    return encoded(run(...operands.map((each) => structuredClone(each)))); // no two are the same thing
  } catch (error) {
    return {$error: error.message};
  }
}

/// An error is an error, whatever it says; order of keys matters.
const same = (ours, node) => ('$error' in Object(ours) && '$error' in Object(node)) || JSON.stringify(ours) === JSON.stringify(node);

function compare(program, name, {seed, calls}, excused) {
  const [domain, short] = name.split('.');
  const known = ECMASCRIPT[domain]?.[short];
  if (!known) return [`${name}: nothing says what Node gives for it (tests/soak/mapper/ecmascript.mjs)`];
  const [draw, run] = known;
  const from = new Draw(`${seed} ${name}`);
  const drawn = Array.from({length: calls}, () => draw(from));
  // Some calls leave out operands at the end.
  for (const operands of drawn) if (operands.length > 1 && from.chance(0.15)) operands.length = from.between(1, operands.length);
  const asked = drawn.map((operands) => JSON.stringify([name, operands.map((each) => encoded(each, true))]));
  const said = spawnSync(program, [], {input: asked.join('\n') + '\n', encoding: 'utf8', maxBuffer: 2 ** 31});
  const lines = said.stdout.split('\n');
  if (said.status !== 0 || lines.length !== calls + 1)
    return [`${name}: ${program} ended with ${said.status ?? said.signal} at ${asked[lines.length - 1]}\n${said.stderr}`];
  const findings = [];
  drawn.forEach((operands, i) => {
    const ours = JSON.parse(lines[i]);
    const node = theirs(run, operands);
    if (same(ours, node)) return;
    const excuse = DIFFERENCES.find((each) => each.of.test(name) && each.fits(operands, ours, node));
    if (excuse) excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
    else findings.push(`${name}(${asked[i].slice(name.length + 5, -2)})\n    ours: ${lines[i]}\n    node: ${JSON.stringify(node)}`);
  });
  return findings;
}

function main([program, ...words]) {
  const asked = options(words);
  const is_wanted = (name) => asked.wanted.length === 0 || asked.wanted.some((each) => name === each || name.startsWith(each + '.'));
  const names = spawnSync(program, ['--list'], {encoding: 'utf8'}).stdout.trim().split('\n').filter(is_wanted);
  if (names.length === 0) {
    console.error(`soak mapper: there is no ${asked.wanted.join(', ')}`);
    return 2;
  }
  const excused = new Map();
  let found = 0;
  for (const name of names) {
    const findings = compare(program, name, asked, excused);
    found += findings.length;
    for (const each of findings.slice(0, TOLD)) console.log(each);
    if (findings.length > TOLD) console.log(`    and ${findings.length - TOLD} more of ${name}`);
  }
  for (const [{why}, count] of excused) console.log(`${count} on purpose: ${why}`);
  console.log(`soak mapper: ${names.length} functions, ${asked.calls} calls each, seed ${asked.seed}: ${found} findings`);
  return found === 0 ? 0 : 1;
}

process.env.TZ = 'UTC';
process.exitCode = main(process.argv.slice(2));
