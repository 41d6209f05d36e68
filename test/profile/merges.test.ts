import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

/* Nobody is guessed to be somebody: two profiles become one only because one call carries a value that each of them has, to the letter. */
const { db } = await freshDatabase()
const START = Date.parse('2026-03-01T00:00:00Z')
let spaces = 0

// Values that look alike and are not: by case, space, accent, or a digit more. Of e-mail addresses case and spaces around do not count.
const near = (value: string) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: fc.constantFrom(value.toUpperCase(), `${value} `, `${value}0`, `${value}\u0301`, `0${value}`) },
  )
const value = (prefix: string) => fc.integer({ min: 0, max: 3 }).chain((n) => near(`${prefix}${n}`))
const email = fc.constantFrom('a@x.example', 'A@X.example ', 'a+1@x.example', 'b@x.example', 'a@x.example.org')
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 })
const external = fc.record({
  type: fc.constantFrom('crm', 'shop'),
  id: value('e'),
  collection: fc.constant('users'),
  encoding: fc.constant('none'),
})

const call = fc
  .record({
    userId: maybe(value('u')),
    anonymousId: maybe(value('a')),
    email: maybe(email),
    externalIds: fc.array(external, { maxLength: 2 }),
    name: fc.constantFrom('Ada', 'ada', 'Bob'),
    ip: fc.constantFrom('1.2.3.4', '1.2.3.5'),
  })
  .filter(({ userId, anonymousId }) => userId !== undefined || anonymousId !== undefined)
  .map(({ userId, anonymousId, email: address, externalIds, name, ip }) => ({
    type: 'identify',
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    // The same name, the same machine: likely, and no reason.
    traits: { name, phone_model: 'x', ...(address === undefined ? {} : { email: address }) },
    context: { ip, userAgent: 'the same browser', externalIds },
  }))
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

/** The values that a call carries, each in the one spelling that counts. */
const valuesOf = ({
  userId,
  anonymousId,
  traits,
  context,
}: Call & { userId?: string; anonymousId?: string }): readonly string[] => [
  ...(userId === undefined ? [] : [`user_id ${userId}`]),
  ...(anonymousId === undefined ? [] : [`anonymous_id ${anonymousId}`]),
  ...('email' in traits ? [`email ${String(traits.email).trim().toLowerCase()}`] : []),
  ...context.externalIds.map(({ type, id }) => `${type} ${id}`),
]

/** Groups of values of which each is bound to another by a call that carries both. */
const groupsOf = (calls: readonly Call[]): ReadonlyMap<string, string> => {
  const parent = new Map<string, string>()
  const rootOf = (of: string): string => {
    const up = parent.get(of) ?? of
    return up === of ? of : rootOf(up)
  }
  for (const each of calls) {
    const [first, ...others] = valuesOf(each)
    if (first === undefined) continue
    parent.set(first, rootOf(first))
    for (const other of others) parent.set(rootOf(other), rootOf(first))
  }
  return new Map([...parent.keys(), ...calls.flatMap(valuesOf)].map((of) => [of, rootOf(of)]))
}

const ingest = async (spaceId: string, calls: readonly Call[], limits: readonly (readonly [string, number])[]): Promise<void> => {
  for (const [type, limit] of limits)
    await selectRows(db, sql`insert into identifier_rule (space_id, type, value_limit) values (${spaceId}, ${type}, ${limit})`)
  for (const [n, each] of calls.entries())
    await ingestCalls(db, { spaceId, sourceId: 'src' }, [{ ...each, messageId: `${spaceId} ${n}` }], {
      receivedAt: new Date(START + n * 1_000),
      random: (bytes) => randomBytes(bytes),
    })
}

const limits = fc.constantFrom<readonly (readonly [string, number])[]>(
  [],
  [['user_id', 5]],
  [['email', 1]],
  [
    ['user_id', 2],
    ['anonymous_id', 2],
  ],
)

it('IDR-21 no two profiles are one without an exact value that calls of both carry, whatever else is alike', {
  timeout: 120_000,
}, async () => {
  let merges = 0
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 14 }), limits, async (calls, rules) => {
      const spaceId = `spa_${spaces++}`
      await ingest(spaceId, calls, rules)
      const groups = groupsOf(calls)
      const rows = await selectRows(
        db,
        sql`select type, value, profile_id from profile_identifier where space_id = ${spaceId} and collection = 'users'`,
      )
      for (const [, own] of Map.groupBy(rows, (row) => row['profile_id'])) {
        const values = own.map((row) => `${row['type']} ${row['value']}`)
        // All of them were said by somebody, and a chain of calls leads from each to each.
        expect([values.every((one) => groups.has(one)), new Set(values.map((one) => groups.get(one))).size]).toEqual([true, 1])
      }
      // The other way about: whose calls share nothing are as many profiles as there are groups, at least.
      const distinct = new Set(calls.map((each) => groups.get(valuesOf(each)[0] ?? '')))
      const profiles = await selectRows(
        db,
        sql`select count(*)::integer as n from profile where space_id = ${spaceId} and merged_into is null`,
      )
      expect(profiles[0]?.['n']).toBeGreaterThanOrEqual(distinct.size)
      merges += (await selectRows(db, sql`select 1 from profile_merge where space_id = ${spaceId}`)).length
    }),
    { numRuns: 60 },
  )
  expect(merges).toBeGreaterThan(10)
})
