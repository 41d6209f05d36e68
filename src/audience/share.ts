import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { aggregateOf } from './aggregate.ts'
import type { Condition } from './condition.ts'
import type { MeasureKind } from './measure.ts'
import type { Sql } from './operator.ts'
import type { Scope } from './scope.ts'
import { selected } from './selection.ts'

/** What is measured of a profile's events. */
export type Measuring = Pick<Extract<Condition, { type: 'event' }>, 'event' | 'measure'>

/** What many conditions ask of a profile's events, read once: `l`, a column for each different question. */
export type Shared = {
  /** The column that answers a question; undefined for what is no single aggregate and is asked by itself. */
  readonly share: (measuring: Measuring, scope: Scope) => Sql | undefined
  /** The columns, over `event e`; undefined where nothing was asked. */
  readonly columns: () => Sql | undefined
}

// One call of an aggregate: `filter` is all that tells one question from the next.
const SINGLE: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['count', 'sum', 'average', 'unique_count'])
const NUMBERS: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['min', 'max'])

const isSingle = ({ measure }: Measuring): boolean =>
  SINGLE.has(measure.kind) || (NUMBERS.has(measure.kind) && !('as' in measure && measure.as === 'string'))

/** Collects questions. `db` only turns them into text, by which equal ones are found. */
export const sharing = (db: Db): Shared => {
  const asked = new Map<string, Sql>()
  const columns: Sql[] = []
  return {
    share: (measuring, scope) => {
      if (!isSingle(measuring)) return undefined
      const question = sql`${aggregateOf(measuring.measure)} filter (where ${selected(measuring.event, scope)})`
      const { sql: text, parameters } = question.compile(db as never)
      const key = JSON.stringify([text, parameters])
      const column = asked.get(key) ?? sql.ref(`l.q${asked.size}`)
      if (!asked.has(key)) columns.push(sql`${question} as ${sql.ref(`q${asked.size}`)}`)
      asked.set(key, column)
      return column
    },
    columns: () => (columns.length === 0 ? undefined : sql.join(columns)),
  }
}
