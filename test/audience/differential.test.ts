import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, inject, it } from 'vitest'
import { compileValue } from '../../src/audience/compute.ts'
import { type Comparison, ComputedTraitDefinition, type Condition, type Measure } from '../../src/audience/condition.ts'
import { computedValue } from '../../src/audience/evaluator/computed.ts'
import { compareExact, type Exact, exactOfText, plus } from '../../src/audience/evaluator/exact.ts'
import { matches } from '../../src/audience/evaluator/matches.ts'
import { isEligible, type Person, type World } from '../../src/audience/evaluator/person.ts'
import { textOf, type Value } from '../../src/audience/evaluator/value.ts'
import type { Scope } from '../../src/audience/scope.ts'
import { canBeGrouped } from '../../src/audience/share-by-name.ts'
import { problemsOfTrait } from '../../src/audience/validate.ts'
import { idFrom } from '../../src/base/ids.ts'
import type { Json } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { connect } from '../../src/db/connect.ts'
import type { Db } from '../../src/db/database.ts'
import { migrate } from '../../src/db/migrate.ts'
import { query, run } from '../../src/db/query.ts'
import { administrate } from '../../src/dev/postgres.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { computedTrait, condition } from './support/asked.ts'
import { answered, candidatesOf, lay, scopeOf } from './support/lay.ts'
import { type Case, type Disagreement, minimal } from './support/minimal.ts'
import { NOWS, person, WORLD } from './support/nasty.ts'
import { canBeSaved } from './support/savable.ts'
import { disagreeTogether } from './support/together.ts'
import { makePartitions } from './support/world.ts'

/*
 * G2: the compiled query answers what an oracle that was written from the specification says, for random conditions over random people.
 * DIFFERENTIAL_RUNS asks that many conditions instead, DIFFERENTIAL_SEED repeats a run, KEEP_FAILURES=1 writes each
 * disagreement, made small, to test/cases/conditions for `cases.test.ts`.
 */
const CONDITIONS_A_WORLD = 60
const PEOPLE = 60
const ENOUGH = 8
const CONDITIONS = Number(process.env['DIFFERENTIAL_RUNS'] ?? 360)
const KEEP = process.env['KEEP_FAILURES'] === '1'

const canBeComputed = (each: ComputedTraitDefinition): boolean =>
  ComputedTraitDefinition.safeParse(each).success && problemsOfTrait(each).length === 0

const EXTERNAL_IDS = [WORLD.externalIds, [...WORLD.externalIds, 'anonymous_id'], ['email']]

type Asked = {
  readonly now: Date
  readonly world: World
  readonly people: readonly Person[]
  readonly decoys: readonly Person[]
  readonly conditions: readonly Condition[]
}

// The decoys of the other space have the same ids: only the space tells them apart.
const named = (all: readonly Omit<Person, 'id'>[]): readonly Person[] =>
  all.map((each, index) => ({ ...each, id: idFrom('differential', String(index)) }))

const everybody = (now: Date): fc.Arbitrary<readonly Person[]> =>
  fc.array(person(now), { minLength: PEOPLE, maxLength: PEOPLE, size: 'max' }).map(named)
const many = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: CONDITIONS_A_WORLD, maxLength: CONDITIONS_A_WORLD, size: 'max' })

const asked: fc.Arbitrary<Asked> = fc.constantFrom(...NOWS).chain((now) => {
  return fc.record({
    now: fc.constant(now),
    world: fc.oneof(
      { weight: 3, arbitrary: fc.constant(WORLD) },
      fc.constantFrom(...EXTERNAL_IDS).map((externalIds) => ({ ...WORLD, externalIds })),
    ),
    people: everybody(now),
    decoys: everybody(now),
    conditions: many(condition(now).filter(canBeSaved)),
  })
})

let spaces = 0
const nextSpace = (): string => `world_${++spaces}`

// A query that fails answers its error, and so disagrees.
const ask = (db: Db, each: Condition, scope: Scope): Promise<string> =>
  answered(db, each, scope).then(
    (ids) => ids.join(),
    (error: Error) => error.message,
  )

type Answered = { readonly expected: string; readonly answers: readonly string[] }

/** What is said of one person alone: by the specification, and by the query, asked of everybody and of candidates. */
const answersTo =
  (db: Db, world: World, now: Date) =>
  async (found: Disagreement): Promise<Answered> => {
    const spaceId = nextSpace()
    await lay(db, spaceId, world, [found.person])
    const scope = await scopeOf(db, spaceId, world, now)
    const candidates = candidatesOf(spaceId, [found.person.id])
    return {
      expected: matches(found.condition, found.person, world, now) ? found.person.id : '',
      answers: [await ask(db, found.condition, scope), await ask(db, found.condition, { ...scope, candidates })],
    }
  }

const disagree = ({ expected, answers }: Answered): boolean => answers.some((answer) => answer !== expected)

const keep = (found: Disagreement, world: World, now: Date): string => {
  const { events, ...rest } = found.person
  const kept: Case = {
    why: '',
    ...(world.externalIds === WORLD.externalIds ? {} : { externalIds: world.externalIds }),
    now: now.toISOString(),
    condition: found.condition,
    person: { ...rest, events: events.map((each) => ({ ...each, timestamp: each.timestamp.toISOString() })) },
    member: matches(found.condition, found.person, world, now),
  }
  const text = `${JSON.stringify(kept)}\n`
  const folder = new URL('../cases/conditions/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  if (KEEP) writeFileSync(new URL(`${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`, folder), text)
  return text
}

/** Asks every condition of a world, of everybody and of every second person; answers how many members there were, and what disagrees. */
const compare = async (db: Db, { now, world, people, decoys, conditions }: Asked) => {
  const [spaceId, other] = [nextSpace(), nextSpace()]
  await lay(db, spaceId, world, people)
  await lay(db, other, world, decoys)
  const scope = await scopeOf(db, spaceId, world, now)
  const half = people.filter((_, index) => index % 2 === 0)
  const candidates = candidatesOf(
    spaceId,
    half.map((each) => each.id),
  )
  const expected = (each: Condition, all: readonly Person[]): readonly string[] =>
    all
      .filter((one) => matches(each, one, world, now))
      .map((one) => one.id)
      .sort()
  let members = 0
  const found: string[] = []
  for (const each of await disagreeTogether(db, {
    spaceId,
    conditions: conditions.filter(canBeGrouped),
    scope,
    expected: (one) => expected(one, people),
  }))
    found.push(`asked together: ${JSON.stringify({ now, ...each })}`)
  for (const each of conditions) {
    const ofAll = await ask(db, each, scope)
    const ofHalf = await ask(db, each, { ...scope, candidates })
    members += expected(each, people).length
    if (ofAll === expected(each, people).join() && ofHalf === expected(each, half).join()) continue
    const answers = answersTo(db, world, now)
    const small = await smallest(async (other) => disagree(await answers(other)), each, people)
    found.push(
      small
        ? `${keep(small, world, now)}${JSON.stringify(await answers(small))}`
        : `only together: ${JSON.stringify({ now, condition: each, ofAll, ofHalf })}`,
    )
    if (found.length === ENOUGH) break
  }
  return { members, found }
}

const smallest = async (
  still: (other: Disagreement) => Promise<boolean>,
  asked: Condition,
  people: readonly Person[],
): Promise<Disagreement | undefined> => {
  for (const one of people)
    if (await still({ condition: asked, person: one })) return minimal({ condition: asked, person: one }, still)
  return undefined
}

type Found = { readonly text: string; readonly type: string }

const valuesOf = async (db: Db, definition: ComputedTraitDefinition, scope: Scope): Promise<ReadonlyMap<string, Found>> => {
  const values = sql<
    Found & { id: string }
  >`select v.profile_id as id, text_of(v.value) as text, jsonb_typeof(v.value) as type from (${compileValue(definition, scope)}) v`
  return new Map((await run(db, query('test.values*', values))).map((row) => [row.id, row]))
}

const LONG = 60_000 + CONDITIONS * 100
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

const hunt = async (db: Db, conditions: number, first: number): Promise<void> => {
  let total = 0
  for (let world = 0; world < Math.ceil(conditions / CONDITIONS_A_WORLD); world++) {
    const [each] = fc.sample(asked, { numRuns: 1, seed: first + world })
    const { members, found } = await compare(db, must(each, 'one world'))
    total += members
    if (found.length > 0) throw new Error(`DIFFERENTIAL_SEED=${first + world} asks this world first\n${found.join('\n')}`)
  }
  expect(total).toBeGreaterThan(conditions)
}

/** The database that a test file has, and what could make it answer otherwise elsewhere. */
const elsewhere = async (): Promise<Db> => {
  const admin = inject('postgres')
  const name = `differential_${process.pid}`
  await administrate(
    admin,
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'tr-TR' locale 'C'`,
  )
  const options = ['TimeZone=Asia/Kathmandu', 'DateStyle=German,DMY', 'IntervalStyle=sql_standard'].map((each) => `-c ${each}`)
  const { db, close } = connect(`${admin.replace(/postgres$/, name)}?options=${encodeURIComponent(options.join(' '))}`)
  atEnd(() => administrate(admin, `drop database ${name} with (force)`))
  atEnd(close)
  await migrate(db)
  const settings = sql<{ zone: string; locale: string }>`select current_setting('TimeZone') as zone, datlocale as locale
    from pg_database where datname = current_database()`
  expect(await run(db, query('test.settings*', settings))).toEqual([{ zone: 'Asia/Kathmandu', locale: 'tr-TR' }])
  return db
}

it('G2 the compiled query answers what the specification says', { timeout: LONG }, async () => {
  const { db } = await freshDatabase()
  await makePartitions(db)
  await hunt(db, CONDITIONS, seed)
})

it('G2 it does so wherever the database stands, and whatever language it sorts in', { timeout: LONG }, async () => {
  const db = await elsewhere()
  await makePartitions(db)
  await hunt(db, CONDITIONS / 2, seed + 1_000_000)
  await huntTraits(db, CONDITIONS / 2, seed + 1_000_000)
})

/** Whether the database's value is that of the specification: of the same type, and the same as JSON writes it. */
const agrees = (found: Found | undefined, value: Value | undefined, kind: Measure['kind']): boolean => {
  if (found === undefined || value === undefined) return found === value
  if (value.kind === 'number') return found.type === 'number' && agreesExactly(found.text, value.number, kind)
  return found.type === TYPES[value.kind] && found.text === textOf(value)
}
const TYPES = { text: 'string', boolean: 'boolean', tree: 'array' } as const

/** Whether a number of the database is the exact one; an average may be cut after its first 15 digits. */
const agreesExactly = (text: string, exact: Exact, kind: Measure['kind']): boolean => {
  const answer = exactOfText(text)
  if (answer === undefined) return false
  if (kind !== 'average') return compareExact(answer, exact) === 0
  const size = (number: Exact): Exact => (number.over < 0n ? { ...number, over: -number.over } : number)
  const difference = size(plus(answer, { ...exact, over: -exact.over }))
  return compareExact({ ...difference, over: difference.over * 10n ** 15n }, size(exact)) <= 0
}

const saidOf = (each: Person, definition: ComputedTraitDefinition, now: Date, answer: Found | undefined): string => {
  const value = isEligible(each, WORLD) ? computedValue(definition, { person: each, world: WORLD, now }) : undefined
  const { traits, computed, memberships, events } = each
  return JSON.stringify({
    now,
    definition,
    expected: value && textOf(value),
    answer,
    traits,
    computed,
    memberships,
    events: events.filter(({ name }) => JSON.stringify(definition).includes(JSON.stringify(name))),
  })
}

const huntTraits = async (db: Db, definitionsAsked: number, first: number): Promise<void> => {
  const computed = fc
    .constantFrom(...NOWS)
    .chain((now) =>
      fc.record({ now: fc.constant(now), people: everybody(now), definitions: many(computedTrait(now).filter(canBeComputed)) }),
    )
  let values = 0
  for (let world = 0; world < Math.ceil(definitionsAsked / CONDITIONS_A_WORLD); world++) {
    const { now, people, definitions } = must(fc.sample(computed, { numRuns: 1, seed: first + world })[0], 'one world')
    const spaceId = nextSpace()
    await lay(db, spaceId, WORLD, people)
    const scope = await scopeOf(db, spaceId, WORLD, now)
    const candidates = candidatesOf(
      spaceId,
      people.map((each) => each.id),
    )
    for (const definition of definitions) {
      for (const asked of [scope, { ...scope, candidates }]) {
        const found = await valuesOf(db, definition, asked)
        const wrong = people.filter((each) => {
          const exact = isEligible(each, WORLD) ? computedValue(definition, { person: each, world: WORLD, now }) : undefined
          return !agrees(found.get(each.id), exact, definition.measure.kind)
        })
        const said = wrong.slice(0, 1).map((each) => saidOf(each, definition, now, found.get(each.id)))
        expect(said, `DIFFERENTIAL_SEED=${first + world}`).toEqual([])
        values += found.size
      }
    }
  }
  expect(values).toBeGreaterThan(definitionsAsked)
}

it('G2 a computed trait is what the specification says', { timeout: LONG }, async () => {
  const { db } = await freshDatabase()
  await makePartitions(db)
  await huntTraits(db, CONDITIONS / 2, seed)
})

/* A sender may write more digits than a number of the database has. Nobody else's membership may hang on that. */
const EXCESSIVE: readonly Json[] = [
  `0.${'1'.repeat(17_000)}`,
  `5.${'0'.repeat(17_000)}`,
  '9'.repeat(31_000),
  `-${'9'.repeat(31_000)}`,
  `1${'0'.repeat(2_000)}.5`,
  '9'.repeat(16_383),
  `0.${'1'.repeat(16_381)}`,
  JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as Json,
  { 'a": ': '", "\\', b: [', ', { c: ': ' }] },
]

it('G2 a value beyond all measure fails nobody', async () => {
  const { db } = await freshDatabase()
  await makePartitions(db)
  const [now] = NOWS
  const at = must(now, 'an instant')
  const people = named(
    EXCESSIVE.map((x) => ({
      ...{
        collection: 'users',
        merged: false,
        identifiers: { user_id: ['u'] },
        memberships: {},
        computed: { spent: x },
        traits: { x },
      },
      events: [{ messageId: 'm', type: 'track', name: 'A', timestamp: at, properties: { x }, context: {} }],
    })),
  )
  await lay(db, 'excessive', WORLD, people)
  const scope = await scopeOf(db, 'excessive', WORLD, at)
  const compares: readonly Comparison[] = [
    { operator: 'equals', value: 5 },
    { operator: 'greater_than', value: 0.5 },
    { operator: 'less_than', value: '5' },
    { operator: 'one_of', values: [5, 'a'] },
    { operator: 'contains', values: ['99', '[[[', '", "'] },
    { operator: 'ends_with', value: '[", ",{"c":": "}],"a\\": ":"\\", \\"\\\\"}' },
    { operator: 'within_last', duration: '1 day' },
  ]
  const measures: readonly Measure[] = (['sum', 'min', 'max', 'average', 'first', 'last', 'unique', 'unique_count'] as const).map(
    (kind) => ({ kind, property: 'x' }),
  )
  const conditions = compares.flatMap((compare): readonly Condition[] => [
    { type: 'trait', path: 'x', compare },
    { type: 'trait', path: 'spent', compare },
    {
      type: 'event',
      event: { name: 'A', where: { type: 'property', path: 'x', compare } },
      measure: { kind: 'count' },
      compare: { operator: 'at_least', value: 1 },
    },
    ...measures.map((measure): Condition => ({ type: 'event', event: { name: 'A' }, measure, compare })),
  ])
  for (const condition of conditions) {
    const expected = people
      .filter((each) => matches(condition, each, WORLD, at))
      .map((each) => each.id)
      .sort()
    expect(await ask(db, condition, scope), JSON.stringify(condition)).toBe(expected.join())
  }
})
