import fc from 'fast-check'
import type { Call, Happened, Person, World } from '../../../src/audience/evaluator/person.ts'
import type { Json, JsonObject } from '../../../src/base/json.ts'

/* Random people whose data is as bad as what real senders send. */

/** Instants at which conditions are asked: an ordinary one, the hour a zone skips, the end of a leap day. */
export const NOWS = ['2026-06-01T00:00:00.000Z', '2026-03-29T01:30:00.123Z', '2028-02-29T23:59:59.999Z'].map(
  (text) => new Date(text),
)

const HOUR = 3_600_000
/** Durations of conditions, and the ages of events that stand exactly at their edges. */
export const SPANS = {
  '0 hours': 0,
  '1 hour': HOUR,
  '30 minutes': HOUR / 2,
  '1 day': 24 * HOUR,
  '3 days': 72 * HOUR,
  '1 week': 168 * HOUR,
} as const

const age = fc
  .tuple(fc.constantFrom(...Object.values(SPANS)), fc.constantFrom(-1, 1), fc.constantFrom(-1, 0, 0, 0, 1, 7_654_321))
  .map(([span, sign, more]) => span * sign + more)

const iso = (at: number): string => new Date(at).toISOString()
const zoned = (at: number, zone: string, shift: number): string => iso(at + shift * 60_000).replace('Z', zone)

/** An instant as somebody might write it; some of these are none. */
const written = (at: number): readonly string[] => [
  iso(at),
  iso(at).replace(/\.\d+Z/, 'Z'),
  iso(at).replace(/:\d\d\.\d+Z/, 'Z'),
  iso(at).replace('Z', ''),
  iso(at).slice(0, 10),
  iso(at).replace('T', ' '),
  iso(at).replace('T', ' ').replace('Z', '+00'),
  iso(at).replace('Z', '001Z'),
  iso(at).replace('Z', '999123Z'),
  iso(at).toLowerCase(),
  `${iso(at)} `,
  iso(at).replaceAll(/[-:]/g, ''),
  zoned(at, '+05:45', 345),
  zoned(at, '-0800', -480),
  zoned(at, '+14', 840),
  zoned(at, '-00:00', 0),
  String(at),
  new Date(at).toUTCString(),
]

export const dateNear = (now: Date): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: age.chain((each) => fc.constantFrom(...written(now.getTime() + each))) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[
          '2026-02-30T00:00:00Z',
          '2027-02-29T00:00:00Z',
          '2028-02-29T00:00:00Z',
          '2026-06-31T00:00:00Z',
          '2026-06-01T24:00:00Z',
        ],
        ...[
          '2026-06-01T00:00:60Z',
          '0000-01-01T00:00:00Z',
          '0001-01-01T00:00:00Z',
          '9999-12-31T23:59:59.999999Z',
          '2026-13-01T00:00:00Z',
        ],
        ...[
          'now',
          'today',
          'infinity',
          '-infinity',
          'epoch',
          'tomorrow',
          '2026-W23-1T00:00:00Z',
          '2026-06-01T00:00:00 Europe/Paris',
        ],
        ...[
          '2026-06-01T00:00:00Z\n',
          '20260601',
          '2026-06-01T00:00:75Z',
          '2026-06-01T00:00:00+99:00',
          '2026-06-01T24:00:30Z',
          '2026-06-01T00:00:00+16',
          '2026-06-01T00:75:00Z',
          'June 1 2026',
          '2026-6-1T00:00:00Z',
          '+2026-06-01T00:00:00Z',
          '2026-06-01T00:00:00,5Z',
        ],
      ),
    },
  )

const NUMBERS = [
  ...[0, -0, 1, 2, 5, 5.5, 7, 10, 99, 100, 1000, -5, 0.1, 0.2, 0.3, 0.5, 1.5, 2.5],
  ...[1e21, -1e21, 1e-7, 1e300, 5e-324, 9007199254740992, 123456789.12345679, 0.1 + 0.2],
]
const NUMERALS = [
  ...[
    '5',
    ' 5',
    '5 ',
    '007',
    '1e3',
    '1000',
    '0',
    '-0',
    '0.0',
    '5.0',
    '5.50',
    '100',
    '100.00',
    '+5',
    '.5',
    '5.',
    '-',
    '0x5',
    '1_000',
  ],
  ...[
    '12345678901234567890.123456789012345678901234567890',
    '0.1',
    '0.3',
    '0.30',
    '-5',
    '-5.0',
    '１２',
    '٣',
    '5\n',
    '1,000',
    '--5',
    'NaN',
  ],
  ...['9007199254740993', '0.30000000000000004', '1000000000000000000000', '1e21', 'Infinity', '-Infinity'],
]
const TEXTS = [
  ...[
    '',
    'a',
    'A',
    'ab',
    'abc',
    'b',
    'Gold',
    'gold',
    'true',
    'false',
    'True',
    'TRUE',
    't',
    'null',
    '%',
    '_',
    'a%b',
    '\\',
    "'",
    "''",
    '"',
  ],
  ...[
    '$',
    '$1',
    '\n',
    '\u2028',
    '\u0001',
    'é',
    'e\u0301',
    'ß',
    'ss',
    'İ',
    'i',
    '😀',
    '👩‍👩‍👧',
    '👩',
    '\ufffd',
    '\uffff',
    '\ufe0f',
    '𐀀',
    'z',
    'Z',
    'ä',
    'ΟΔΟΣ',
    'οδοσα',
    '中',
  ],
  ...['[5]', '[]', '{}', '{"a":5}', '"5"', 'a.b', ' ', '\u00a0', 'a-b', 'a b', "it's"],
]

export const number = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 5, 5.5, -5, 100) }, fc.constantFrom(...NUMBERS))
export const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('5', 'a', 'ab', 'true', '100', '') },
  { weight: 4, arbitrary: fc.constantFrom(...NUMERALS) },
  { weight: 5, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((each) => each.replaceAll('\0', '')) },
)

const scalar = (now: Date): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 5, arbitrary: number },
    { weight: 5, arbitrary: text },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 3, arbitrary: dateNear(now) },
  )

/** Keys that are in people's data, each with a path that means it. */
export const KEYS = {
  x: 'x',
  y: 'y',
  X: 'X',
  when: 'when',
  items: 'items',
  tags: 'tags',
  address: 'address',
  'a.b': 'a\\.b',
  a: 'a',
  $: '$',
  price$: 'price$',
  "it's": "it's",
  'q"q': 'q"q',
  'back\\slash': 'back\\slash',
  'sp ace': 'sp ace',
  constructor: 'constructor',
  é: 'é',
  '0': '0',
  '{x}': '{x}',
  '%': '%',
  page_name: 'page_name',
  name: 'name',
} as const

const inner = (now: Date): fc.Arbitrary<Json> => {
  const one = scalar(now)
  return fc.oneof(
    { weight: 6, arbitrary: one },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('x', 'sku', 'city', 'b', '', '$', 'tags', '0'), one, { maxKeys: 3 }) },
  )
}

const anything = (now: Date): fc.Arbitrary<Json> => {
  const deep = inner(now)
  return fc.oneof(
    { weight: 6, arbitrary: scalar(now) },
    { weight: 2, arbitrary: fc.array(deep, { maxLength: 4 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('x', 'sku', 'city', 'b', '', '$', 'tags'), deep, { maxKeys: 3 }) },
  )
}

// Most values are what their key suggests, so that conditions meet them; the rest is anything.
const bag = (now: Date, most: number): fc.Arbitrary<JsonObject> => {
  const odd = anything(now)
  const usual = fc.record(
    { x: scalar(now), y: fc.oneof(number, text), when: dateNear(now), tags: fc.array(fc.oneof(text, number), { maxLength: 3 }) },
    { requiredKeys: [] },
  )
  const lists = fc.record(
    { items: fc.array(fc.dictionary(fc.constantFrom('sku', 'tags', 'x'), inner(now), { maxKeys: 3 }), { maxLength: 3 }) },
    { requiredKeys: [] },
  )
  const rest = fc.dictionary(fc.constantFrom(...Object.keys(KEYS), ...WORLD.audiences, ...WORLD.computedTraits), odd, {
    maxKeys: most,
  })
  return fc.tuple(usual, lists, rest).map(([a, b, c]) => ({ ...a, ...b, ...c }))
}

export const WORLD = {
  audiences: ['vip', 'plain'],
  computedTraits: ['spent', 'visits'],
  externalIds: ['user_id', 'email', 'android.idfa', 'ios.idfa'],
} as const satisfies World

export const NAMES = ['A', 'B', 'identify', 'group', "it's", 'Page Viewed', 'Screen Viewed'] as const

const ages = (now: Date): fc.Arbitrary<Date> =>
  fc.oneof(
    { weight: 9, arbitrary: age.map((each) => new Date(now.getTime() - each)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          '1970-01-01T00:00:00Z',
          '1999-12-31T23:59:59Z',
          '2016-02-29T00:00:00Z',
          '2039-01-01T00:00:00Z',
          '2150-01-01T00:00:00Z',
        )
        .map((each) => new Date(each)),
    },
  )

// What a call that is no track event is stored under.
const STORED: { readonly [call in Call]?: string } = {
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  identify: 'identify',
  group: 'group',
  alias: 'alias',
}

const happened = (now: Date): fc.Arbitrary<Omit<Happened, 'messageId'>> =>
  fc
    .record({
      type: fc.oneof(
        { weight: 8, arbitrary: fc.constant<Call>('track') },
        { weight: 2, arbitrary: fc.constantFrom<Call>('page', 'screen', 'identify', 'group', 'alias') },
      ),
      name: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('A', 'B') }, fc.constantFrom(...NAMES, 'a', 'A ')),
      timestamp: ages(now),
      properties: bag(now, 2),
      context: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, bag(now, 1)),
      sourceId: fc.constantFrom('src', 'src', 'other'),
    })
    .map((event) => ({ ...event, name: STORED[event.type] ?? event.name }))

const identifiers = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Person['identifiers']>({ user_id: ['u'] }) },
  fc.constantFrom<Person['identifiers']>(
    ...[{}, { anonymous_id: ['x'] }, { 'ios.idfa': ['1'] }, { ios: ['1'] }, { User_id: ['1'] }],
    { anonymous_id: ['x'], email: ['a@b.c'] },
  ),
)

// Their order is by code point, and not that of any language.
const MESSAGES = ['b', 'B', 'ä', 'a', '10', '9']

/** People without ids; events are in no order. */
export const person = (now: Date): fc.Arbitrary<Omit<Person, 'id'>> =>
  fc.record({
    collection: fc.oneof({ weight: 15, arbitrary: fc.constant('users' as const) }, fc.constant('accounts' as const)),
    merged: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, fc.constant(true)),
    identifiers,
    traits: bag(now, 4),
    events: fc.array(happened(now), { maxLength: 6 }).map((events) =>
      events.map((each, index): Happened => {
        // Every third happens at the same instant as the first, so that the messageId decides.
        const { timestamp } = (index % 3 === 1 ? events[0] : undefined) ?? each
        return { ...each, timestamp, messageId: MESSAGES[index] ?? `m${index}` }
      }),
    ),
    memberships: fc.record(
      { vip: fc.constantFrom('member', 'exited'), plain: fc.constantFrom('member', 'exited') },
      { requiredKeys: [] },
    ),
    computed: fc.record(
      { spent: fc.oneof(number, text, fc.array(number, { maxLength: 2 })), visits: fc.nat(3) },
      { requiredKeys: [] },
    ),
  })
