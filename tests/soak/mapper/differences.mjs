// Where quipu gives something else than Node.js on purpose, and why. A difference that fits none of
// these is a finding.

const is_number = (of) => typeof of === 'number';

/// ECMA-262 leaves the last bits of these to the implementation (21.3.2: implementation-approximated).
const NEARLY = 1e-14;
const is_near = (ours, theirs) => is_number(ours) && is_number(theirs) && Math.abs(ours - theirs) <= NEARLY * Math.abs(theirs);

export const DIFFERENCES = [
  {
    why: 'the last bits of a transcendental function are left to the implementation (21.3.2)',
    of: /^(math\.(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow)|number\.pow)$/,
    fits: (_, ours, theirs) => is_near(ours, theirs),
  },
  {
    why: 'a space of less than 1 is no gap (25.5.2, step 6); V8 begins new lines for it',
    of: /^json\.stringify$/,
    fits: ([, , space], ours, theirs) => is_number(space) && space > 0 && space < 1 && JSON.stringify(JSON.parse(theirs)) === ours,
  },
  {
    why: 'a gap is ten characters, whichever (25.5.2, step 7); V8 ends it at U+0000',
    of: /^json\.stringify$/,
    fits: ([, , space]) => typeof space === 'string' && space.includes('\0'),
  },
  {
    why: 'a pattern sees characters, not the halves of a pair, as with the `u` flag',
    of: /^string\.search$/,
    fits: ([text, sought]) => /[\ud800-\udfff]/.test(text + sought),
  },
  {
    why: 'data has no prototype: `__proto__` is a key like others',
    of: /^json\.stringify$/,
    fits: ([, keys]) => Array.isArray(keys) && keys.includes('__proto__'),
  },
  {
    why: 'patterns run in linear time, without look-around, back references and the escapes of Annex B',
    of: /^string\.search$/,
    fits: (_, ours) => /look(ahead|behind)|backreference|no escape of ECMA-262|hexadecimal digits|needs a letter/.test(ours?.$error ?? ''),
  },
  {
    why: 'what is larger than the limit of one mapping is not made',
    of: /./,
    fits: (_, ours) => /the limit of one mapping/.test(ours?.$error ?? ''),
  },
];
