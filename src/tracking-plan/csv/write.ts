import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'csv-stringify/sync'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Rule } from '../rule-rows.ts'
import { type Cells, COLUMNS, DATA_TYPES, NO_CELLS, shielded } from './columns.ts'
import { bagIn, frameText, withBag } from './frame.ts'

type Said = Partial<Cells>
type Parted = { readonly said: Said; readonly rest: JsonObject }

const TYPES: ReadonlySet<string> = new Set(DATA_TYPES)
const typeIn = (type: Json | undefined): { readonly type: string; readonly nullable: boolean } | undefined => {
  if (type === undefined) return { type: 'any', nullable: false }
  if (typeof type === 'string') return TYPES.has(type) && type !== 'any' ? { type, nullable: false } : undefined
  if (!Array.isArray(type) || type.length !== 2 || type[1] !== 'null') return undefined
  const [first]: readonly Json[] = type
  return typeof first === 'string' && first !== 'null' && first !== 'any' && TYPES.has(first)
    ? { type: first, nullable: true }
    : undefined
}

/** Takes out of a schema what its row says. */
const partOf = (schema: JsonObject): Parted => {
  const { type, description, pattern, format, ...others } = schema
  const known = typeIn(type)
  const isTime = known?.type === 'string' && format === 'date-time'
  const says = (value: Json | undefined): value is string => typeof value === 'string' && value !== ''
  const permits = known?.type === 'string' && says(pattern)
  const rest = {
    ...others,
    ...(known || type === undefined ? {} : { type }),
    ...(description === undefined || says(description) ? {} : { description }),
    ...(pattern === undefined || permits ? {} : { pattern }),
    ...(format === undefined || isTime ? {} : { format }),
  }
  const said: Said = {
    'Data Type': known ? (isTime ? 'date time' : known.type) : '',
    'Allow Null': known ? (known.nullable ? 'yes' : 'no') : '',
    'Permitted Values': permits ? pattern : '',
    Description: says(description) ? description : '',
  }
  return { said, rest }
}

// Names that a path cannot say stay where they are.
const isSayable = (name: string): boolean =>
  name !== '' && name !== '$' && name !== '__proto__' && !/[\\\r\n]/.test(name) && name.trim() === name
const escaped = (name: string): string => name.replaceAll('.', '\\.')

type Row = { readonly path: string; readonly said: Said; readonly rest: JsonObject }
type Opened = { readonly rows: readonly Row[]; readonly rest: JsonObject }

const prefixed = (path: string, rows: readonly Row[]): readonly Row[] =>
  rows.map((row) => ({ ...row, path: `${path}.${row.path}` }))

const rowsOf = (path: string, schema: JsonObject, isRequired: boolean): readonly Row[] => {
  const { said, rest } = partOf(schema)
  const inside = openObject(rest)
  const list = openList(inside.rest)
  return [
    { path, said: { ...said, Status: isRequired ? 'required' : 'optional' }, rest: list.rest },
    ...prefixed(path, inside.rows),
    ...prefixed(path, list.rows),
  ]
}

const openList = (schema: JsonObject): Opened => {
  const { items, ...rest } = schema
  return isObject(items) ? { rows: rowsOf('$', items, false), rest } : { rows: [], rest: schema }
}

/** Takes the properties out of a schema, as rows; what no row can say stays in the rest. */
const openObject = (schema: JsonObject): Opened => {
  const { properties, required, ...rest } = schema
  if (!isObject(properties)) return { rows: [], rest: schema }
  const known = Object.entries(properties).filter(
    (entry): entry is [string, JsonObject] => isSayable(entry[0]) && isObject(entry[1]),
  )
  const others = Object.fromEntries(Object.entries(properties).filter(([name]) => !known.some(([key]) => key === name)))
  const wanted: readonly Json[] = Array.isArray(required) ? required : []
  const told = known.map(([name]) => name).filter((name) => wanted.includes(name))
  const isTold = wanted.length > 0 && isDeepStrictEqual(told, wanted)
  const keeps = known.length === 0 || Object.keys(others).length > 0
  return {
    rows: known.flatMap(([name, one]) => rowsOf(escaped(name), one, wanted.includes(name))),
    rest: { ...rest, ...(keeps ? { properties: others } : {}), ...(required === undefined || isTold ? {} : { required }) },
  }
}

const cellsOf = ({ type, key, version }: Rule, more: Said): Cells => ({
  ...NO_CELLS,
  'Rule Type': type,
  Name: key,
  Version: String(version),
  ...more,
})

const rowText = (rest: JsonObject): string => (Object.keys(rest).length === 0 ? '' : JSON.stringify(rest))

const cellsOfRule = (rule: Rule): readonly Cells[] => {
  const { type, jsonSchema } = rule
  const bag = bagIn(type, jsonSchema)
  const opened = bag && openObject(bag)
  const frame = opened ? withBag(type, jsonSchema, opened.rest) : jsonSchema
  return [
    cellsOf(rule, { 'JSON Schema': frameText(type, frame) }),
    ...(opened?.rows ?? []).map(({ path, said, rest }) =>
      cellsOf(rule, { ...said, Property: path, 'JSON Schema': rowText(rest) }),
    ),
  ]
}

/** Rows of cells as CSV text. */
export const csvOf = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  stringify(
    [header, ...rows].map((row) => row.map(shielded)),
    { quoted_match: /[\r\n]/ },
  )

/** A plan's rules as CSV, of which `readRules` makes the same rules again. */
export const rulesCsv = (rules: readonly Rule[]): string =>
  csvOf(
    COLUMNS,
    rules.flatMap(cellsOfRule).map((cells) => COLUMNS.map((name) => cells[name])),
  )
