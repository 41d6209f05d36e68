import { sql } from 'kysely'
import type { Json } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { topFive } from './frequent.ts'
import { type Planned, plannedOf } from './planned.ts'
import { countsSince, kindOf, type Stored, seenKey } from './seen.ts'
import type { Subject } from './subject.ts'
import { type Switch, switchesOf } from './switch.ts'

/** An event, property or trait of a source: what was seen of it, and what was said of it. Never seen: added by hand. */
export type Entry = Subject & {
  readonly kind: string
  readonly firstAt: Date | undefined
  readonly lastAt: Date | undefined
  readonly allowed: number
  readonly blocked: number
  readonly enabled: boolean
  readonly archivedAt: Date | undefined
  /** Undefined where no plan is connected. */
  readonly planned: boolean | undefined
  readonly frequent: readonly { readonly value: Json; readonly count: number }[]
}

/** `events`: events and traits, without the properties of events; `all`; or the properties of one event. */
export type Part = 'events' | 'all' | Pick<Subject, 'type' | 'name'>

const seenOf = (db: Db, spaceId: string, sourceId: string, part: Part): Promise<readonly Stored[]> => {
  const [type, name] = typeof part === 'string' ? [null, null] : [part.type, part.name]
  return run(
    db,
    query(
      'catalog_seen.of_source',
      sql<Stored>`select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
        where space_id = ${spaceId} and source_id = ${sourceId} and (${type}::text is null or (type = ${type}::text and name = ${name}::text))
          and (${part !== 'events'}::boolean or path = '' or name = '')
        order by type, name, path`,
    ),
  )
}

const inPart = ({ type, name, path }: Subject, part: Part): boolean => {
  if (part === 'all') return true
  return part === 'events' ? path === '' || name === '' : type === part.type && name === part.name
}

const NEVER = { first_at: undefined, last_at: undefined, days: {}, kinds: {}, frequent: {} }

const entryOf = (
  subject: Subject,
  seen: Stored | undefined,
  said: Switch | undefined,
  planned: Planned | undefined,
  since: string,
): Entry => {
  const { first_at, last_at, days, kinds, frequent } = seen ?? NEVER
  return {
    type: subject.type,
    name: subject.name,
    path: subject.path,
    kind: kindOf(kinds),
    firstAt: first_at,
    lastAt: last_at,
    ...countsSince(days, since),
    enabled: said?.enabled ?? true,
    archivedAt: said?.archived_at ?? undefined,
    planned: planned?.has(subject),
    frequent: topFive(frequent),
  }
}

/** What a source sent and what was said of it, by name; counts are of the days since `since` (`YYYY-MM-DD`). Spec/connections §2.4. */
export const entriesOf = async (
  db: Db,
  spaceId: string,
  sourceId: string,
  { part, since }: { readonly part: Part; readonly since: string },
): Promise<{ readonly plan: Planned['plan'] | undefined; readonly entries: readonly Entry[] }> => {
  const planned = await plannedOf(db, spaceId, sourceId)
  const seen = new Map((await seenOf(db, spaceId, sourceId, part)).map((row) => [seenKey(row), row]))
  const said = new Map(
    (await switchesOf(db, spaceId, sourceId)).filter((one) => inPart(one, part)).map((one) => [seenKey(one), one]),
  )
  const subjects = new Map<string, Subject>([...said, ...seen])
  const entries = [...subjects].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    plan: planned?.plan,
    entries: entries.map(([key, subject]) => entryOf(subject, seen.get(key), said.get(key), planned, since)),
  }
}
