import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { type Somebody, settle, whoIs } from './support/people.ts'
import { addProfile, makeAudience, makePartitions } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const SPACE = 'spa_values'
const people: Readonly<Record<string, Somebody>> = {
  nobody: {},
  ann: {
    traits: { plan: 'Gold', spend: 100, wish: '40', since: '2026-05-01T00:00:00Z', vip: true, tags: ['red', 'blue'] },
    did: [
      ['Order', -10, { price: 120, brand: 'acme', plan: 'gold', paid: '2026-05-02T00:00:00+02:00' }],
      [
        'Order',
        -20,
        {
          price: 30,
          brand: 'other',
          coupon: 'x',
          items: [
            { sku: 'a', n: 1 },
            { sku: 'b', n: 5 },
          ],
        },
      ],
    ],
  },
  bob: {
    traits: { plan: 'gold', spend: '30', wish: 31, since: '2026-05-01T02:00:00+02:00', vip: 'true', tags: ['redder'] },
    did: [
      [
        'Order',
        -10,
        {
          price: 30,
          brand: 'acme',
          plan: 'GOLD',
          items: [
            { sku: 'b', n: 1 },
            { sku: 'c', n: 9 },
          ],
        },
        { source: 'shop' },
      ],
      ['Order', -50 * 24, { price: '70.5', brand: 'third' }],
    ],
  },
  cyd: {
    traits: { plan: 'Straße', spend: null, wish: 'much', vip: false, tags: 'red' },
    did: [
      [
        'Page Viewed',
        -5,
        { name: 'Home', page_name: 'Home' },
        { type: 'page', context: { page: { url: 'https://a.example/x' } } },
      ],
      ['Screen Viewed', -4, { name: 'Start', screen_name: 'Start' }, { type: 'screen', context: { traits: { x: 1 } } }],
      ['identify', -3, {}, { type: 'identify' }],
      ['Order', -2, { items: [] }, { source: 'shop' }],
    ],
  },
}
await settle(db, SPACE, people)
// The same people in another space, who must not be found (G9).
await settle(db, 'spa_values_decoy', { ...people, dora: { did: [['Order', -1, { price: 999 }]] } })

const order = (where: string): string => `event('Order').where(${where}).count() >= 1`

it.each<[string, string, readonly string[]]>([
  // References.
  ['CND-17 price >= trait spend', order("property('price') >= trait('spend')"), ['ann', 'bob']],
  ['CND-17 price = trait spend, as a number in text', order("property('price') = trait('spend')"), ['bob']],
  ['CND-17 price < trait spend', order("property('price') < trait('spend')"), ['ann']],
  ['CND-17 price != trait spend', order("property('price') != trait('spend')"), ['ann', 'bob']],
  ['CND-17 missing trait: false', order("property('price') > trait('nothing')"), []],
  ['CND-17 null trait: false', order("NOT property('items').absent() AND property('items') != trait('spend')"), ['ann', 'bob']],
  ['CND-17 missing trait: omits', order("property('brand').omits(trait('nothing'))"), ['ann', 'bob', 'cyd']],
  ['CND-17 missing property: false', order("property('nothing') < trait('spend')"), []],
  ['CND-17 instants, however written', "trait('since') <= trait('since')", ['ann', 'bob']],
  ['CND-17 a later instant', order("property('paid') > trait('since')"), ['ann']],
  ['CND-17 trait against trait', "trait('spend') > trait('wish')", ['ann']],
  ['CND-17 no order between a text and a number', "trait('wish') >= trait('vip')", []],
  ['CND-17 words are booleans', "trait('vip') = trait('vip')", ['ann', 'bob', 'cyd']],
  ['CND-17 contains a trait', order("property('plan').contains(trait('plan'))"), []],
  ['CND-17 contains a trait in any case', order("property('plan').contains(trait('plan'), ignore_case)"), ['ann', 'bob']],
  ['CND-17 starts with a property', order("property('brand').starts_with(property('brand'))"), ['ann', 'bob']],
  ['CND-17 ends with a property', order("property('price').ends_with(property('price'))"), ['ann', 'bob']],
  ['CND-17 a property of the same event', order("property('brand') = property('plan')"), []],
  ['CND-17 a count against a trait', "event('Order').count() < trait('spend')", ['ann', 'bob']],
  ['CND-17 a sum against a trait', "event('Order').sum('price') > trait('spend')", ['ann', 'bob']],
  [
    'CND-17 a sum against a missing trait',
    "event('Order').sum('price').omits(trait('nothing'))",
    ['ann', 'bob', 'cyd', 'nobody'],
  ],
  ['CND-17 a last value against a trait', "event('Order').last('plan').equals(trait('plan'), ignore_case)", ['ann', 'bob']],
  ['CND-17 a trait inside where', order("property('price') > 50 AND trait('vip') = true"), ['ann', 'bob']],
  ['CND-17 an absent trait inside where', order("trait('spend').absent()"), ['cyd']],
  // Aggregates without a computed trait.
  ['CND-18 sum over 30 days', "event('Order').within(30 days).sum('price') > 100", ['ann']],
  ['CND-18 sum over all', "event('Order').sum('price') = 100.5", ['bob']],
  ['CND-18 highest', "event('Order').max('price') > 100", ['ann']],
  ['CND-18 CTR-06 highest as text', "event('Order').max('price' as string) = '70.5'", ['bob']],
  ['CND-18 CTR-06 lowest as text: 120 goes before 30', "event('Order').min('price' as string) = 120", ['ann']],
  ['CTR-06 most frequent of the entries', "event('Order').mode('items.$.sku', 1) = 'b'", ['bob']],
  ['CTR-06 most frequent list as a whole', "event('Order').mode('items.$.sku' as array, 1).contains('\"c\"')", ['bob']],
  ['CND-19 different brands', "event('Order').unique('brand').count() >= 2", ['ann', 'bob']],
  ['CND-19 different brands, at most', "event('Order').unique('brand').count() <= 0", ['cyd', 'nobody']],
  ['CND-19 different brands lately', "event('Order').within(30 days).unique('brand').count() = 2", ['ann']],
  // Lists.
  ['CND-20 $ may be two entries', order("property('items.$.sku') = 'a' AND property('items.$.n') = 5"), ['ann']],
  ['CND-20 any_element is one', order("any_element('items', property('sku') = 'a' AND property('n') = 5)"), []],
  ['CND-20 any_element finds it', order("any_element('items', property('sku') = 'b' AND property('n') = 5)"), ['ann']],
  ['CND-20 no such entry', order("NOT any_element('items', property('sku') = 'b') AND property('items').exists()"), ['cyd']],
  [
    'CND-20 any_element of a trait, itself',
    "any_element('tags', property('').starts_with('red') AND property('') != 'red')",
    ['bob'],
  ],
  ['CND-20 what is no list has no entries', "any_element('tags', property('').exists())", ['ann', 'bob']],
  ['CND-20 an entry against a trait', order("any_element('items', property('n') > trait('nothing'))"), []],
  ['CND-20 an entry against itself', order("any_element('items', property('sku') = property('sku'))"), ['ann', 'bob']],
  ['CND-21 a list of objects as text', order('property(\'items\').contains(\'"sku":"c"\')'), ['bob']],
  ['CND-21 a list of objects omits', order("property('items').exists() AND property('items').omits('\"a\"')"), ['bob', 'cyd']],
  // What else is in an event.
  ['CND-22 page_name', "event('Page Viewed').where(property('page_name') = 'Home').count() >= 1", ['cyd']],
  ['CND-22 name of a page', "event('Page Viewed').where(property('name') = 'Home').count() >= 1", ['cyd']],
  ['CND-22 screen_name', "event('Screen Viewed').where(property('screen_name') = 'Start').count() >= 1", ['cyd']],
  ['CND-22 context', "event('Page Viewed').where(context('page.url').starts_with('https://a')).count() >= 1", ['cyd']],
  ['CND-22 an identify call is no event', "event('identify').count() >= 1", []],
  ['CND-23 a source left out', "event('Order').sources(exclude: 'shop').count() >= 1", ['ann', 'bob']],
  ['CND-23 a source left out, none', "event('Order').sources(exclude: 'shop').count() = 0", ['cyd', 'nobody']],
  ['CND-23 both sources left out', "event('Order').sources(exclude: 'shop', 'src').count() >= 1", []],
  ['CND-23 in a sum', "event('Order').sources(exclude: 'shop').sum('price') = 70.5", ['bob']],
  // Case.
  ['CND-26 Gold is not gold', "trait('plan') = 'gold'", ['bob']],
  ['CND-26 in any case', "trait('plan').equals('GOLD', ignore_case)", ['ann', 'bob']],
  ['CND-26 differs in any case', "trait('plan').differs('gold', ignore_case)", ['cyd']],
  ['CND-26 one of, in any case', "trait('plan').one_of('STRASSE', 'gOLD', ignore_case)", ['ann', 'bob']],
  ['CND-26 none of, in any case', "trait('plan').none_of('gOLD', ignore_case)", ['cyd']],
  ['CND-26 contains, in any case', "trait('plan').contains('STRA', ignore_case)", ['cyd']],
  ['CND-26 omits, in any case', "trait('plan').omits('OL', ignore_case)", ['cyd', 'nobody']],
  [
    'CND-26 starts and ends, in any case',
    "trait('plan').starts_with('gO', ignore_case) AND trait('plan').ends_with('lD', ignore_case)",
    ['ann', 'bob'],
  ],
  ['CND-26 a boolean in any case', "trait('vip').equals('TRUE', ignore_case)", ['ann', 'bob']],
  ['CND-26 against a trait in any case', order("property('plan').equals(trait('plan'), ignore_case)"), ['ann', 'bob']],
  // Together.
  [
    'CND-09 and, or, per event',
    order("property('price') > 100 AND property('brand') = 'acme' OR property('coupon').exists()"),
    ['ann'],
  ],
  ['CND-09 and is one event', order("property('price') > 100 AND property('coupon').exists()"), []],
  [
    'CND-13 a cheap order does not break it',
    "NOT event('Order').where(property('price') > 100).count() >= 1",
    ['bob', 'cyd', 'nobody'],
  ],
  ['CND-30 A OR B AND C', "trait('plan') = 'Straße' OR trait('vip') = true AND trait('spend') = 100", ['ann', 'cyd']],
  ['CND-30 (A OR B) AND C', "(trait('plan') = 'Straße' OR trait('vip') = true) AND trait('spend') = 100", ['ann']],
  ['CND-30 NOT A AND B', "NOT trait('vip') = true AND event('Order').count() >= 1", ['cyd']],
])('%s', async (_check, text, expected) => {
  expect(await whoIs(db, SPACE, people, text)).toEqual(expected)
})

it('CND-24 part of and not part of, as an audience and as a trait, in a condition and beside an event', async () => {
  const spaceId = 'spa_members'
  await settle(db, spaceId, people)
  await makeAudience(db, spaceId, 'golden', { type: 'trait', path: 'plan', compare: { operator: 'exists' } })
  const [ann, bob] = [
    await addProfile(db, spaceId, 'ann', people['ann']?.traits),
    await addProfile(db, spaceId, 'bob', people['bob']?.traits),
  ]
  await run(
    db,
    query(
      'test.member*',
      sql`insert into membership (space_id, audience_id, profile_id, entered_at) values (${spaceId}, 'aud_golden', ${ann}, now())`,
    ),
  )
  await run(
    db,
    query(
      'test.member*',
      sql`insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at)
        values (${spaceId}, ${bob}, gen_random_uuid(), 'aud_golden', 'exited', now())`,
    ),
  )
  const who = (text: string) => whoIs(db, spaceId, people, text)
  expect(await who("trait('golden') = true")).toEqual(['ann'])
  expect(await who("NOT trait('golden') = true")).toEqual(['bob', 'cyd', 'nobody'])
  expect(await who("trait('golden') = false")).toEqual(['bob'])
  expect(await who("trait('golden').absent()")).toEqual(['cyd', 'nobody'])
  expect(await who("event('Order').where(trait('golden') = true).count() >= 1")).toEqual(['ann'])
  expect(await who("event('Order').where(trait('golden') = trait('vip')).count() >= 1")).toEqual(['ann'])
  expect(await who("event('Order').where(NOT trait('golden') = true).count() >= 2")).toEqual(['bob'])
})

it('CND-29 what is written is a parameter wherever it stands', async () => {
  const nasty = `x'); drop table profile; -- " \\ $1`
  const quoted = `'${nasty.replaceAll(/[\\']/g, '\\$&')}'`
  const spaceId = 'spa_nasty'
  const somebody: Readonly<Record<string, Somebody>> = {
    eve: {
      traits: { t: nasty },
      did: [
        [nasty, -2, { [nasty]: nasty, list: [{ [nasty]: 1 }] }],
        [nasty, -1, { [nasty]: nasty }],
      ],
    },
    nobody: {},
  }
  await settle(db, spaceId, somebody)
  const where = [
    `property(${quoted}) = ${quoted}`,
    `property(${quoted}).contains(${quoted}, ignore_case)`,
    `property(${quoted}) = trait('t')`,
    `any_element('list', property(${quoted}) = 1)`,
    `event(${quoted}).where(property(${quoted}) = property(parent: ${quoted})).count() = 1`,
  ].join(' AND ')
  const text = `event(${quoted}).where(${where}).sources(exclude: ${quoted}).count() = 1`
  expect(await whoIs(db, spaceId, somebody, text)).toEqual(['eve'])
})
