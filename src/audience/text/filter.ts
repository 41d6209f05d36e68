import { unreachable } from '../../base/must.ts'
import type { ComputedTraitDefinition, EventSelection, Filter } from '../condition.ts'
import { type Argument, type Calls, notYet, readCall } from './call.ts'
import { readComparison, writeComparison } from './comparison.ts'
import { readParent } from './duration.ts'
import { type Grow, type Open, readBool, writeBool } from './junction.ts'
import { readMaybeEmpty, readQuoted, writeText } from './literal.ts'
import type { Reader } from './reader.ts'

/** The path of a context or trait. */
export const readPath = (reader: Reader): string => readQuoted(reader, 'a path')

/** The path of a property; empty for the entry of an array itself. */
export const readPropertyPath = (reader: Reader): string => {
  const token = reader.peek()
  if (!readParent(reader)) return readMaybeEmpty(reader, 'a path')
  const remedy = "write the property of this event on the left, as in property('id') = property(parent: 'id')"
  throw reader.fault({ sentence: 'property(parent: …) stands on the right side of a comparison', remedy }, token)
}

/** How events after an event are read and written; `stream.ts` knows, and reads filters with what is here. */
export type Streams = {
  readonly event: Argument<EventSelection>
  readonly read: (reader: Reader, event: EventSelection) => ComputedTraitDefinition
  readonly write: (definition: ComputedTraitDefinition) => string
}

type Start =
  | { readonly type: 'property' | 'context' | 'trait'; readonly path: string }
  | { readonly type: 'event'; readonly event: EventSelection }
  | Extract<Filter, { type: 'any_element' }>

/** `'path', bool` of `any_element( … )`, our own: one entry of the array satisfies all of it (spec/audiences §11.8). */
export const readElement = (reader: Reader, streams: Streams, path: string): { path: string; filter: Filter } => {
  reader.expect(',')
  return { path, filter: reader.nested(() => readBool(reader, growing(streams))) }
}

const startsOf = (streams: Streams): Calls<Start> => ({
  property: (reader) => ({ type: 'property', path: readPropertyPath(reader) }),
  context: (reader) => ({ type: 'context', path: readPath(reader) }),
  trait: (reader) => ({ type: 'trait', path: readPath(reader) }),
  event: (reader, word) => ({ type: 'event', event: streams.event(reader, word) }),
  any_element: (reader) => ({ type: 'any_element', ...readElement(reader, streams, readMaybeEmpty(reader, 'a path')) }),
  entity: notYet('an entity'),
})

const readLeaf = (reader: Reader, streams: Streams): Filter => {
  const start = readCall(reader, startsOf(streams), ['NOT', '"("'])
  if (start.type === 'any_element') return start
  if (start.type === 'event') return { type: 'event', ...streams.read(reader, start.event), compare: readComparison(reader) }
  return { ...start, compare: readComparison(reader) }
}

const growing = (streams: Streams): Grow<Filter> => ({
  join: (type, filters) => ({ type, filters }),
  not: (filter) => ({ type: 'not', filter }),
  leaf: (reader) => readLeaf(reader, streams),
})

/** What stands in `where( … )`, with or without the braces of an older form. */
export const readWhere = (reader: Reader, streams: Streams): Filter => {
  const braced = reader.accept('{')
  const filter = reader.nested(() => readBool(reader, growing(streams)))
  if (braced) reader.expect('}', 'AND', 'OR')
  return filter
}

const opening =
  (streams: Streams): Open<Filter> =>
  (filter) => {
    switch (filter.type) {
      case 'and':
      case 'or':
        return { type: filter.type, parts: filter.filters }
      case 'not':
        return { type: 'not', part: filter.filter }
      case 'property':
      case 'context':
      case 'trait':
        return { type: 'leaf', text: `${filter.type}(${writeText(filter.path)})${writeComparison(filter.compare)}` }
      case 'event':
        return { type: 'leaf', text: `${streams.write(filter)}${writeComparison(filter.compare)}` }
      case 'any_element':
        return { type: 'leaf', text: writeElement(filter, streams) }
      default:
        return unreachable(filter)
    }
  }

export const writeElement = ({ path, filter }: { readonly path: string; readonly filter: Filter }, streams: Streams): string =>
  `any_element(${writeText(path)}, ${writeWhere(filter, streams)})`

export const writeWhere = (filter: Filter, streams: Streams): string => writeBool(filter, opening(streams))
