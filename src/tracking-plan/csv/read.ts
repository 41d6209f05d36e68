import { CsvProblem, csvRecords } from '../../base/csv.ts'
import { Invalid } from '../../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Rule } from '../rule-rows.ts'
import { idOf } from '../rule-rows.ts'
import { RuleType } from '../rule-type.ts'
import { refuseBadSchema } from '../schema.ts'
import { type Cells, COLUMNS, type Column, DATA_TYPES, type DataType, NO_CELLS, unshielded } from './columns.ts'
import { bagIn, frameOf, withBag } from './frame.ts'
import { csvOf } from './write.ts'

/** A row that is wrong: which, where and why. */
export type BadRow = { readonly row: number; readonly column: Column | ''; readonly message: string; readonly cells: Cells }
type Row = { readonly row: number; readonly cells: Cells }
export type ReadRules = { readonly rules: readonly Rule[]; readonly bad: readonly BadRow[]; readonly rows: number }

const MOST_BYTES = 15 * 1024 * 1024
const MOST_ROWS = 100_000
const REPORT = 'error_report.csv'

const refuseFile = (message: string, remedy: string): never => {
  throw new Invalid('plan_csv', [{ field: 'file', message, remedy }])
}

const rowsIn = (text: string): readonly Row[] => {
  try {
    const [header, ...records] = csvRecords(text)
    const names = (header?.fields ?? []).map((name) => name.trim())
    const unknown = names.filter((name) => !(COLUMNS as readonly string[]).includes(name))
    if (unknown.length > 0) refuseFile(`has a column "${unknown[0]}" that is not known`, `name the columns ${COLUMNS.join(', ')}`)
    if (!names.includes('Rule Type') || !names.includes('Name'))
      refuseFile('has no columns "Rule Type" and "Name"', 'begin with the first line of a downloaded plan')
    return records
      .filter(({ fields }) => fields.some((field) => field.trim() !== ''))
      .map(({ line, fields }) => ({
        row: line,
        cells: { ...NO_CELLS, ...Object.fromEntries(names.map((name, at) => [name, unshielded(fields[at] ?? '')])) },
      }))
  } catch (error) {
    if (error instanceof CsvProblem)
      return refuseFile(`cannot be read at line ${error.line}: ${error.message}`, 'write it as RFC 4180 says')
    throw error
  }
}

class Bad extends Error {
  readonly column: Column | ''
  constructor(column: Column | '', message: string) {
    super(message)
    this.column = column
  }
}

const oneOf = <T extends string>(column: Column, cell: string, values: readonly T[]): T => {
  const found = values.find((value) => value.toLowerCase() === cell.trim().toLowerCase())
  if (found === undefined) throw new Bad(column, `"${cell}" is none of ${values.join(', ')}`)
  return found
}

const versionIn = (cell: string): number => {
  if (!/^([1-9]\d{0,5})?$/.test(cell.trim())) throw new Bad('Version', `"${cell}" is no whole number from 1 on`)
  return Number(cell.trim() || 1)
}

const schemaIn = (cell: string): JsonObject | undefined => {
  if (cell.trim() === '') return undefined
  try {
    const value = JSON.parse(cell) as Json
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  throw new Bad('JSON Schema', 'is no JSON object')
}

const typeOf = (cell: string): DataType | '' => (cell.trim() === '' ? '' : oneOf('Data Type', cell, DATA_TYPES))

const ofType = (type: DataType | '', nullable: boolean): JsonObject => {
  if (type === '' || type === 'any') return {}
  const name = type === 'date time' ? 'string' : type
  return { type: nullable && name !== 'null' ? [name, 'null'] : name, ...(type === 'date time' ? { format: 'date-time' } : {}) }
}

const yesIn = (column: Column, cell: string): boolean => cell.trim() !== '' && oneOf(column, cell, ['yes', 'no']) === 'yes'

const propertyIn = (cells: Cells): { readonly schema: JsonObject; readonly required: boolean } => {
  const type = typeOf(cells['Data Type'])
  const nullable = yesIn('Allow Null', cells['Allow Null'])
  const pattern = cells['Permitted Values']
  if (pattern !== '' && type !== 'string' && type !== 'date time')
    throw new Bad('Permitted Values', 'go with the data type string only')
  const status = cells.Status.trim() === '' ? 'optional' : oneOf('Status', cells.Status, ['required', 'optional'])
  const schema = {
    ...schemaIn(cells['JSON Schema']),
    ...ofType(type, nullable),
    ...(pattern === '' ? {} : { pattern }),
    ...(cells.Description === '' ? {} : { description: cells.Description }),
  }
  return { schema, required: status === 'required' }
}

const keysIn = (path: string): readonly string[] => {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))
  if (keys.some((key) => key === '' || key === '__proto__')) throw new Bad('Property', `"${path}" is no path`)
  return keys
}

type Node = { schema: JsonObject; readonly below: Map<string, Node>; readonly required: Set<string> }
const nodeOf = (schema: JsonObject = {}): Node => ({ schema, below: new Map(), required: new Set() })

const nodeAt = (root: Node, keys: readonly string[]): Node => {
  let here = root
  for (const [at, key] of keys.entries()) {
    // What has something in it and no row of its own is what it must be for that.
    const next: Node = here.below.get(key) ?? nodeOf({ type: keys[at + 1] === '$' ? 'array' : 'object' })
    here.below.set(key, next)
    here = next
  }
  return here
}

const isSame = (a: readonly Json[], b: ReadonlySet<string>): boolean =>
  a.length === b.size && a.every((one) => b.has(one as string))

// Undefined where it stays as it is: what no row speaks of stays required, and so does an order that differs from the rows'.
const requiredOf = ({ schema, required, below }: Node): readonly string[] | undefined => {
  const there = schema['required']
  const told: readonly Json[] = Array.isArray(there) ? there : []
  const silent = told.map(String).filter((name) => !below.has(name))
  const wanted = new Set([...required, ...silent])
  return isSame(told, wanted) ? undefined : [...below.keys()].filter((name) => wanted.has(name)).concat(silent)
}

const schemaOf = (node: Node): JsonObject => {
  const { schema, below } = node
  const items = below.get('$')
  const named = [...below].filter(([key]) => key !== '$')
  const there = isObject(schema['properties']) ? schema['properties'] : {}
  const inside: JsonObject = Object.fromEntries(named.map(([key, one]) => [key, schemaOf(one)]))
  const made: JsonObject = {
    ...schema,
    ...(named.length === 0 ? {} : { properties: { ...there, ...inside } }),
    ...(items ? { items: schemaOf(items) } : {}),
  }
  const required = named.length === 0 ? undefined : requiredOf(node)
  if (required === undefined) return made
  const { required: _, ...rest } = made
  return required.length === 0 ? rest : { ...rest, required }
}

type Reading = {
  readonly first: Row
  readonly rule: Omit<Rule, 'jsonSchema'>
  frame: JsonObject | undefined
  readonly root: Node
  readonly paths: Set<string>
}

const ruleIn = (cells: Cells): Omit<Rule, 'jsonSchema'> => {
  const type = oneOf('Rule Type', cells['Rule Type'], RuleType.options)
  if (type === 'TRACK' && cells.Name === '') throw new Bad('Name', 'is missing: name the event')
  return { type, key: cells.Name, version: versionIn(cells.Version) }
}

const readRow = (readings: Map<string, Reading>, row: Row): void => {
  const { cells } = row
  const rule = ruleIn(cells)
  const reading = readings.get(idOf(rule)) ?? { first: row, rule, frame: undefined, root: nodeOf(), paths: new Set() }
  const path = cells.Property.trim()
  if (reading.paths.has(path))
    throw new Bad('Property', path === '' ? 'the rule has a row already' : `"${path}" has a row already`)
  if (path === '') reading.frame = schemaIn(cells['JSON Schema'])
  else {
    if (rule.type === 'COMMON') throw new Bad('Property', 'a common rule is said in the column JSON Schema')
    const keys = keysIn(path)
    const { schema, required } = propertyIn(cells)
    nodeAt(reading.root, keys).schema = schema
    const last = keys.at(-1)
    if (required && last !== undefined && last !== '$') nodeAt(reading.root, keys.slice(0, -1)).required.add(last)
  }
  reading.paths.add(path)
  readings.set(idOf(rule), reading)
}

const finished = ({ rule, frame, root }: Reading): Rule => {
  const schema = frame ?? frameOf(rule.type)
  if (root.below.size === 0) return { ...rule, jsonSchema: schema }
  const bag = bagIn(rule.type, schema) ?? { type: 'object' }
  return { ...rule, jsonSchema: withBag(rule.type, schema, schemaOf({ ...root, schema: bag })) }
}

const wordsOf = ({ problems }: Invalid): string =>
  problems.map(({ message, remedy }) => (remedy ? `${message}: ${remedy}` : message)).join('; ')

const badOf = ({ row, cells }: Row, error: unknown): BadRow => {
  if (error instanceof Bad) return { row, column: error.column, message: error.message, cells }
  if (error instanceof Invalid) return { row, column: 'JSON Schema', message: wordsOf(error), cells }
  throw error
}

/**
 * Reads a plan's CSV: its rules, and each row that is wrong with its reason. @throws Invalid where the file as a whole is none: more than 15 MB,
 * no row below the first, 100,000 or more, a column that is not known.
 */
export const readRules = (text: string): ReadRules => {
  if (Buffer.byteLength(text) >= MOST_BYTES) refuseFile('is 15 MB or larger', 'split it')
  const rows = rowsIn(text)
  if (rows.length === 0) refuseFile('has a first line and nothing below it', 'send at least one row')
  if (rows.length >= MOST_ROWS) refuseFile(`has ${rows.length} rows`, `send fewer than ${MOST_ROWS}`)
  const readings = new Map<string, Reading>()
  const bad: BadRow[] = []
  for (const row of rows) {
    try {
      readRow(readings, row)
    } catch (error) {
      bad.push(badOf(row, error))
    }
  }
  const rules = [...readings.values()].flatMap((reading): readonly Rule[] => {
    try {
      const rule = finished(reading)
      refuseBadSchema('', rule.jsonSchema)
      return [rule]
    } catch (error) {
      bad.push(badOf(reading.first, error))
      return []
    }
  })
  return { rules, bad: bad.toSorted((a, b) => a.row - b.row), rows: rows.length }
}

/** The rows that are wrong as a CSV file of their own, each with its number and its reason: `error_report.csv`. */
export const errorReport = (bad: readonly BadRow[]): { readonly name: string; readonly content: string } => ({
  name: REPORT,
  content: csvOf(
    ['Row', 'Column', 'Error', ...COLUMNS],
    bad.map(({ row, column, message, cells }) => [String(row), column, message, ...COLUMNS.map((name) => cells[name])]),
  ),
})
