import { type CompiledQuery, sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { loadCatalog } from './catalog.ts'
import { compile } from './compile.ts'
import type { Condition } from './condition.ts'
import { referencesOf } from './references.ts'
import type { Scope } from './scope.ts'

/** How the database would find everybody who matches: the one query, what it is asked with, and the plan, a line a step. */
export type QueryPlan = {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly plan: readonly string[]
  /** The query was run, and the plan says how long each step took; else it is only what the database means to do. */
  readonly analyzed: boolean
}

/** What an audience looks at: keys and names, each once, in alphabetical order. */
export type LooksAt = {
  readonly events: readonly string[]
  readonly traits: readonly string[]
  readonly audiences: readonly string[]
  readonly computedTraits: readonly string[]
}

type Line = { readonly 'QUERY PLAN': string }
type Asked = Pick<Scope, 'spaceId' | 'now' | 'filterByExternalIds' | 'since'>

const LONGEST_MS = 30_000
const TIMED_OUT = '57014'

const planned = (db: Db, compiled: ReturnType<typeof compile>, analyze: boolean): Promise<readonly Line[]> =>
  transact(db, async (tx) => {
    await run(
      tx,
      query(
        'audience.plan_limits',
        sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true), set_config('transaction_read_only', 'on', true)`,
      ),
    )
    return run(
      tx,
      query('audience.plan*', analyze ? sql<Line>`explain (analyze, buffers) ${compiled}` : sql<Line>`explain ${compiled}`),
    )
  })

/**
 * The query behind an audience, and its plan with the statistics of this moment. `analyze` runs it, read-only and for 30 seconds at most.
 * @throws Refused where it took longer.
 */
export const queryPlan = async (db: Db, asked: Asked, condition: Condition, analyze = false): Promise<QueryPlan> => {
  const compiled = compile(condition, { ...asked, catalog: await loadCatalog(db, asked.spaceId) })
  const { sql: text, parameters }: CompiledQuery = compiled.compile(db)
  try {
    const lines = await planned(db, compiled, analyze)
    return { sql: text, parameters, plan: lines.map((line) => line['QUERY PLAN']), analyzed: analyze }
  } catch (error) {
    if ((error as { code?: string }).code !== TIMED_OUT) throw error
    throw new Refused(
      'plan_timeout',
      `The query ran for ${LONGEST_MS / 1000} s and was stopped; ask for its plan without analyze.`,
    )
  }
}

const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted()

/** What the condition of an audience looks at. */
export const looksAt = async (db: Db, spaceId: string, condition: Condition): Promise<LooksAt> => {
  const catalog = await loadCatalog(db, spaceId)
  const { events, traits, computations } = referencesOf(condition, catalog)
  const keysOf = (ids: ReadonlyMap<string, string>): readonly string[] =>
    sorted([...ids].flatMap(([key, id]) => (computations.includes(id) ? key : [])))
  return {
    events: sorted(events.map(({ name }) => name)),
    traits: sorted(traits),
    audiences: keysOf(catalog.audiences),
    computedTraits: keysOf(catalog.computedTraits),
  }
}
