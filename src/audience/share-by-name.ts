import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { aggregateOf, isCounter } from './aggregate.ts'
import type { Condition } from './condition.ts'
import type { MeasureKind } from './measure.ts'
import type { Sql } from './operator.ts'
import { inRange, type Scope } from './scope.ts'
import { oldestSelected, selectedOfName } from './selection.ts'
import type { Measuring, Shared } from './share.ts'
import { leavesOf, traitsInSelection } from './walk.ts'
import { childrenIn } from './windows.ts'

/*
 * What many conditions ask of everybody's events, each event read once: for every name one grouped set, with a column for every different
 * question about events of that name. Everybody is in it who did something of the name since the oldest window.
 */

// One aggregate that keeps no list of what it saw, so that a million profiles are grouped by hash.
const GROUPED: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['count', 'sum', 'average'])
const NUMBERS: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['min', 'max'])

// What is asked of the event alone: the profile is not there where events are grouped, and a funnel compares events with each other.
const isGrouped = ({ event, measure }: Measuring): boolean =>
  (GROUPED.has(measure.kind) || (NUMBERS.has(measure.kind) && !('as' in measure && measure.as === 'string'))) &&
  event.expiresAfter === undefined &&
  childrenIn(event).length === 0 &&
  traitsInSelection(event).length === 0

/** Whether all that a condition asks of events can be asked of these sets. */
export const canBeGrouped = (condition: Condition): boolean =>
  leavesOf(condition).every((leaf) => (leaf.type === 'event' ? isGrouped(leaf) : leaf.type !== 'audience'))

type Group = {
  readonly alias: Sql
  readonly columns: Sql[]
  readonly asked: Map<string, Sql>
  /** Since when it is read, in milliseconds; minus infinity: ever. */
  since: number
}

type Among = NonNullable<Scope['among']>

export type SharedByName = {
  readonly share: Shared['share']
  /** The sets, joined to `profile p`. */
  readonly joins: (spaceId: string, among: Among) => readonly Sql[]
}

/** Collects questions. `db` only turns them into text, by which equal ones are found. */
export const sharingByName = (db: Db): SharedByName => {
  const groups = new Map<string, Group>()
  const groupOf = (name: string): Group => {
    const known = groups.get(name)
    if (known) return known
    const alias = sql.ref(`n${groups.size}`)
    const group: Group = { alias, columns: [], asked: new Map(), since: Number.POSITIVE_INFINITY }
    groups.set(name, group)
    return group
  }
  return {
    share: ({ event, measure }, scope) => {
      const group = groupOf(event.name)
      group.since = Math.min(group.since, oldestSelected(event, scope.now)?.getTime() ?? Number.NEGATIVE_INFINITY)
      const where = selectedOfName(event, scope)
      const question = where ? sql`${aggregateOf(measure)} filter (where ${where})` : aggregateOf(measure)
      const { sql: text, parameters } = question.compile(db as never)
      const key = JSON.stringify([text, parameters])
      const name = group.asked.get(key) ?? sql.ref(`q${group.asked.size}`)
      if (!group.asked.has(key)) group.columns.push(sql`${question} as ${name}`)
      group.asked.set(key, name)
      const column = sql`${group.alias}.${name}`
      return isCounter(measure) ? sql`coalesce(${column}, 0)` : column
    },
    joins: (spaceId, among) =>
      [...groups].map(([name, { alias, columns, since }]) => {
        const from = Number.isFinite(since) ? sql` and e.timestamp >= ${new Date(since)}::timestamptz` : sql``
        return sql`left join (select e.profile_id, ${sql.join(columns)} from event e
          where e.space_id = ${spaceId} and e.name = ${name}${from} and ${inRange(sql`e.profile_id`, among)} group by e.profile_id) ${alias} on ${alias}.profile_id = p.id`
      }),
  }
}
