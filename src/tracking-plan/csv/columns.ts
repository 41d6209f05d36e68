import type { RuleType } from '../rule-type.ts'

/** The columns of a plan as CSV (spec/connections §1.1, §1.2): a row for each rule, and below it one for each property that it knows. */
export const COLUMNS = [
  'Rule Type',
  'Name',
  'Version',
  'Property',
  'Status',
  'Data Type',
  'Allow Null',
  'Permitted Values',
  'Description',
  'JSON Schema',
] as const
export type Column = (typeof COLUMNS)[number]
export type Cells = Readonly<Record<Column, string>>

export const NO_CELLS: Cells = Object.fromEntries(COLUMNS.map((name) => [name, ''])) as Cells

/** What a row may say of a property; all else stands in its last column as JSON Schema. */
export const DATA_TYPES = ['any', 'array', 'object', 'boolean', 'integer', 'number', 'string', 'null', 'date time'] as const
export type DataType = (typeof DATA_TYPES)[number]

/** Where a call of a rule's type carries what the rows speak of. */
export const bagOfRule = (type: RuleType): 'properties' | 'traits' =>
  type === 'IDENTIFY' || type === 'GROUP' ? 'traits' : 'properties'

// A spreadsheet would compute such a cell. One more mark before those that have one, so that every text comes back as it was.
const COMPUTED = /^'*[=+\-@\t\r]/

export const shielded = (cell: string): string => (COMPUTED.test(cell) ? `'${cell}` : cell)
export const unshielded = (cell: string): string => (cell.startsWith("'") && COMPUTED.test(cell) ? cell.slice(1) : cell)

/** `shop-web-plan--2026-03-10--12-00-utc.csv`. */
export const csvNameOf = (spaceSlug: string, planSlug: string, now: Date): string => {
  const [day = '', time = ''] = now.toISOString().split('T')
  return `${spaceSlug}-${planSlug}--${day}--${time.slice(0, 5).replace(':', '-')}-utc.csv`
}
