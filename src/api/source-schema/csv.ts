import { stringify } from 'csv-stringify/sync'
import type { Entry } from '../../catalog/read.ts'

export type SchemaType = 'track' | 'identify' | 'group'

const plannedOf = ({ planned }: Entry): string => (planned === undefined ? '' : planned ? 'planned' : 'unplanned')

const rowOf = (entry: Entry, type: SchemaType, since: Date, days: number): readonly string[] => {
  const { name, path, lastAt, allowed, blocked } = entry
  const last = lastAt === undefined ? '' : lastAt < since ? `more than ${days} days ago` : lastAt.toISOString()
  const counts = [allowed, blocked, allowed + blocked].map(String)
  return type === 'track' ? [name, last, path, ...counts, plannedOf(entry)] : [path, last, ...counts, plannedOf(entry)]
}

const COUNTS = ['Allowed', 'Blocked', 'Total', 'Planned']

/** The names that a source sent as CSV, pages and screens among the events; no values (spec/connections §2.4). A cell that a spreadsheet would compute is text. */
export const schemaCsv = (entries: readonly Entry[], type: SchemaType, since: Date, days: number): string => {
  const header =
    type === 'track'
      ? ['Event Name', 'Last Seen At (UTC)', 'Property Name', ...COUNTS]
      : ['Trait Name', 'Last Seen At (UTC)', ...COUNTS]
  const of = entries.filter((entry) => (type === 'track' ? entry.name !== '' : entry.type === type))
  return stringify([header, ...of.map((entry) => [...rowOf(entry, type, since, days)])], { escape_formulas: true })
}

/** `slug-source-track--2026-03-10--12-00-utc.csv`. */
export const csvName = (slug: string, sourceId: string, type: SchemaType, now: Date): string => {
  const [day = '', time = ''] = now.toISOString().split('T')
  return `${slug}-${sourceId}-${type}--${day}--${time.slice(0, 5).replace(':', '-')}-utc.csv`
}
