import type { Json, JsonObject } from '../base/json.ts'
import { isObject } from '../base/json.ts'

const cell = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return value.toLocaleString('en')
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? value.slice(0, 19).replace('T', ' ') : value
  return JSON.stringify(value)
}

/** A column: its heading and what it shows of a row. */
export type Column = readonly [heading: string, value: (row: JsonObject) => Json | undefined]

/** Rows as an aligned table; numbers to the right. Nothing to show says so. */
export const table = (rows: readonly JsonObject[], columns: readonly Column[]): string => {
  if (rows.length === 0) return 'Nothing here yet.'
  const raw = rows.map((row) => columns.map(([, value]) => value(row)))
  const text = raw.map((row) => row.map(cell))
  const widths = columns.map(([heading], at) => Math.max(heading.length, ...text.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[], numbers: readonly boolean[]): string =>
    cells
      .map((each, at) => (numbers[at] ? each.padStart(widths[at] ?? 0) : each.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const numeric = columns.map((_, at) =>
    raw.every((row) => typeof row[at] === 'number' || row[at] === null || row[at] === undefined),
  )
  const heading = line(
    columns.map(([name]) => name),
    numeric,
  )
  return [heading, widths.map((width) => '─'.repeat(width)).join('  '), ...text.map((row) => line(row, numeric))].join('\n')
}

/** The list under `key` of an answer. */
export const listOf = (answer: JsonObject, key: string): readonly JsonObject[] => {
  const list = answer[key]
  return Array.isArray(list) ? list.filter(isObject) : []
}

export const objectOf = (answer: JsonObject, key: string): JsonObject => {
  const value = answer[key]
  return isObject(value) ? value : {}
}

export const textOf = (value: Json | undefined): string => cell(value)
