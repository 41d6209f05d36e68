import { sql } from 'kysely'
import type { Catalog } from '../audience/catalog.ts'
import { problemsOf, problemsOfFilter } from '../audience/validate.ts'
import type { Problem } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Facts } from './facts.ts'
import { JourneyLimits } from './limits.ts'
import type { Names } from './sentences.ts'

type Noun = {
  readonly noun: 'audience' | 'computed' | 'account audience' | 'account computed' | 'group' | 'channel'
  readonly key: string
  readonly name: string
}
type Template = { readonly key: string; readonly name: string; readonly channel: string; readonly error: string | null }

const nouns = (db: Db, spaceId: string): Promise<readonly Noun[]> =>
  run(
    db,
    query(
      'journey.nouns',
      sql<Noun>`select case when collection = 'accounts' then 'account audience' else 'audience' end as noun, key, name from audience where space_id = ${spaceId} and deleted_at is null
        union all select case when collection = 'accounts' then 'account computed' else 'computed' end, key, name from computed_trait where space_id = ${spaceId} and deleted_at is null
        union all select 'group', name, name from subscription_group where space_id = ${spaceId}
        union all select 'channel', channel, min(name) from provider_account where space_id = ${spaceId} and enabled group by channel`,
    ),
  )

const templates = (db: Db, spaceId: string): Promise<readonly Template[]> =>
  run(
    db,
    query(
      'journey.templates',
      sql<Template>`select t.key, t.name, t.channel,
          case when v.version is null then 'it has no content yet' end as error
        from template t
        left join template_version v on v.space_id = ${spaceId} and v.template_id = t.id and v.version = t.version
        where t.space_id = ${spaceId} and t.deleted_at is null`,
    ),
  )

const limitsOf = async (db: Db, spaceId: string): Promise<JourneyLimits> => {
  const row = await runOne(
    db,
    query(
      'journey.limits',
      sql<{ limits: unknown }>`select settings -> 'journeyLimits' as limits from space where id = ${spaceId}`,
    ),
  )
  return JourneyLimits.parse(row?.limits ?? {})
}

const keyed = (rows: readonly Noun[], noun: Noun['noun']): ReadonlyMap<string, string> =>
  new Map(rows.filter((row) => row.noun === noun).map(({ key, name }) => [key, name]))

const under = (problems: readonly Problem[], prefix: RegExp): readonly Problem[] =>
  problems.map((each) => ({ ...each, field: each.field.replace(prefix, '') }))

// A journey is walked by people: it begins with an audience of people, and a condition of its may ask for one of accounts.
const catalogOf = (rows: readonly Noun[]): Catalog => {
  const ids = (...nouns: readonly Noun['noun'][]): ReadonlyMap<string, string> =>
    new Map(rows.filter((row) => nouns.includes(row.noun)).map(({ noun, key }) => [key, `${noun} ${key}`]))
  return {
    audiences: ids('audience', 'account audience'),
    computedTraits: ids('computed', 'account computed'),
    accounts: new Set(ids('account audience', 'account computed').values()),
  }
}

/** All that a space has that a journey may name, read at once: what `validate` judges by. */
export const loadFacts = async (db: Db, spaceId: string): Promise<Facts> => {
  const rows = await nouns(db, spaceId)
  const written = await templates(db, spaceId)
  const audiences = keyed(rows, 'audience')
  return {
    limits: await limitsOf(db, spaceId),
    templates: new Map(
      written.map(({ key, name, channel, error }) => [key, { name, channel, ...(error === null ? {} : { broken: error }) }]),
    ),
    audiences,
    computed: new Set(keyed(rows, 'computed').keys()),
    groups: new Set(keyed(rows, 'group').keys()),
    channels: new Set(keyed(rows, 'channel').keys()),
    conditionProblems: (condition) => under(problemsOf(condition, catalogOf(rows)), /^condition\.?/),
    filterProblems: (filter) => under(problemsOfFilter(filter), /^filter\.?/),
  }
}

/** Names behind keys, for sentences. */
export const loadNames = async (db: Db, spaceId: string): Promise<Names> => {
  const rows = await nouns(db, spaceId)
  const written = await templates(db, spaceId)
  const audiences = new Map([...keyed(rows, 'account audience'), ...keyed(rows, 'audience')])
  return { audiences, templates: new Map(written.map(({ key, name }) => [key, name])) }
}
