import { Invalid } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { SqlTraitLimits } from './limits.ts'
import type { Column, Values } from './reader.ts'

/** Whose traits a row has: `member` is the user whom a row of an account links to it. */
export type Shape = {
  readonly owner: { readonly type: 'user_id' | 'anonymous_id' | 'email' | 'group_id'; readonly place: number }
  readonly member: number | undefined
  readonly traits: readonly { readonly place: number; readonly column: Column }[]
}

const IDENTIFIERS = ['user_id', 'anonymous_id', 'email', 'group_id'] as const

const refuse = (id: string, message: string, remedy: string): Invalid => new Invalid(id, [{ field: 'query', message, remedy }])

const REMEDIES: Readonly<Record<string, string>> = {
  A: "cast it to text, for example array_to_string(tags, ',') as tags",
  D: "say in which zone it is, for example at_time at time zone 'UTC' as at_time",
}
const isWritten = ({ type, category }: Column): boolean =>
  (['S', 'E', 'B'].includes(category) && type !== 'char') ||
  (category === 'N' && type !== 'money') ||
  ['uuid', 'date', 'timestamptz', 'unknown'].includes(type)

const checkName = ({ name }: Column): void => {
  if (name === '?column?' || name === '')
    throw refuse('unnamed_column', 'A column has no name.', 'give it one: … as name; it becomes the name of the trait')
  const plain = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
  if (plain !== name && IDENTIFIERS.some((each) => each === plain))
    throw refuse(
      'named_like_identifier',
      `"${name}" is named like an identifier.`,
      `write it as ${plain}, or choose another name`,
    )
}

const checkType = (column: Column): void => {
  const { name, type, category } = column
  if (!isWritten(column))
    throw refuse(
      'column_type',
      `"${name}" is of type ${type}, and a trait is a text or a number.`,
      REMEDIES[category] ?? `cast it: "${name}"::text`,
    )
}

const ownerOf = (names: readonly string[]): Shape['owner']['type'] => {
  const has = (name: string): boolean => names.includes(name)
  if (has('anonymous_id') && (has('user_id') || has('group_id')))
    throw refuse(
      'two_identifiers',
      `The query answers ${has('user_id') ? 'user_id' : 'group_id'} and anonymous_id.`,
      'answer one of them',
    )
  if (has('group_id')) return 'group_id'
  if (has('user_id')) return 'user_id'
  if (has('anonymous_id')) return 'anonymous_id'
  if (has('email')) return 'email'
  throw refuse(
    'no_identifier',
    'The query answers no column that says whose the traits are.',
    'answer user_id, email or anonymous_id, or group_id for accounts',
  )
}

/**
 * What the columns of a query mean (spec/audiences §8): one of user_id, anonymous_id, email and group_id says whose the others are. An email
 * beside another identifier is a trait, as in an identify call. @throws Invalid with an id of its own for each way to be wrong.
 */
export const shapeOf = (columns: readonly Column[], limits: Pick<SqlTraitLimits, 'columns'>): Shape => {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (columns.length > limits.columns)
    throw refuse(
      'too_many_columns',
      `The query answers ${columns.length} columns, ${limits.columns} are allowed.`,
      'answer fewer, or make two SQL traits',
    )
  if (twice !== undefined) throw refuse('column_twice', `There are two columns "${twice}".`, 'give one of them another name')
  columns.forEach(checkName)
  const type = ownerOf(names)
  columns.forEach(checkType)
  const member = type === 'group_id' ? names.indexOf('user_id') : -1
  const identifying = new Set([names.indexOf(type), member])
  const traits = columns.flatMap((column, place) => (identifying.has(place) ? [] : [{ column, place }]))
  if (traits.length === 0)
    throw refuse('no_trait', 'The query answers no trait.', 'answer at least one column beside the identifier')
  return { owner: { type, place: names.indexOf(type) }, member: member < 0 ? undefined : member, traits }
}

const ZONE = /([+-]\d\d)(:\d\d)?$/

const numberOf = (text: string): Json => {
  const number = Number(text)
  if (!Number.isFinite(number)) return null
  // A number that cannot be held exactly stays the text it is.
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number
}

/** A value as a trait: JSON has no NaN; an instant is written with its zone. */
export const traitValue = ({ type, category }: Column, text: string | null): Json => {
  if (text === null) return null
  if (category === 'N') return numberOf(text)
  if (category === 'B') return text === 't'
  if (type !== 'timestamptz' || !ZONE.test(text)) return text
  return text
    .replace(' ', 'T')
    .replace(ZONE, (_, hours: string, minutes: string | undefined) =>
      hours === '+00' && minutes === undefined ? 'Z' : `${hours}${minutes ?? ':00'}`,
    )
}

/** All the traits of a row, in the order of their names. */
export const traitsOf = ({ traits }: Shape, row: Values): JsonObject =>
  Object.fromEntries(
    traits
      .map(({ column, place }): [string, Json] => [column.name, traitValue(column, row[place] ?? null)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

/** An identifier as the space knows it: e-mail addresses in lower case, so that two spellings of one are the same person. */
export const asKnown = (type: string, value: string): string => (type === 'email' ? value.trim().toLowerCase() : value)

/** @throws Invalid for a row that is nobody's. */
export const identifierAt = (row: Values, place: number, name: string): string => {
  const value = row[place]
  if (value === null || value === undefined || asKnown(name, value) === '')
    throw refuse('null_identifier', `A row has no ${name}.`, `leave such rows out: where ${name} is not null`)
  return value
}

export const duplicate = (type: string, value: string): Invalid =>
  refuse('duplicate_identifier', `${type} "${value}" is in two rows.`, `answer one row for each ${type}`)

export const tooManyRows = (most: number): Invalid =>
  refuse('too_many_rows', `The query answers more than ${most.toLocaleString('en')} rows.`, 'answer fewer rows')
