import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import { loadCatalog } from './catalog.ts'
import { lower } from './compile.ts'
import type { Comparison, Condition } from './condition.ts'
import { measured } from './leaves/event.ts'
import { traitValue } from './leaves/trait.ts'
import type { Sql } from './operator.ts'
import { type Scope, universe } from './scope.ts'
import { sentence } from './sentence.ts'

export type Evidence = { readonly count?: Json; readonly value?: Json; readonly threshold?: Json }

/** A condition with its answer for one profile, and what the answer rests on. */
export type Explained = {
  readonly sentence: string
  readonly matches: boolean
  readonly evidence?: Evidence
  readonly conditions?: readonly Explained[]
}
export type Explanation = {
  readonly matches: boolean
  readonly profileId: string
  readonly eligible: boolean
  readonly conditions: Explained
}

const childrenOf = (condition: Condition): readonly Condition[] => {
  if (condition.type === 'not') return [condition.condition]
  return condition.type === 'and' || condition.type === 'or' ? condition.conditions : []
}

const nodesOf = (condition: Condition): readonly Condition[] => [condition, ...childrenOf(condition).flatMap(nodesOf)]

const evidenceOf = (condition: Condition, scope: Scope): Sql => {
  if (condition.type === 'event') return sql`to_jsonb(${measured(condition, scope)})`
  return condition.type === 'trait' ? sql`${traitValue(condition.path, scope)}` : sql`null::jsonb`
}

const thresholdOf = (compare: Comparison): Json | undefined => {
  if ('value' in compare) return compare.value
  if ('values' in compare) return compare.values
  return 'duration' in compare ? compare.duration : undefined
}

type Answers = { readonly eligible: boolean; readonly tests: readonly boolean[]; readonly values: readonly Json[] }

const shown = (condition: Condition, answers: Answers, nodes: readonly Condition[]): Explained => {
  const place = nodes.indexOf(condition)
  const matches = must(answers.tests[place], 'an answer for each node')
  const children = childrenOf(condition)
  const value = answers.values[place] ?? null
  const base = { sentence: sentence(condition), matches }
  if (condition.type === 'event' || condition.type === 'trait') {
    const threshold = thresholdOf(condition.compare)
    const found = condition.type === 'event' && condition.measure.kind === 'count' ? { count: value } : { value }
    return { ...base, evidence: { ...found, ...(threshold === undefined ? {} : { threshold }) } }
  }
  return children.length === 0 ? base : { ...base, conditions: children.map((each) => shown(each, answers, nodes)) }
}

/**
 * Why a profile is in an audience or not: each condition true or false with what was counted or found, answered by the same compiler, in one
 * query. @throws Refused 404 for a profile that is not there.
 */
export const explain = async (
  db: Db,
  scope: Pick<Scope, 'spaceId' | 'now' | 'filterByExternalIds' | 'since'>,
  condition: Condition,
  profileId: string,
): Promise<Explanation> => {
  const candidates = sql<{ profile_id: string }>`select ${profileId}::uuid as profile_id`
  const asked: Scope = { ...scope, catalog: await loadCatalog(db, scope.spaceId), candidates }
  const nodes = nodesOf(condition)
  const row = await runOne(
    db,
    query(
      'audience.explain*',
      sql<Answers>`select (${universe(asked)}) as eligible,
          to_jsonb(array[${sql.join(nodes.map((node) => lower(node, asked).test))}]) as tests,
          to_jsonb(array[${sql.join(nodes.map((node) => evidenceOf(node, asked)))}]::jsonb[]) as values
        from profile p where p.space_id = ${scope.spaceId} and p.id = ${profileId}::uuid`,
    ),
  )
  if (!row) throw notFound('profile', profileId)
  return {
    matches: row.eligible && must(row.tests[0], 'the answer of the whole condition'),
    profileId,
    eligible: row.eligible,
    conditions: shown(condition, row, nodes),
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The profile behind a uuid or an identifier written `type:value`, the one it was merged into where it was. @throws Refused 404. */
export const profileIdOf = async (db: Db, spaceId: string, text: string): Promise<string> => {
  if (UUID.test(text)) {
    const row = await runOne(
      db,
      query(
        'profile.living',
        sql<{
          id: string
        }>`select coalesce(merged_into, id) as id from profile where space_id = ${spaceId} and id = ${text}::uuid`,
      ),
    )
    if (row) return row.id
  } else if (text.includes(':')) {
    const [type, value] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
    const row = await runOne(
      db,
      query(
        'profile.by_identifier_of_user',
        sql<{ id: string }>`select profile_id as id from profile_identifier
          where space_id = ${spaceId} and collection = 'users' and type = ${type} and value = ${value}`,
      ),
    )
    if (row) return row.id
  }
  throw notFound('profile', text)
}
