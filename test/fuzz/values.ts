import fc from 'fast-check'

const TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u202e',
  '👩‍👩‍👧‍👦',
  'İıſK',
  'é'.normalize('NFD'),
  '\u2028\u2029',
  '\\u0000',
  "'; drop table event; --",
  '${jndi:ldap://x}',
  '{{ profile.traits }}',
  '%00%ff',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e999',
  '2026-13-45T99:00:00Z',
  '0001-01-01',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2026-02-30T24:00:60+99:99',
  '2026-11-30T09:00:00.123456789Z',
  'ada@example.com',
  ' ADA@Example.COM ',
  '+15550100000',
  'user_id:u1',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(499),
  'x'.repeat(501),
  '\u{1f600}'.repeat(250),
  'a.b.c',
  'a\\.b',
  '$[0]',
] as const

const NUMBERS = [0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21] as const

/** Texts that something somewhere takes for something else. */
export const oddTexts: readonly string[] = TEXTS

/** Values as a sender with a fault would have them. */
export const oddValues: readonly unknown[] = [...TEXTS, ...NUMBERS, true, false, null, [], {}, [[]], [null], { a: {} }]

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddValues) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
)
