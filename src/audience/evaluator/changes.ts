import type { Condition } from '../condition.ts'
import { looksAt } from './looks.ts'
import { holds } from './matches.ts'
import { type Moment, momentsOf } from './moments.ts'
import { eventsOf, usersOf } from './person.ts'
import type { Place } from './place.ts'

/** The first instant at which a condition has another answer though nothing happens, and what time does then. */
export type Turn = { readonly at: Date; readonly matches: boolean; readonly because: string }
/** `turn` where there is one; `until` is how far was looked, where there are too many instants to look at all. */
export type Outlook = { readonly turn?: Turn; readonly until?: Date }

// Each instant asks the whole condition again.
const MOST = 400

const eventsAround = ({ person, world }: Place): number =>
  Math.max(eventsOf(person, world).length, ...usersOf(person, world).map((each) => each.events.length))

const isInTime = (at: number): boolean => !Number.isNaN(new Date(at).getTime())

/**
 * When time alone changes the answer. Everything that is stored stays as it is: the events, the traits, the memberships of other audiences.
 * `looks` is how often events may be looked at for it: who has many is asked at fewer instants.
 */
export const outlook = (condition: Condition, place: Place, looks = Number.POSITIVE_INFINITY): Outlook => {
  const now = place.now.getTime()
  const later: readonly Moment[] = momentsOf(condition, place).filter(({ at }) => at > now && isInTime(at))
  const instants = [...new Set(later.map(({ at }) => at))].toSorted((a, b) => a - b)
  const was = holds(condition, place)
  const most = Math.max(1, Math.min(MOST, Math.floor(looks / Math.max(1, looksAt(condition, eventsAround(place))))))
  const asked = instants.slice(0, most)
  const at = asked.find((each) => holds(condition, { ...place, now: new Date(each) }) !== was)
  if (at !== undefined) {
    const because = later.find((moment) => moment.at === at)?.because ?? ''
    return { turn: { at: new Date(at), matches: !was, because } }
  }
  const last = instants.length > most ? asked.at(-1) : undefined
  return last === undefined ? {} : { until: new Date(last) }
}
