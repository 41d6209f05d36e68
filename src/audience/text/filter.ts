import { unreachable } from '../../base/must.ts'
import type { Filter } from '../condition.ts'
import { type Calls, notYet, readCall } from './call.ts'
import { readComparison, writeComparison } from './comparison.ts'
import { type Grow, type Open, readBool, writeBool } from './junction.ts'
import { readQuoted, writeText } from './literal.ts'
import type { Reader } from './reader.ts'

/** The path of a property, context or trait; `parent:` before it belongs to funnels. */
export const readPath = (reader: Reader): string => {
  if (reader.peek().raw === 'parent') throw reader.fault({ sentence: 'property(parent: …) of a funnel is not supported yet' })
  return readQuoted(reader, 'a path')
}

type Leaf = Extract<Filter, { path: string }>

const VALUES: Calls<Pick<Leaf, 'type' | 'path'>> = {
  property: (reader) => ({ type: 'property', path: readPath(reader) }),
  context: (reader) => ({ type: 'context', path: readPath(reader) }),
  event: notYet('a funnel (an event inside where)'),
  entity: notYet('an entity'),
  trait: notYet('a trait inside where', 'compare the trait beside the event and join them with AND'),
}

const grow: Grow<Filter> = {
  join: (type, filters) => ({ type, filters }),
  not: (filter) => ({ type: 'not', filter }),
  leaf: (reader) => ({ ...readCall(reader, VALUES, ['NOT', '"("']), compare: readComparison(reader) }),
}

/** What stands in `where( … )`, with or without the braces of an older form. */
export const readWhere = (reader: Reader): Filter => {
  const braced = reader.accept('{')
  const filter = reader.nested(() => readBool(reader, grow))
  if (braced) reader.expect('}', 'AND', 'OR')
  return filter
}

const open: Open<Filter> = (filter) => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return { type: filter.type, parts: filter.filters }
    case 'not':
      return { type: 'not', part: filter.filter }
    case 'property':
    case 'context':
      return { type: 'leaf', text: `${filter.type}(${writeText(filter.path)})${writeComparison(filter.compare)}` }
    default:
      return unreachable(filter)
  }
}

export const writeWhere = (filter: Filter): string => writeBool(filter, open)
