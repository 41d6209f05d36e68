import { unreachable } from '../../base/must.ts'
import type { ComputedTraitDefinition, EventSelection, Filter, Measure } from '../condition.ts'
import { type Argument, type Calls, readCall, readLink } from './call.ts'
import { readDuration, readParent, writeDuration } from './duration.ts'
import { readWhere, type Streams, writeWhere } from './filter.ts'
import { readQuoted, writeText } from './literal.ts'
import type { Reader } from './reader.ts'
import type { Token } from './token.ts'

/* `event('Name')`, its filters in any order, and the reducer that makes one value of them. */

const readQuotedPath = (reader: Reader): string => readQuoted(reader, 'a path')
type Read = { readonly property: string; readonly of?: 'context' }
const PROPERTY: Calls<Read> = {
  property: (reader) => ({ property: readQuotedPath(reader) }),
  context: (reader) => ({ property: readQuotedPath(reader), of: 'context' }),
}

const readProperty = (reader: Reader): Read => {
  if (reader.peek().kind === 'text') return { property: readQuotedPath(reader) }
  return readCall(reader, PROPERTY, ['a path in single quotes'])
}

// Of accounts, `trait('email')` in place of a property: a trait of the user who did the event, a form of our own (spec/audiences §7.1).
type Owned = { readonly property: string; readonly of?: 'context' | 'user' }
const OWNED: Calls<Owned> = { trait: (reader) => ({ property: readQuotedPath(reader), of: 'user' }) }
const readOwned = (reader: Reader): Owned =>
  reader.peek().raw === 'trait' ? readCall(reader, OWNED, ['a path in single quotes']) : readProperty(reader)

const WRITTEN = { context: 'context', user: 'trait' } as const
const writeOwned = ({ property, of }: { readonly property: string; readonly of?: 'context' | 'user' | undefined }): string =>
  `${of === undefined ? 'property' : WRITTEN[of]}(${writeText(property)})`

const reduced =
  (kind: 'sum' | 'average'): Argument<Step> =>
  (reader) => ({ measure: { kind, ...readProperty(reader) } })

const chosen =
  (kind: 'first' | 'last'): Argument<Step> =>
  (reader) => ({ measure: { kind, ...readOwned(reader) } })

// `as …` after the property: how its values are read.
const readHint = <Type extends string>(reader: Reader, types: readonly Type[]): Type | undefined => {
  if (!reader.accept('as')) return undefined
  const found = types.find((each) => reader.peek().raw === each)
  if (found === undefined) throw reader.fault({ expected: types })
  reader.next()
  return found
}

const extreme =
  (kind: 'min' | 'max'): Argument<Step> =>
  (reader) => {
    const read = readProperty(reader)
    const as = readHint(reader, ['number', 'string'] as const)
    return { measure: { kind, ...read, ...(as === undefined ? {} : { as }) } }
  }

const readMode: Argument<Step> = (reader) => {
  const owned = readOwned(reader)
  const as = readHint(reader, ['string', 'number', 'array'] as const)
  const minimum = reader.accept(',') ? readTimes(reader) : 2
  return { measure: { kind: 'most_frequent', ...owned, minimum, ...(as === undefined ? {} : { as }) } }
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

// `exclude: 'a', 'b'`; the older form stands in braces, its list in brackets.
const readSources = (reader: Reader): string[] => {
  const braced = reader.accept('{')
  reader.expect('exclude')
  reader.expect(':')
  const bracketed = reader.accept('[')
  const sources = [readQuoted(reader, 'the id of a source')]
  while (reader.accept(',')) sources.push(readQuoted(reader, 'the id of a source'))
  if (bracketed) reader.expect(']', '","')
  if (braced) reader.expect('}')
  if (sources.length > 100) throw reader.fault({ sentence: 'at most 100 sources are left out' })
  return sources
}

// Inside where(…) an event may be bound to the one around it, with `settled()` of our own (spec/audiences §11.6).
const STEPS: Calls<Step> = {
  where: (reader, word) => ({ word, filter: { where: readWhere(reader, STREAMS) } }),
  within: (reader, word) => ({
    word,
    filter: readParent(reader) ? { withinParent: readDuration(reader) } : { within: readDuration(reader) },
  }),
  between: (reader, word) => ({
    word,
    filter: readParent(reader) ? { betweenParent: readBetween(reader) } : { between: readBetween(reader) },
  }),
  sources: (reader, word) => ({ word, filter: { excludeSources: readSources(reader) } }),
  settled: (_reader, word) => ({ word, filter: { settled: true } }),
  expires_after: (reader, word) => ({ word, filter: { expiresAfter: readDuration(reader) } }),
  count: () => ({ measure: { kind: 'count' } }),
  sum: reduced('sum'),
  avg: reduced('average'),
  max: extreme('max'),
  min: extreme('min'),
  mode: readMode,
  first: chosen('first'),
  last: chosen('last'),
  unique: (reader) => ({ measure: { kind: 'unique', ...readProperty(reader) } }),
}

const both = (a: Filter | undefined, b: Filter): Filter => (a === undefined ? b : { type: 'and', filters: [a, b] })

const withWhere = (reader: Reader, event: EventSelection, where: Filter): EventSelection => {
  const next = { ...event, where: both(event.where, where) }
  reader.places.hand(event, next)
  return next
}

const narrowed = (reader: Reader, event: EventSelection, { filter, word }: Extract<Step, { word: Token }>): EventSelection => {
  if (filter.where) return withWhere(reader, event, filter.where)
  const [key] = Object.keys(filter)
  if (key !== undefined && Object.hasOwn(event, key)) throw reader.fault({ sentence: `there is a ${word.raw}(…) already` }, word)
  const next = { ...event, ...filter }
  reader.places.hand(event, next)
  reader.places.note(next, word, key)
  return next
}

/** The name in `event( … )`. */
export const readEventName: Argument<EventSelection> = (reader) => ({ name: readQuoted(reader, 'the name of an event') })

// `.unique('p').count()` is the length of the list; any other word after the list compares it.
const readLength = (reader: Reader, list: Extract<Measure, { kind: 'unique' }>): Measure => {
  if (reader.peek().raw !== '.' || reader.peek(1).raw !== 'count') return list
  for (const sign of ['.', 'count', '(', ')']) reader.expect(sign)
  return { ...list, kind: 'unique_count' }
}

/** The filters after `event('Name')` and the reducer that ends them. */
export const readStream = (reader: Reader, event: EventSelection): ComputedTraitDefinition => {
  const word = reader.peek(1)
  const step = readLink(reader, STEPS)
  if (!('measure' in step)) return readStream(reader, narrowed(reader, event, step))
  const measure = step.measure.kind === 'unique' ? readLength(reader, step.measure) : step.measure
  reader.places.note(measure, word)
  return { event, measure }
}

const REDUCERS = { sum: 'sum', average: 'avg', unique: 'unique' } as const

const writeHint = (as: string | undefined): string => (as === undefined ? '' : ` as ${as}`)

const writeMeasure = (measure: Measure): string => {
  switch (measure.kind) {
    case 'count':
      return '.count()'
    case 'min':
    case 'max':
      return `.${measure.kind}(${writeOwned(measure)}${writeHint(measure.as)})`
    case 'first':
    case 'last':
      return `.${measure.kind}(${writeOwned(measure)})`
    case 'sum':
    case 'average':
    case 'unique':
      return `.${REDUCERS[measure.kind]}(${writeOwned(measure)})`
    case 'unique_count':
      return `.unique(${writeOwned(measure)}).count()`
    case 'most_frequent':
      return `.mode(${writeOwned(measure)}${writeHint(measure.as)}, ${measure.minimum})`
    default:
      return unreachable(measure)
  }
}

const call = (name: string, argument: string | undefined): string => (argument === undefined ? '' : `.${name}(${argument})`)

const writeFilters = (event: EventSelection): string =>
  [
    call('where', event.where && writeWhere(event.where, STREAMS)),
    call('sources', event.excludeSources && `exclude: ${event.excludeSources.map(writeText).join(', ')}`),
    call('within', event.within && writeDuration(event.within)),
    call('between', event.between?.map(writeDuration).join(', ')),
    call('within', event.withinParent && `parent: ${writeDuration(event.withinParent)}`),
    call('between', event.betweenParent && `parent: ${event.betweenParent.map(writeDuration).join(', ')}`),
    call('settled', event.settled && ''),
    call('expires_after', event.expiresAfter && writeDuration(event.expiresAfter)),
  ].join('')

/** `event('Order').where(property('total') > 5).within(30 days).count()`. */
export const writeStream = ({ event, measure }: ComputedTraitDefinition): string =>
  `event(${writeText(event.name)})${writeFilters(event)}${writeMeasure(measure)}`

/** How streams are read and written inside of filters. */
export const STREAMS: Streams = { event: readEventName, read: readStream, write: writeStream }
