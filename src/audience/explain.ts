import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import { loadCatalog } from './catalog.ts'
import { lower } from './compile.ts'
import { type Comparison, type Condition, isReference, isTime, type Literal, type Reference, type Time } from './condition.ts'
import { type Outlook, outlook } from './evaluator/changes.ts'
import { type Happenings, type Shown, evidenceOf as shownOf } from './evaluator/evidence.ts'
import { eventsWithin } from './evaluator/looks.ts'
import { holds } from './evaluator/matches.ts'
import type { Place } from './evaluator/place.ts'
import { known } from './known.ts'
import { measured } from './leaves/event.ts'
import { traitValue } from './leaves/trait.ts'
import type { Sql } from './operator.ts'
import { referencesOf } from './references.ts'
import { type Scope, universe } from './scope.ts'
import { sentence } from './sentence.ts'

/** What an answer rests on: what was counted or found, what was asked for, and the events, entries or people that made it so. */
export type Evidence = Omit<Shown, 'happenings'> & {
  readonly count?: Json
  readonly value?: Json
  readonly happenings?: Happenings
  /** Where it is about another audience: since when the profile is in it. */
  readonly since?: string
}

/** When time alone changes an answer, to what, and what time does then. */
export type Changes = { readonly at: string; readonly matches: boolean; readonly because: string }

/** A condition with its answer for one profile, and what the answer rests on. */
export type Explained = {
  readonly sentence: string
  readonly matches: boolean
  readonly evidence?: Evidence
  readonly changes?: Changes
  /** As for the whole: how far was looked, where there are too many instants to look at all. */
  readonly unchangedUntil?: string
  /** The evaluator, which gives the evidence, answers otherwise than the compiled query, which decides. One of them is wrong. */
  readonly disagrees?: true
  readonly conditions?: readonly Explained[]
}

export type Explanation = {
  readonly matches: boolean
  readonly profileId: string
  readonly eligible: boolean
  /** The instant that all this is said of. */
  readonly at: string
  /** Since when the profile is a member, by the last evaluation; null: it is none. */
  readonly memberSince: string | null
  readonly changes?: Changes
  /** Nothing changes by time alone before this instant; what is later was not looked at. */
  readonly unchangedUntil?: string
  /** The profile has more events or links than were read for the evidence, which is so of the newest. */
  readonly partial?: true
  readonly conditions: Explained
}

const childrenOf = (condition: Condition): readonly Condition[] => {
  if (condition.type === 'not') return [condition.condition]
  return condition.type === 'and' || condition.type === 'or' ? condition.conditions : []
}

const nodesOf = (condition: Condition): readonly Condition[] => [condition, ...childrenOf(condition).flatMap(nodesOf)]

const foundValue = (condition: Condition, scope: Scope): Sql => {
  if (condition.type === 'event') return sql`to_jsonb(${measured(condition, scope)})`
  return condition.type === 'trait' ? sql`${traitValue(condition.path, scope)}` : sql`null::jsonb`
}

const literalsOf = (compare: Comparison): Json | undefined => {
  const shown = (right: Literal | Reference | Time): Json | undefined =>
    isReference(right) ? undefined : isTime(right) ? right.time : right
  if ('value' in compare) return shown(compare.value)
  if ('values' in compare) return compare.values.map(shown).filter((each) => each !== undefined)
  return 'duration' in compare ? compare.duration : undefined
}

type Answers = { readonly eligible: boolean; readonly tests: readonly boolean[]; readonly values: readonly Json[] }

const answersOf = async (db: Db, scope: Scope, nodes: readonly Condition[], profileId: string): Promise<Answers> => {
  const row = await runOne(
    db,
    query(
      'audience.explain*',
      sql<Answers>`select (${universe(scope)}) as eligible,
          to_jsonb(array[${sql.join(nodes.map((node) => lower(node, scope).test))}]) as tests,
          to_jsonb(array[${sql.join(nodes.map((node) => foundValue(node, scope)))}]::jsonb[]) as values
        from profile p where p.space_id = ${scope.spaceId} and p.id = ${profileId}::uuid`,
    ),
  )
  if (!row) throw notFound('profile', profileId)
  return row
}

/** Everything that a node is said from. */
type Sources = {
  readonly answers: Answers
  readonly nodes: readonly Condition[]
  readonly place: Place
  readonly complete: boolean
}

const found = (condition: Condition, value: Json): Pick<Evidence, 'count' | 'value'> => {
  if (condition.type === 'event') return condition.measure.kind === 'count' ? { count: value } : { value }
  return condition.type === 'trait' ? { value } : {}
}

const evidenceOf = (condition: Condition, value: Json, place: Place): Evidence => {
  const literals = 'compare' in condition ? literalsOf(condition.compare) : undefined
  return { ...found(condition, value), ...(literals === undefined ? {} : { threshold: literals }), ...shownOf(condition, place) }
}

type Ahead = { readonly changes?: Changes; readonly unchangedUntil?: string }

const aheadOf = ({ turn, until }: Outlook): Ahead => ({
  ...(turn === undefined ? {} : { changes: { ...turn, at: turn.at.toISOString() } }),
  ...(until === undefined ? {} : { unchangedUntil: until.toISOString() }),
})

const explained = (condition: Condition, sources: Sources): Explained => {
  const { answers, nodes, place, complete } = sources
  const index = nodes.indexOf(condition)
  const matches = must(answers.tests[index], 'an answer for each node')
  const children = childrenOf(condition)
  return {
    sentence: sentence(condition),
    matches,
    ...(children.length > 0 ? {} : { evidence: evidenceOf(condition, answers.values[index] ?? null, place) }),
    ...(complete ? aheadOf(outlook(condition, place, LOOKS.ahead / nodes.length)) : {}),
    ...(complete && holds(condition, place) !== matches ? { disagrees: true as const } : {}),
    ...(children.length > 0 ? { conditions: children.map((each) => explained(each, sources)) } : {}),
  }
}

// A condition is asked once for its answer and its evidence, then at every instant that may change it. The process that does it does nothing else
// meanwhile: a look takes a microsecond at most.
const LOOKS = { once: 250_000, ahead: 1_000_000 } as const

type Member = { readonly at: Date }

const memberSince = async (db: Db, spaceId: string, audienceId: string, profileId: string): Promise<string | null> => {
  const row = await runOne(
    db,
    query(
      'membership.since',
      sql<Member>`select entered_at as at from membership
        where space_id = ${spaceId} and audience_id = ${audienceId} and profile_id = ${profileId}::uuid`,
    ),
  )
  return row?.at.toISOString() ?? null
}

type Asked = Pick<Scope, 'spaceId' | 'now' | 'collection' | 'account' | 'filterByExternalIds' | 'since'>

/**
 * Why a profile is in an audience or not: each condition true or false, as the compiled query answers it, with the evidence and the instant
 * at which time alone changes it, as the evaluator finds them. Where the two disagree, that is said. @throws Refused 404 for a profile
 * that is not there.
 */
export const explain = async (
  db: Db,
  asked: Asked,
  audience: { readonly id: string; readonly condition: Condition },
  profileId: string,
): Promise<Explanation> => {
  const { condition } = audience
  const catalog = await loadCatalog(db, asked.spaceId)
  const candidates = sql<{ profile_id: string }>`select ${profileId}::uuid as profile_id`
  const scope: Scope = { ...asked, catalog, candidates }
  const nodes = nodesOf(condition)
  const names = referencesOf(condition, catalog).events.map(({ name }) => name)
  const answers = await answersOf(db, scope, nodes, profileId)
  const { person, world, ...read } = must(
    await known(db, scope, { names: [...new Set(names)], most: eventsWithin(condition, LOOKS.once) }, profileId),
    'the profile that was asked about',
  )
  // Which group an event names is known to the compiled query only.
  const complete = read.complete && asked.account === undefined
  const place: Place = { person, world, now: asked.now }
  // An account is nobody whom an audience of people is about, and its events are its people's.
  const whole = explained(condition, { answers, nodes, place, complete: complete && person.collection === world.collection })
  const ahead = answers.eligible && complete ? outlook(condition, place, LOOKS.ahead) : {}
  return {
    matches: answers.eligible && whole.matches,
    profileId,
    eligible: answers.eligible,
    at: asked.now.toISOString(),
    memberSince: await memberSince(db, asked.spaceId, audience.id, profileId),
    ...aheadOf(ahead),
    ...(complete ? {} : { partial: true as const }),
    conditions: whole,
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The profile behind a uuid or an identifier written `type:value` (an account's is `group_id:value`), the one it was merged into where it was. @throws Refused 404. */
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
          where space_id = ${spaceId} and collection = ${type === 'group_id' ? 'accounts' : 'users'} and type = ${type} and value = ${value}`,
      ),
    )
    if (row) return row.id
  }
  throw notFound('profile', text)
}
