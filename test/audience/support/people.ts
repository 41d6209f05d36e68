import { sql } from 'kysely'
import { loadCatalog } from '../../../src/audience/catalog.ts'
import { parseCondition } from '../../../src/audience/text/condition.ts'
import { problemsOf } from '../../../src/audience/validate.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'
import { addProfile, hour, makeSpace, matching, profileId, START } from './world.ts'

/** What somebody did: the name, when (hours since START), its properties, and what else is not as usual. */
export type Did = readonly [
  name: string,
  hours: number,
  properties?: JsonObject,
  more?: { readonly context?: JsonObject; readonly source?: string; readonly type?: string },
]

/** Somebody: traits, and events in any order. */
export type Somebody = { readonly traits?: JsonObject; readonly did?: readonly Did[] }

const happen = async (db: Db, spaceId: string, profile: string, did: readonly Did[]): Promise<void> => {
  for (const [index, [name, hours, properties = {}, more = {}]] of did.entries()) {
    await run(
      db,
      query(
        'test.did*',
        sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
          values (${spaceId}, ${profile}, ${hour(hours)}, ${`${profile} ${String(index).padStart(3, '0')}`}, ${more.type ?? 'track'}, ${name},
            ${JSON.stringify(properties)}::jsonb, ${JSON.stringify(more.context ?? {})}::jsonb, ${more.source ?? 'src'}, ${hour(hours)})`,
      ),
    )
  }
}

/** A space with these people. */
export const settle = async (db: Db, spaceId: string, people: Readonly<Record<string, Somebody>>): Promise<void> => {
  await makeSpace(db, spaceId)
  for (const [name, { traits, did }] of Object.entries(people)) {
    await happen(db, spaceId, await addProfile(db, spaceId, name, traits), did ?? [])
  }
}

/**
 * The names of those whom a query means, asked as everybody and as candidates; `NOT` of it must mean exactly the others. Also that it can be
 * saved: nothing is asked that would be refused.
 */
export const whoIs = async (
  db: Db,
  spaceId: string,
  people: Readonly<Record<string, Somebody>>,
  text: string,
  hours = 0,
): Promise<readonly string[]> => {
  const condition = parseCondition(text)
  const problems = problemsOf(condition, await loadCatalog(db, spaceId))
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const now = hours === 0 ? START : hour(hours)
  const names = new Map(Object.keys(people).map((name) => [profileId(spaceId, name), name]))
  const found = (await matching(db, spaceId, condition, now)).flatMap((id) => names.get(id) ?? [])
  const others = (await matching(db, spaceId, { type: 'not', condition }, now)).flatMap((id) => names.get(id) ?? [])
  if ([...found, ...others].sort().join() !== [...names.values()].sort().join())
    throw new Error(`NOT is not the other half: ${text}`)
  return found.sort()
}
