import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { loadCatalog } from '../../../src/audience/catalog.ts'
import { compile } from '../../../src/audience/compile.ts'
import type { ComputedTraitDefinition, Condition } from '../../../src/audience/condition.ts'
import { evaluateSpace, LIMITS } from '../../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../../src/audience/evaluate-fully.ts'
import type { Options } from '../../../src/audience/options.ts'
import { create } from '../../../src/audience/save.ts'
import type { Scope } from '../../../src/audience/scope.ts'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'
import { ingestCalls } from '../../../src/ingest/ingest.ts'
import type { Collection } from '../../../src/profile/identifier.ts'
import { makeSpace, matching } from './world.ts'

const rows = <Row>(db: Db, text: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> => run(db, query('test.accounts*', text))

/** People and their accounts, told by calls through ingestion as a source would; names are user ids and group ids. */
export type AccountWorld = {
  readonly db: Db
  readonly spaceId: string
  readonly clock: { at: Date }
  readonly tell: (...calls: readonly JsonObject[]) => Promise<void>
  readonly tellFrom: (sourceId: string, ...calls: readonly JsonObject[]) => Promise<void>
  readonly tick: () => Promise<void>
  readonly audience: (key: string, condition: Condition, collection?: Collection, options?: Options) => Promise<void>
  readonly trait: (key: string, definition: ComputedTraitDefinition, collection?: Collection, options?: Options) => Promise<void>
  /** Who is in by evaluation, by name. */
  readonly members: (key: string) => Promise<readonly string[]>
  /** Who matches by the one query now, asked as everybody and as candidates, which must agree. */
  readonly matches: (condition: Condition, collection: Collection, more?: Partial<Scope>) => Promise<readonly string[]>
  /** Values of a computed trait by name. */
  readonly values: (key: string) => Promise<{ readonly [name: string]: Json }>
  readonly names: (ids: readonly string[]) => Promise<readonly string[]>
}

const nameOf = sql`coalesce(p.identifiers #>> '{user_id,0}', p.identifiers #>> '{group_id,0}', p.identifiers #>> '{anonymous_id,0}')`

/** `copies`: each tick asks copies of who is due, as one with much to do does. */
export const accountWorld = async (db: Db, spaceId: string, at: Date, copies = false): Promise<AccountWorld> => {
  const limits = copies ? { ...LIMITS, changes: 2, copyFrom: { looks: 1, computations: 1, twoFrom: 1 } } : LIMITS
  await makeSpace(db, spaceId)
  const clock = { at }
  const act = () => ({ spaceId, by: 'test', now: clock.at })
  const saved = { description: '', enabled: true }
  const names: AccountWorld['names'] = async (ids) => {
    const found = await rows<{ name: string }>(
      db,
      sql`select ${nameOf} as name from profile p where p.space_id = ${spaceId} and p.id in (select unnest(${ids}::uuid[])) order by 1`,
    )
    return found.map((row) => row.name)
  }
  const tellFrom: AccountWorld['tellFrom'] = async (sourceId, ...calls) => {
    const results = await ingestCalls(db, { spaceId, sourceId }, calls, { receivedAt: clock.at, random: randomBytes })
    const wrong = results.find((each) => each.status === 'dropped')
    if (wrong) throw new Error(JSON.stringify(wrong))
  }
  return {
    db,
    spaceId,
    clock,
    names,
    tellFrom,
    tell: (...calls) => tellFrom('src', ...calls),
    tick: async () => {
      await evaluateSpaceFully(db, spaceId, clock.at)
      while ((await evaluateSpace(db, spaceId, clock.at, limits)).more);
      // What time alone asks to be computed in full is asked for by the tick (SEED=274086875).
      await evaluateSpaceFully(db, spaceId, clock.at)
      const failed = await rows<{ reason: string }>(
        db,
        sql`select sql_reason.reason from (select reason from audience_state where space_id = ${spaceId} and status = 'Failed'
          union all select reason from computed_trait_state where space_id = ${spaceId} and status = 'Failed') as sql_reason`,
      )
      if (failed.length > 0) throw new Error(failed.map((row) => row.reason).join())
    },
    audience: async (key, condition, collection = 'accounts', options = {}) => {
      const definition = condition as unknown as JsonObject
      await create(db, 'audience', act(), `aud_${key}`, { ...saved, name: key, key, definition, collection, options })
    },
    trait: async (key, definition, collection = 'accounts', options = {}) => {
      const stored = definition as unknown as JsonObject
      await create(db, 'computed_trait', act(), `tra_${key}`, {
        ...saved,
        name: key,
        key,
        definition: stored,
        collection,
        options,
      })
    },
    members: async (key) => {
      const found = await rows<{ name: string }>(
        db,
        sql`select ${nameOf} as name from membership m join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
          where m.space_id = ${spaceId} and m.audience_id = ${`aud_${key}`} order by 1`,
      )
      return found.map((row) => row.name)
    },
    matches: async (condition, collection, more = {}) =>
      names(await matching(db, spaceId, condition, clock.at, { collection, filterByExternalIds: undefined, ...more })),
    values: async (key) => {
      const found = await rows<{ name: string; value: Json }>(
        db,
        sql`select ${nameOf} as name, v.value from computed_value v join profile p on p.space_id = ${spaceId} and p.id = v.profile_id
          where v.space_id = ${spaceId} and v.computed_trait_id = ${`tra_${key}`} order by 1`,
      )
      return Object.fromEntries(found.map((row) => [row.name, row.value]))
    },
  }
}

/** Who matches a condition about accounts, with the quantifiers worked out here from the links and the people who match. Sorted ids. */
export const expectedAccounts = async (world: AccountWorld, condition: Condition): Promise<ReadonlySet<string>> => {
  const { db, spaceId, clock } = world
  const catalog = await loadCatalog(db, spaceId)
  const ids = async (asked: Condition, collection: Collection): Promise<ReadonlySet<string>> =>
    new Set(
      (await run(db, query('test.accounts*', compile(asked, { spaceId, now: clock.at, catalog, collection })))).map(
        (row) => row.profile_id,
      ),
    )
  const all = await rows<{ id: string; users: readonly string[] }>(
    db,
    sql`select p.id, array(select l.profile_id::text from profile_link l where l.space_id = ${spaceId} and l.account_id = p.id) as users
      from profile p where p.space_id = ${spaceId} and p.collection = 'accounts'`,
  )
  const pick = (wanted: (account: (typeof all)[number]) => boolean): ReadonlySet<string> =>
    new Set(all.filter(wanted).map((account) => account.id))
  const of = async (node: Condition): Promise<ReadonlySet<string>> => {
    switch (node.type) {
      case 'and':
      case 'or': {
        const sets = await Promise.all(node.conditions.map(of))
        return pick(({ id }) => (node.type === 'and' ? sets.every((set) => set.has(id)) : sets.some((set) => set.has(id))))
      }
      case 'not': {
        const set = await of(node.condition)
        return pick(({ id }) => !set.has(id))
      }
      case 'any': {
        const people = await ids(node.condition, 'users')
        return pick(({ users }) => users.some((user) => people.has(user)))
      }
      case 'all': {
        const none = node.condition.type === 'not' ? await ids(node.condition.condition, 'users') : undefined
        if (none) return pick(({ users }) => users.every((user) => !none.has(user)))
        const people = await ids(node.condition, 'users')
        return pick(({ users }) => users.length > 0 && users.every((user) => people.has(user)))
      }
      default:
        return ids(node, 'accounts')
    }
  }
  return of(condition)
}
