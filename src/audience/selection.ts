import { sql } from 'kysely'
import { milliseconds } from '../base/duration.ts'
import { Invalid } from '../base/errors.ts'
import { aggregateOf, asJson, type Measured, numberTest, ofContext, presenceOf } from './aggregate.ts'
import { around } from './around.ts'
import { compareValue, referencesIn } from './compare.ts'
import type { Comparison, ComputedTraitDefinition, EventSelection } from './condition.ts'
import { type ChildFilter, compileFilter, type EventColumns } from './filter.ts'
import { traitsOf, traitValue } from './leaves/trait.ts'
import { answersOf } from './measures/index.ts'
import type { Sql } from './operator.ts'
import { inRange, type PersonAt, type Scope } from './scope.ts'
import { allComparesIn, traitsInSelection } from './walk.ts'
import { childrenIn, settledAfter } from './windows.ts'

// The calls of these types are stored under these names and are no conditions; a track event may be called the same (spec/audiences §11.4).
const NAMES_OF_CALLS = new Set(['identify', 'group', 'alias'])

const before = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

/** An event as one query knows it: `event e`, and `e1`, `e2` … those after it in a funnel. */
type Event = Measured & {
  readonly depth: number
  readonly table: Sql
  readonly spaceId: Sql
  readonly profileId: Sql
  readonly name: Sql
  readonly type: Sql
  readonly sourceId: Sql
}

const FIRST: Event = {
  depth: 0,
  table: sql`e`,
  ...{ spaceId: sql`e.space_id`, profileId: sql`e.profile_id`, name: sql`e.name`, type: sql`e.type`, sourceId: sql`e.source_id` },
  ...{ timestamp: sql`e.timestamp`, messageId: sql`e.message_id`, properties: sql`e.properties`, context: sql`e.context` },
}

const after = ({ depth }: Event): Event => {
  const alias = `e${depth + 1}`
  const column = (name: string): Sql => sql.ref(`${alias}.${name}`)
  return {
    depth: depth + 1,
    table: sql.ref(alias),
    ...{ spaceId: column('space_id'), profileId: column('profile_id'), name: column('name'), type: column('type') },
    ...{ sourceId: column('source_id'), timestamp: column('timestamp'), messageId: column('message_id') },
    ...{ properties: column('properties'), context: column('context') },
  }
}

/**
 * The window over an event's timestamp: `within` is age ≤ N and not in the future; `between` is a < age ≤ b, so that it goes on exactly where
 * `within(a)` ends (spec/audiences §11.5). No window: all there is, the future included (§11.2).
 */
export const windowOf = (
  { within, between }: EventSelection,
  now: Date,
  { timestamp }: Pick<Event, 'timestamp'> = FIRST,
): readonly Sql<boolean>[] => {
  const parts: Sql<boolean>[] = []
  if (within !== undefined) {
    parts.push(sql`${timestamp} >= ${before(now, milliseconds(within))}::timestamptz and ${timestamp} <= ${now}::timestamptz`)
  }
  if (between) {
    const [from, to] = between.map((duration) => before(now, milliseconds(duration)))
    parts.push(sql`${timestamp} < ${from}::timestamptz and ${timestamp} >= ${to}::timestamptz`)
  }
  return parts
}

/** The earliest instant at which a selected event can have been, given that of the event before it; undefined where there is none. */
const floorOf = ({ within, between }: EventSelection, now: Date, floor?: Date): Date | undefined => {
  const ages = [within, between?.[1]].flatMap((each) => (each === undefined ? [] : [before(now, milliseconds(each))]))
  const floors = [...ages, ...(floor ? [floor] : [])]
  return floors.length === 0 ? undefined : new Date(Math.max(...floors.map(Number)))
}

/*
 * A child of a funnel: events of the same profile strictly after its parent (spec/audiences §11.6). No child is older than the oldest parent
 * can be, which is said again so that only the months that matter are read.
 */
const childWindow = (child: EventSelection, here: Event, parent: Event, floor: Date | undefined): readonly Sql<boolean>[] => {
  const later = (duration: string): Sql => sql`${parent.timestamp} + ${milliseconds(duration)}::bigint * interval '1 millisecond'`
  const [from, to] = child.betweenParent ?? []
  return [
    sql`${here.profileId} = ${parent.profileId} and ${here.timestamp} > ${parent.timestamp}`,
    ...(child.withinParent === undefined ? [] : [sql<boolean>`${here.timestamp} <= ${later(child.withinParent)}`]),
    ...(from === undefined || to === undefined
      ? []
      : [sql<boolean>`${here.timestamp} > ${later(from)} and ${here.timestamp} <= ${later(to)}`]),
    ...(floor ? [sql<boolean>`${here.timestamp} >= ${floor}::timestamptz`] : []),
  ]
}

type Asking = {
  readonly scope: Scope
  readonly here: Event
  readonly parent?: Event | undefined
  readonly floor: Date | undefined
}

/** How many events of a child are in its time after the parent: between two places in their list, each found by halving it. */
const countListed = ({ withinParent, betweenParent }: EventSelection, { timestamp }: Event, times: Sql): Sql => {
  const later = (duration: string): Sql => sql`${timestamp} + ${milliseconds(duration)}::bigint * interval '1 millisecond'`
  const place = (time: Sql): Sql => sql`width_bucket(${time}, ${times})`
  const ends = [withinParent, betweenParent?.[1]].flatMap((each) => (each === undefined ? [] : [place(later(each))]))
  const [only, ...more] = ends
  const end = only === undefined ? sql`cardinality(${times})` : more.length === 0 ? only : sql`least(${sql.join(ends)})`
  return sql`coalesce(greatest(${end} - ${place(betweenParent ? later(betweenParent[0]) : timestamp)}, 0), 0)`
}

/** Whether an event of a child is in its time after the parent: the first one after it in their list, found by halving it, is early enough. */
const isListed = ({ withinParent, betweenParent }: EventSelection, { timestamp }: Event, times: Sql): Sql<boolean> => {
  const later = (duration: string): Sql => sql`${timestamp} + ${milliseconds(duration)}::bigint * interval '1 millisecond'`
  const next = sql`(${times})[width_bucket(${betweenParent ? later(betweenParent[0]) : timestamp}, ${times}) + 1]`
  const ends = [withinParent, betweenParent?.[1]].flatMap((each) => (each === undefined ? [] : [later(each)]))
  return ends.length === 0 ? sql`${next} is not null` : sql`(${next} <= least(${sql.join(ends)})) is true`
}

const childTest = (child: ChildFilter, { scope, here: parent, parent: grandparent, floor }: Asking): Sql<boolean> => {
  const { event, measure, compare } = child
  const here = after(parent)
  const times = scope.listed?.get(child)
  const parts = [
    ...chosenAt(event, { scope, here, parent, floor: floorOf(event, scope.now, floor) }),
    ...windowOf(event, scope.now, here),
    ...childWindow(event, here, parent, floor),
  ]
  const from = sql`from event ${here.table} where ${allOf(parts)}`
  const presence = measure.kind === 'count' ? presenceOf(compare) : undefined
  // Kept from becoming a join where few are asked about, for the reason given in `leaves/event.ts`.
  const each = scope.candidates ? sql` offset 0` : sql``
  if (presence && times) return presence === 'some' ? isListed(event, parent, times) : sql`not ${isListed(event, parent, times)}`
  if (presence) return presence === 'some' ? sql`exists (select ${from}${each})` : sql`not exists (select ${from}${each})`
  const number = times ? countListed(event, parent, times) : sql`(select ${aggregateOf(measure, here)} ${from})`
  const rule = numberTest(compare)
  if (rule && answersOf(measure) === 'number') return sql`(${rule.test(number)}) is true`
  const { properties: property, context } = parent
  const surroundings = { now: scope.now, property, context, parent: grandparent?.properties }
  return compareValue(asJson(measure, number), compare, around({ ...surroundings, trait: (path) => traitValue(path, scope) }))
}

const columnsOf = (asking: Asking): EventColumns => ({
  ...{ properties: asking.here.properties, context: asking.here.context, now: asking.scope.now },
  ...{ parent: asking.parent?.properties, ...traitsOf(asking.scope) },
  child: (child) => childTest(child, asking),
})

const chosenAt = (selection: EventSelection, asking: Asking): readonly Sql<boolean>[] => [
  sql`${asking.here.spaceId} = ${asking.scope.spaceId} and ${asking.here.name} = ${selection.name}`,
  ...besidesName(selection, asking),
]

const besidesName = (selection: EventSelection, asking: Asking): readonly Sql<boolean>[] => {
  const { scope, here } = asking
  const parts: Sql<boolean>[] = []
  if (NAMES_OF_CALLS.has(selection.name)) parts.push(sql`${here.type} = 'track'`)
  if (scope.asOf) parts.push(sql`${here.timestamp} <= ${scope.asOf}::timestamptz`)
  if (scope.account) parts.push(sql`coalesce(${scope.account} -> 'group_id' ? (${here.context} ->> 'groupId'), true)`)
  if (scope.since) parts.push(sql`${here.timestamp} >= ${scope.since}::timestamptz`)
  if (selection.excludeSources) parts.push(sql`${here.sourceId} <> all(${[...selection.excludeSources]}::text[])`)
  const settled = settledAfter(selection)
  if (settled !== undefined) parts.push(sql`${here.timestamp} < ${before(scope.now, settled)}::timestamptz`)
  if (selection.where) parts.push(compileFilter(selection.where, columnsOf(asking)))
  return parts
}

/** Which rows of `event e` are selected whatever their age; `e.profile_id` is left to the caller. */
export const chosen = (selection: EventSelection, scope: Scope): readonly Sql<boolean>[] => [
  ...chosenAt(selection, { scope, here: FIRST, floor: floorOf(selection, scope.now) }),
  // The events of an account are those of its users, whose ids say nothing about its own.
  ...(scope.among && scope.collection !== 'accounts' ? [inRange(FIRST.profileId, scope.among)] : []),
]

export const allOf = (parts: readonly Sql<boolean>[]): Sql<boolean> => sql`${sql.join(parts, sql` and `)}`

/** Which rows of `event e` are selected, window included. @throws Invalid for a session, which is no question about each event alone. */
export const selected = (selection: EventSelection, scope: Scope): Sql<boolean> => {
  if (selection.expiresAfter === undefined) return allOf([...chosen(selection, scope), ...windowOf(selection, scope.now)])
  throw new Invalid('session', [
    { field: 'condition.event.expiresAfter', message: 'a session is for computed traits', remedy: 'ask for the computed trait' },
  ])
}

/** Which of the rows of `event e` of its name are selected: undefined where it is all of them. */
export const selectedOfName = (selection: EventSelection, scope: Scope): Sql<boolean> | undefined => {
  const floor = floorOf(selection, scope.now)
  const parts = [...windowOf(selection, scope.now), ...besidesName(selection, { scope, here: FIRST, floor })]
  return parts.length === 0 ? undefined : allOf(parts)
}

/** The earliest instant at which an event can be selected; undefined where there is none. */
export const oldestSelected = (selection: EventSelection, now: Date): Date | undefined => floorOf(selection, now)

const asksParent = (compare: Comparison): boolean => referencesIn(compare).some(({ reference }) => reference === 'parent')

/** Whether all that is asked of the events after one is when they were, and they are the same ones whichever it is. */
const canBeListed = ({ event, measure }: ChildFilter): boolean =>
  measure.kind === 'count' &&
  traitsInSelection(event).length === 0 &&
  !(event.where && allComparesIn(event.where).some(asksParent))

// Who can have done the first: `event r`, whatever else must be true of it.
const parentsIn = (selection: EventSelection, { spaceId, now }: Scope, floor: Date | undefined): readonly Sql<boolean>[] => {
  const timestamp = sql`r.timestamp`
  const settled = settledAfter(selection)
  return [
    sql`r.space_id = ${spaceId} and r.name = ${selection.name}`,
    ...(floor ? [sql<boolean>`${timestamp} >= ${floor}::timestamptz`] : []),
    ...windowOf(selection, now, { timestamp }),
    ...(settled === undefined ? [] : [sql<boolean>`${timestamp} < ${before(now, settled)}::timestamptz`]),
  ]
}

/**
 * Everybody's children of a funnel, listed once for each profile by their times. Compared event by event, somebody who did each of the two 5,000 times
 * cost 8 s; so 1, and for ordinary people it took half as long (50,000 profiles, 1 M events, one of two windows).
 */
const listChildren = (
  selection: EventSelection,
  scope: Scope,
  here: Event = FIRST,
  floor = floorOf(selection, scope.now),
): { readonly joins: Sql; readonly scope: Scope } => {
  const children = childrenIn(selection).filter(canBeListed)
  if (scope.candidates || scope.account || scope.collection === 'accounts' || children.length === 0)
    return { joins: sql``, scope }
  const below = after(here)
  const firsts = allOf(parentsIn(selection, scope, floor))
  const listed = new Map(scope.listed)
  const joins = children.map((child, index) => {
    const { event } = child
    const alias = `after_${here.depth}_${index}`
    listed.set(child, sql.ref(`${alias}.times`))
    const own = floorOf(event, scope.now, floor)
    const inner = listChildren(event, scope, below, own)
    const parts = [
      ...chosenAt(event, { scope: inner.scope, here: below, parent: here, floor: own }),
      ...windowOf(event, scope.now, below),
      ...(floor ? [sql<boolean>`${below.timestamp} >= ${floor}::timestamptz`] : []),
      ...(scope.among ? [inRange(below.profileId, scope.among)] : []),
      // Where few did the first, only their events are read. Each once: a semi-join may compare every event with every other again.
      sql<boolean>`${below.profileId} in (select r.profile_id from event r where ${firsts} group by r.profile_id)`,
    ]
    return sql` left join (select ${below.profileId}, array_agg(${below.timestamp} order by ${below.timestamp}) as times
        from event ${below.table}${inner.joins} where ${allOf(parts)} group by ${below.profileId}) ${sql.ref(alias)}
      on ${sql.ref(`${alias}.profile_id`)} = ${here.profileId}`
  })
  return { joins: sql.join(joins, sql``), scope: { ...scope, listed } }
}

/** The profile of `event e` where events are grouped and `profile p` is not there. */
export const OWNER: PersonAt = { id: sql`o.id`, traits: sql`o.traits` }

/** The selected events of everybody, to be grouped by `e.profile_id`: FROM and WHERE. The profile is joined only where a trait is asked for. */
export const everyones = (
  selection: EventSelection,
  scope: Scope,
  needsOwner = traitsInSelection(selection).length > 0,
): { readonly from: Sql; readonly scope: Scope } => {
  const { joins, scope: own } = listChildren(selection, scope)
  return needsOwner
    ? {
        from: sql`event e join profile o on o.space_id = ${scope.spaceId} and o.id = e.profile_id${joins}`,
        scope: { ...own, person: OWNER },
      }
    : { from: sql`event e${joins}`, scope: own }
}

/**
 * The current session as `e`: the selected events since the last pause that was longer than `expiresAfter`; none after such a pause (spec/audiences
 * §7.3). `mine` are conditions on `event e` that leave whole profiles; of each event it has what is measured.
 */
export const sessionOf = (
  { event: selection, measure }: ComputedTraitDefinition,
  expiresAfter: string,
  scope: Scope,
  mine: readonly Sql<boolean>[],
): Sql => {
  const [read, kept] = ofContext(measure) ? [sql`e.context`, sql`s.context`] : [sql`e.properties`, sql`s.properties`]
  const pause = milliseconds(expiresAfter)
  const now = sql`${scope.now}::timestamptz`
  const { from, scope: own } = scope.candidates ? { from: sql`event e`, scope } : everyones(selection, scope)
  const parts = [...mine, ...chosen(selection, own), sql<boolean>`e.timestamp <= ${now}`]
  const events = sql`select e.profile_id, e.timestamp, e.message_id, ${read},
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), ${now}) - e.timestamp
      > ${pause}::bigint * interval '1 millisecond' as ends from ${from} where ${allOf(parts)}`
  return sql`(select s.profile_id, s.timestamp, s.message_id, ${kept} from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
    from (${events}) b) s where not s.ended)`
}
