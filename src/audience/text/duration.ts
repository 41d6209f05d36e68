import { type Duration, spokenDuration } from '../../base/duration.ts'
import type { Reader } from './reader.ts'

const UNITS = ['second', 'minute', 'hour', 'day', 'week']

/** `30 days`. Segment has hours and days here; the other units are read as well because conditions can hold them. @throws Invalid. */
export const readDuration = (reader: Reader): Duration => {
  const amount = reader.peek()
  if (!/^\d{1,6}$/.test(amount.raw)) throw reader.fault({ expected: ['a whole number up to 999999'] })
  reader.next()
  const unit = reader.peek().raw.replace(/s$/, '')
  if (!UNITS.includes(unit)) throw reader.fault({ expected: UNITS.map((each) => `${each}s`) })
  reader.next()
  return spokenDuration(`${amount.raw} ${unit}`)
}

/** The one spelling of a duration: `1 day`, `30 days`. */
export const writeDuration = (duration: Duration): string => spokenDuration(duration)

/** `parent:` before a duration or path: it is about the event around this one in a funnel. */
export const readParent = (reader: Reader): boolean => {
  if (reader.peek().raw !== 'parent') return false
  reader.next()
  reader.expect(':')
  return true
}
