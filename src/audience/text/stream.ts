import { unreachable } from '../../base/must.ts'
import type { ComputedTraitDefinition, EventSelection, Filter, Measure } from '../condition.ts'
import { type Argument, type Calls, notYet, readCall, readLink } from './call.ts'
import { readDuration, writeDuration } from './duration.ts'
import { readPath, readWhere, writeWhere } from './filter.ts'
import { readQuoted, writeText } from './literal.ts'
import type { Reader } from './reader.ts'
import type { Token } from './token.ts'

/* `event('Name')`, its filters in any order, and the reducer that makes one value of them. */

const PROPERTY: Calls<string> = { property: readPath, context: notYet('a reducer of the context') }

const readProperty = (reader: Reader): string => {
  if (reader.peek().kind === 'text') return readPath(reader)
  return readCall(reader, PROPERTY, ['a path in single quotes'])
}

const reduced =
  (kind: 'sum' | 'average' | 'min' | 'max' | 'first' | 'last', typed = false): Argument<Step> =>
  (reader) => {
    const property = readProperty(reader)
    if (typed && reader.accept('as') && !reader.accept('number')) {
      throw reader.fault({ sentence: `"as ${reader.peek().raw}" is not supported yet`, remedy: 'numbers are compared' })
    }
    return { measure: { kind, property } }
  }

const readMode: Argument<Step> = (reader) => {
  const property = readProperty(reader)
  if (reader.accept('as') && !reader.accept('string')) {
    throw reader.fault({ sentence: `"as ${reader.peek().raw}" is not supported yet`, remedy: 'values are counted as strings' })
  }
  if (!reader.accept(',')) return { measure: { kind: 'most_frequent', property, minimum: 2 } }
  return { measure: { kind: 'most_frequent', property, minimum: readTimes(reader) } }
}

const readTimes = (reader: Reader): number => {
  const token = reader.next()
  const times = Number(token.raw)
  if (!/^[1-9]\d{0,5}$/.test(token.raw))
    throw reader.fault({ expected: ['how often a value must be there, from 1 to 999999'] }, token)
  return times
}

type Step = { readonly filter: Partial<EventSelection>; readonly word: Token } | { readonly measure: Measure }

const readBetween = (reader: Reader): [string, string] => {
  const from = readDuration(reader)
  reader.expect(',')
  return [from, readDuration(reader)]
}

const STEPS: Calls<Step> = {
  where: (reader, word) => ({ word, filter: { where: readWhere(reader) } }),
  within: (reader, word) => ({ word, filter: { within: readDuration(reader) } }),
  between: (reader, word) => ({ word, filter: { between: readBetween(reader) } }),
  sources: notYet('leaving out sources'),
  expires_after: notYet('a session window'),
  count: () => ({ measure: { kind: 'count' } }),
  sum: reduced('sum'),
  avg: reduced('average'),
  max: reduced('max', true),
  min: reduced('min', true),
  mode: readMode,
  first: reduced('first'),
  last: reduced('last'),
  unique: (reader) => ({ measure: { kind: 'unique', property: readProperty(reader) } }),
}

const both = (a: Filter | undefined, b: Filter): Filter => (a === undefined ? b : { type: 'and', filters: [a, b] })

const narrowed = (reader: Reader, event: EventSelection, { filter, word }: Extract<Step, { word: Token }>): EventSelection => {
  if (filter.where) return { ...event, where: both(event.where, filter.where) }
  const [key] = Object.keys(filter)
  if (key !== undefined && Object.hasOwn(event, key)) throw reader.fault({ sentence: `there is a ${key}(…) already` }, word)
  return { ...event, ...filter }
}

/** The name in `event( … )`. */
export const readEventName: Argument<EventSelection> = (reader) => ({ name: readQuoted(reader, 'the name of an event') })

// `.unique('p').count()` is the length of the list; any other word after the list compares it.
const readLength = (reader: Reader, property: string): Measure => {
  if (reader.peek().raw !== '.' || reader.peek(1).raw !== 'count') return { kind: 'unique', property }
  for (const sign of ['.', 'count', '(', ')']) reader.expect(sign)
  return { kind: 'unique_count', property }
}

/** The filters after `event('Name')` and the reducer that ends them. */
export const readStream = (reader: Reader, event: EventSelection): ComputedTraitDefinition => {
  const step = readLink(reader, STEPS)
  if (!('measure' in step)) return readStream(reader, narrowed(reader, event, step))
  return { event, measure: step.measure.kind === 'unique' ? readLength(reader, step.measure.property) : step.measure }
}

const REDUCERS = { sum: 'sum', average: 'avg', min: 'min', max: 'max', first: 'first', last: 'last', unique: 'unique' } as const

const writeMeasure = (measure: Measure): string => {
  switch (measure.kind) {
    case 'count':
      return '.count()'
    case 'sum':
    case 'average':
    case 'min':
    case 'max':
    case 'first':
    case 'last':
    case 'unique':
      return `.${REDUCERS[measure.kind]}(property(${writeText(measure.property)}))`
    case 'unique_count':
      return `.unique(property(${writeText(measure.property)})).count()`
    case 'most_frequent':
      return `.mode(property(${writeText(measure.property)}), ${measure.minimum})`
    default:
      return unreachable(measure)
  }
}

/** `event('Order').where(property('total') > 5).within(30 days).count()`. */
export const writeStream = ({ event, measure }: ComputedTraitDefinition): string =>
  [
    `event(${writeText(event.name)})`,
    event.where ? `.where(${writeWhere(event.where)})` : '',
    event.within === undefined ? '' : `.within(${writeDuration(event.within)})`,
    event.between ? `.between(${event.between.map(writeDuration).join(', ')})` : '',
    writeMeasure(measure),
  ].join('')
