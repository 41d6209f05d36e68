import { sql } from 'kysely'
import { unreachable } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Catalog } from './catalog.ts'
import { flipsOf, iterate } from './compare.ts'
import type { Computation } from './computation.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Leaf } from './condition.ts'
import { EVERYBODY } from './due.ts'
import { computedValue, traitKind } from './leaves/trait.ts'
import type { Sql } from './operator.ts'
import { instantIn } from './operators/parts.ts'
import { keysOf, pathOf } from './path.ts'
import { comparedProperty } from './references.ts'
import { rawText } from './stored.ts'
import { type Compared, comparisonsOf, inEntry } from './walk.ts'
import { childrenIn } from './windows.ts'

/*
 * Dates that are compared with the passing time (`within_last` and the like) give each profile moments of its own at which the answer
 * changes. The nearest one is kept as a row for each profile that has any, written by the evaluation that looks at the profile, so under
 * the audience's lock. An index of all stored dates would serve every audience at once, but would have to be kept right by ingestion, by
 * merges and while audiences are being made; this one cannot be wrong longer than a condition is.
 */

/*
 * A date that lies a year ahead is a moment of nearly everybody: kept all, they were a third of what computing a hundred audiences from scratch
 * cost, and most of them are rewritten long before they come. So a look at everybody keeps those of the next three days and asks to be made
 * again in two; the daily one comes first. The day between is for a worker that was away.
 */
const KEPT_MS = 3 * 86_400_000
const AGAIN_MS = 2 * 86_400_000

// A moment that is exactly now has not passed for every operator (some change at the instant, some just after it): one more look. The value is
// read as an instant once, in a sub-select that is not pulled up: written out it would be read four times an age, each a pattern and a cast.
const nearestOf = (value: Sql, ages: readonly number[], now: Date): Sql =>
  sql`(select least(${sql.join(
    ages.map((age) => {
      const moment = sql`(i.at + ${age}::bigint * interval '1 millisecond')`
      return sql`case when ${moment} > ${now}::timestamptz then ${moment} when ${moment} = ${now}::timestamptz then ${now}::timestamptz + interval '1 millisecond' end`
    }),
  )}) from (select ${instantIn(value)} as at offset 0) as i)`

const DAY_MS = 86_400_000
// Of no instant that a Date knows: no day.
const dayOf = (ms: number): string => (Math.abs(ms) > 8.64e15 ? '' : new Date(ms).toISOString().slice(0, 10))

/** The days on which an instant may lie that is one of these ages within three days: as it is written, so in any zone. */
const daysOf = (ages: readonly number[], now: Date): readonly string[] => {
  const days = ages.flatMap((age) =>
    Array.from({ length: KEPT_MS / DAY_MS + 3 }, (_, day) => dayOf(now.getTime() - age + (day - 1) * DAY_MS)),
  )
  return [...new Set(days)]
}

// Of everybody's dates few are near a moment, and that is seen from the day that they begin with: a tenth of what reading them costs.
const nearest = (value: Sql, ages: readonly number[], { now, everybody }: Asked): Sql =>
  everybody
    ? sql`(case when left(${rawText(value)}, 10) = any(${daysOf(ages, now)}::text[]) then ${nearestOf(value, ages, now)} end)`
    : nearestOf(value, ages, now)

const inColumn = (column: Sql, path: string, compare: Comparison, asked: Asked): readonly Sql[] => {
  const ages = flipsOf(compare)
  if (ages.length === 0) return []
  const { from, value } = iterate(column, path)
  const moment = nearest(value, ages, asked)
  return [from.length === 0 ? moment : sql`(select min(${moment}) from ${sql.join(from)})`]
}

// Whichever event's value is measured at last, its moments are among those of all of them.
const inMeasure = ({ measure, compare }: Measured): readonly Compared[] => {
  const compared = comparedProperty({ measure })
  return compared === undefined || !compare ? [] : [{ ...compared, compare }]
}

type Measured = Pick<ComputedTraitDefinition, 'measure'> & { readonly event: EventSelection; readonly compare?: Comparison }

const inEvents = (measured: Measured, asked: Asked): readonly Sql[] => {
  const { name, where } = measured.event
  const compared = [...(where === undefined ? [] : comparisonsOf(where)), ...inMeasure(measured)]
  const own = compared.flatMap(({ type, path, compare }) => {
    if (type === 'trait') return inTrait(path, compare, asked)
    const moments = inColumn(type === 'property' ? sql`e.properties` : sql`e.context`, path, compare, asked)
    return moments.map(
      (moment) =>
        sql`(select min(${moment}) from event e where e.space_id = ${asked.spaceId} and e.name = ${name} and e.profile_id = p.id)`,
    )
  })
  return [...own, ...childrenIn(measured.event).flatMap((child) => inEvents(child, asked))]
}

const inTrait = (path: string, compare: Comparison, asked: Asked): readonly Sql[] => {
  const { spaceId, catalog } = asked
  const kind = traitKind(path, { catalog })
  if (kind.kind === 'custom') return inColumn(sql`p.traits`, path, compare, asked)
  if (kind.kind === 'audience') return []
  const [, ...rest] = keysOf(path)
  const value = computedValue(kind.id, { spaceId })
  if (rest.length > 0) return inColumn(value, pathOf(...rest), compare, asked)
  const ages = flipsOf(compare)
  return ages.length === 0 ? [] : [nearest(value, ages, asked)]
}

const inLeaf = (leaf: Leaf, asked: Asked): readonly Sql[] => {
  switch (leaf.type) {
    case 'audience':
      return []
    case 'trait':
      return inTrait(leaf.path, leaf.compare, asked)
    case 'event':
      return inEvents(leaf, asked)
    case 'any_element':
      return comparisonsOf(leaf.filter).flatMap(({ type, path, compare }) =>
        inTrait(type === 'trait' ? path : inEntry(leaf.path, path), compare, asked),
      )
    default:
      return unreachable(leaf)
  }
}

type Asked = {
  readonly spaceId: string
  readonly catalog: Catalog
  readonly now: Date
  /** Only moments that are near are wanted. */
  readonly everybody: boolean
}

// Of an account: the nearest one of any of its people.
const ofUsers = (moments: readonly Sql[], { spaceId }: Asked): readonly Sql[] =>
  moments.length === 0
    ? []
    : [
        sql`(select min(u.due_at) from profile_link l
          cross join lateral (select least(${sql.join(moments)}) as due_at from profile p where p.space_id = ${spaceId} and p.id = l.profile_id) u
          where l.space_id = ${spaceId} and l.account_id = p.id)`,
      ]

const inCondition = (condition: Condition, asked: Asked): readonly Sql[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each) => inCondition(each, asked))
    case 'not':
      return inCondition(condition.condition, asked)
    case 'any':
    case 'all':
      return ofUsers(inCondition(condition.condition, asked), asked)
    default:
      return inLeaf(condition, asked)
  }
}

const momentsOf = (computation: Computation, asked: Asked): readonly Sql[] => {
  if (computation.kind === 'audience') return inCondition(computation.condition, asked)
  const moments = inEvents(computation.definition, asked)
  return computation.collection === 'accounts' ? ofUsers(moments, asked) : moments
}

type Looked = {
  readonly candidates: Sql | undefined
  readonly sources: Sql | undefined
  readonly now: Date
  readonly sameDefinition: boolean
  /** It is a look at everybody, or a part of one: all are looked at again within two days. */
  readonly everybody?: boolean
}

// A look at everybody within a day of the last one has nothing to add: the moments of the day between were kept.
const LATELY_MS = 0.9 * DAY_MS

const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms)

const keptLately = async (tx: Db, spaceId: string, { id }: Computation, now: Date): Promise<boolean> => {
  const row = await runOne(
    tx,
    query(
      'computation_wake.kept',
      sql`select from computation_wake where space_id = ${spaceId} and computation_id = ${id} and profile_id = ${EVERYBODY}::uuid
        and due_at > ${after(now, LATELY_MS)}::timestamptz`,
    ),
  )
  return row !== undefined
}

/**
 * Rewrites when the profiles that an evaluation at `now` looked at (all without `candidates`) must be looked at again by time alone. With the
 * definition of before only what differs is written: a wake-up that is no longer needed is one look too many when it comes, and rewriting
 * half a million took longer than the evaluation.
 */
export const setWakes = async (
  tx: Db,
  { spaceId, catalog }: Pick<Asked, 'spaceId' | 'catalog'>,
  computation: Computation,
  { candidates, sources, now, sameDefinition, everybody = false }: Looked,
): Promise<void> => {
  if (everybody && sameDefinition && (await keptLately(tx, spaceId, computation, now))) return
  const moments = momentsOf(computation, { spaceId, catalog, now, everybody })
  const among = (column: Sql): Sql => (candidates ? sql`${column} in (${candidates})` : sql`true`)
  const kept = sameDefinition && moments.length > 0
  if (!kept) {
    await run(
      tx,
      query(
        'computation_wake.clear*',
        sql`delete from computation_wake where space_id = ${spaceId} and computation_id = ${computation.id}
          and profile_id <> ${EVERYBODY}::uuid and ${among(sql`profile_id`)}`,
      ),
    )
  }
  if (moments.length === 0) return
  const before = kept
    ? sql`left join computation_wake b on b.space_id = ${spaceId} and b.computation_id = ${computation.id} and b.profile_id = w.profile_id`
    : sql``
  await run(
    tx,
    query(
      'computation_wake.set*',
      sql`with ${sources ?? sql``} next as (
          select p.id as profile_id, least(${sql.join(moments)}) as due_at from profile p
          where p.space_id = ${spaceId} and p.merged_into is null and ${among(sql`p.id`)} offset 0)
        insert into computation_wake (space_id, computation_id, profile_id, due_at)
        select ${spaceId}, ${computation.id}, w.profile_id, w.due_at
        from next w ${before}
        where w.due_at ${everybody ? sql`< ${after(now, KEPT_MS)}::timestamptz` : sql`is not null`} ${kept ? sql`and b.due_at is distinct from w.due_at` : sql``} order by w.profile_id
        on conflict (space_id, computation_id, profile_id) do update set due_at = excluded.due_at`,
    ),
  )
  if (everybody) await wakeEverybody(tx, spaceId, computation.id, after(now, AGAIN_MS))
}

/** Has a computation computed in full at an instant. */
export const wakeEverybody = async (db: Db, spaceId: string, computationId: string, at: Date): Promise<void> => {
  await run(
    db,
    query(
      'computation_wake.retry',
      sql`insert into computation_wake (space_id, computation_id, profile_id, due_at)
        values (${spaceId}, ${computationId}, ${EVERYBODY}::uuid, ${at}::timestamptz)
        on conflict (space_id, computation_id, profile_id) do update set due_at = excluded.due_at`,
    ),
  )
}
