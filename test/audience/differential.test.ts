import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Condition } from '../../src/audience/condition.ts'
import { problemsOf } from '../../src/audience/validate.ts'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import type { Db } from '../../src/db/database.ts'
import { matches } from '../oracle/matches.ts'
import type { Person, World } from '../oracle/person.ts'
import { freshDatabase } from '../support/database.ts'
import { condition } from './support/asked.ts'
import { answered, candidatesOf, lay, scopeOf } from './support/lay.ts'
import { type Case, type Disagreement, minimal } from './support/minimal.ts'
import { NOWS, person, WORLD } from './support/nasty.ts'
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

const catalog = {
  audiences: new Map(WORLD.audiences.map((key) => [key, key])),
  computedTraits: new Map(WORLD.computedTraits.map((key) => [key, key])),
}
const canBeSaved = (each: Condition): boolean => Condition.safeParse(each).success && problemsOf(each, catalog).length === 0

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

const asked: fc.Arbitrary<Asked> = fc.constantFrom(...NOWS).chain((now) => {
  const everybody = fc.array(person(now), { minLength: PEOPLE, maxLength: PEOPLE, size: 'max' }).map(named)
  return fc.record({
    now: fc.constant(now),
    world: fc.oneof(
      { weight: 3, arbitrary: fc.constant(WORLD) },
      fc.constantFrom(...EXTERNAL_IDS).map((externalIds) => ({ ...WORLD, externalIds })),
    ),
    people: everybody,
    decoys: everybody,
    conditions: fc.array(condition(now).filter(canBeSaved), {
      minLength: CONDITIONS_A_WORLD,
      maxLength: CONDITIONS_A_WORLD,
      size: 'max',
    }),
  })
})

let spaces = 0
const nextSpace = (): string => `world_${++spaces}`

const disagrees =
  (db: Db, world: World, now: Date) =>
  async (found: Disagreement): Promise<boolean> => {
    const spaceId = nextSpace()
    await lay(db, spaceId, world, [found.person])
    const scope = await scopeOf(db, spaceId, world, now)
    const expected = matches(found.condition, found.person, world, now)
    const answers = await answered(db, found.condition, scope).catch(() => [])
    const among = await answered(db, found.condition, { ...scope, candidates: candidatesOf(spaceId, [found.person.id]) }).catch(
      () => [],
    )
    return answers.length !== Number(expected) || among.length !== Number(expected)
  }

const keep = (found: Disagreement, world: World, now: Date): string => {
  const { events, ...rest } = found.person
  const kept: Case = {
    why: '',
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
  let members = 0
  const found: string[] = []
  for (const each of conditions) {
    const expected = (all: readonly Person[]) =>
      all
        .filter((one) => matches(each, one, world, now))
        .map((one) => one.id)
        .sort()
    const failed = (error: Error): readonly string[] => [error.message]
    const ofAll = await answered(db, each, scope).catch(failed)
    const ofHalf = await answered(db, each, { ...scope, candidates }).catch(failed)
    members += ofAll.length
    if (ofAll.join() !== expected(people).join() || ofHalf.join() !== expected(half).join()) {
      if (found.length >= ENOUGH) break
      const small = await smallest(disagrees(db, world, now), each, people)
      found.push(small ? keep(small, world, now) : `only together: ${JSON.stringify({ now, condition: each, ofAll, ofHalf })}`)
    }
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

it('G2 the compiled query answers what the specification says', { timeout: 60_000 + CONDITIONS * 100 }, async () => {
  const { db } = await freshDatabase()
  await makePartitions(db)
  await hunt(db, CONDITIONS, seed)
})
