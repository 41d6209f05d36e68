import type { Problem } from '../../base/errors.ts'
import { unreachable } from '../../base/must.ts'
import type { ComputedTraitDefinition, Condition, EventSelection, Filter } from '../condition.ts'
import { keysOf, pathOf } from '../path.ts'
import { type Calls, notYet, readCall } from './call.ts'
import { readComparison, writeComparison } from './comparison.ts'
import { readElement, readPath, writeElement } from './filter.ts'
import { type Grow, type Open, readBool, writeBool } from './junction.ts'
import { writeText } from './literal.ts'
import { type Reader, readerOf } from './reader.ts'
import { readEventName, readStream, STREAMS, writeStream } from './stream.ts'

/*
 * The text of conditions: Segment's query language (spec/audiences §11.2). Reading and writing are one table for each place of the
 * grammar; what conditions cannot hold yet is an entry `notYet(…)` of its table.
 */

export type Reading = {
  /** Keys of audiences: `trait('key') = true` is then membership. Without them it is a trait, which is evaluated the same. */
  readonly audiences?: { readonly has: (key: string) => boolean } | undefined
  /** What the text is called in problems. */
  readonly field?: string | undefined
}

type Source =
  | { readonly trait: string }
  | { readonly event: EventSelection }
  | { readonly element: { path: string; filter: Filter } }

const INSIDE = 'is read only inside where(…) or a reducer'
const SOURCES: Calls<Source> = {
  event: (reader, word) => ({ event: readEventName(reader, word) }),
  trait: (reader) => ({ trait: readPath(reader) }),
  any_element: (reader) => ({ element: readElement(reader, STREAMS, readPath(reader)) }),
  entity: notYet('an entity'),
  property: { sentence: `a property ${INSIDE}` },
  context: { sentence: `the context ${INSIDE}` },
}

const traitOrAudience = (condition: Extract<Condition, { type: 'trait' }>, { audiences }: Reading): Condition => {
  const { path, compare } = condition
  const [key = '', ...deeper] = keysOf(path)
  const isTrue = compare.operator === 'equals' && (compare.value === true || compare.value === 'true') && !compare.ignoreCase
  return isTrue && deeper.length === 0 && audiences?.has(key) ? { type: 'audience', audience: key } : condition
}

const readLeaf = (reader: Reader, reading: Reading): Condition => {
  const source = readCall(reader, SOURCES, ['NOT', '"("'])
  if ('element' in source) return { type: 'any_element', ...source.element }
  if ('event' in source) return { type: 'event', ...readStream(reader, source.event), compare: readComparison(reader) }
  return traitOrAudience({ type: 'trait', path: source.trait, compare: readComparison(reader) }, reading)
}

const growing = (reading: Reading): Grow<Condition> => ({
  join: (type, conditions) => ({ type, conditions }),
  not: (condition) => ({ type: 'not', condition }),
  users: (type, condition) => ({ type, condition }),
  leaf: (reader) => readLeaf(reader, reading),
})

const readCondition = (reader: Reader, reading: Reading): Condition => {
  const condition = readBool(reader, growing(reading))
  if (reader.peek().kind !== 'end') throw reader.fault({ expected: ['AND', 'OR', 'the end'] })
  return condition
}

/** Reads a query that defines an audience. @throws Invalid that points at the first place that is wrong; nothing else for any text. */
export const parseCondition = (text: string, reading: Reading = {}): Condition =>
  readCondition(readerOf(text, reading.field ?? 'query'), reading)

const readTrait = (reader: Reader): ComputedTraitDefinition => {
  const token = reader.peek()
  const definition = readStream(reader, readCall(reader, { event: readEventName, entity: notYet('an entity') }))
  reader.places.note(definition, token)
  if (reader.peek().kind === 'end') return definition
  throw reader.fault({ expected: ['the end'], remedy: 'end a computed trait with its reducer, as in .count()' })
}

/** Reads a query that defines a computed trait: it ends with a reducer. @throws Invalid as `parseCondition` does. */
export const parseTrait = (text: string, { field = 'query' }: Pick<Reading, 'field'> = {}): ComputedTraitDefinition =>
  readTrait(readerOf(text, field))

// A definition is checked as JSON: a condition below `definition.condition`, a computed trait below `definition`.
const ROOTS = { audience: 'definition.condition', computed_trait: 'definition' } as const

/**
 * The same problems with what was read from a query, each with the line and column of the part that it is about; its field stays the
 * place in the JSON. What is about no part of the definition stays as it is.
 */
export const pointedAt = (text: string, kind: keyof typeof ROOTS, problems: readonly Problem[]): readonly Problem[] => {
  const reader = readerOf(text, 'query')
  const whole = kind === 'audience' ? readCondition(reader, {}) : readTrait(reader)
  const root = ROOTS[kind]
  return problems.map((problem) => {
    const { field, message: sentence, remedy } = problem
    if ('line' in problem || (field !== root && !field.startsWith(`${root}.`))) return problem
    const token = reader.places.find(
      whole,
      field
        .slice(root.length + 1)
        .split('.')
        .filter(Boolean),
    )
    return token ? reader.problemAt(field, token, { sentence, remedy }) : problem
  })
}

const open: Open<Condition> = (condition) => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return { type: condition.type, parts: condition.conditions }
    case 'not':
    case 'any':
    case 'all':
      return { type: condition.type, part: condition.condition }
    case 'any_element':
      return { type: 'leaf', text: writeElement(condition, STREAMS) }
    case 'trait':
      return { type: 'leaf', text: `trait(${writeText(condition.path)})${writeComparison(condition.compare)}` }
    case 'event':
      return { type: 'leaf', text: `${writeStream(condition)}${writeComparison(condition.compare)}` }
    case 'audience':
      return { type: 'leaf', text: `trait(${writeText(pathOf(condition.audience))}) = true` }
    default:
      return unreachable(condition)
  }
}

/**
 * The one text of a condition: signs where there are signs, the fewest parentheses, one line. Membership of an audience is
 * `trait('key') = true`. What is read from it means the same and, given the audiences' keys, is the same.
 */
export const printCondition = (condition: Condition): string => writeBool(condition, open)

/** The one text of a computed trait: `event('Order').within(30 days).sum(property('revenue'))`. */
export const printTrait = (definition: ComputedTraitDefinition): string => writeStream(definition)
