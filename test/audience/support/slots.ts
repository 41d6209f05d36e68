import { sql } from 'kysely'
import type { ComputedTraitDefinition, Condition } from '../../../src/audience/condition.ts'
import { markEverybody } from '../../../src/audience/due.ts'
import { withMapping } from '../../../src/audience/mention.ts'
import { modeOf } from '../../../src/audience/mode.ts'
import type { Options } from '../../../src/audience/options.ts'
import { create, remove, update } from '../../../src/audience/save.ts'
import type { Kind } from '../../../src/audience/store.ts'
import { Invalid, Refused } from '../../../src/base/errors.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'
import type { Collection } from '../../../src/profile/identifier.ts'

/*
 * A place for an audience or computed trait that is made, edited, switched off and on, deleted, and made again under another key. Definitions
 * are written with the name of the place; what is stored has the key of whoever is there now.
 */

export type Defined = Condition | ComputedTraitDefinition
export type Slot = {
  readonly name: string
  readonly kind: Kind
  readonly collection: Collection
  readonly options: Options
  /** As it is stored. */
  definition: Defined
  state: 'enabled' | 'disabled' | 'deleted'
  times: number
}
export type Slots = readonly Slot[]
type Where = { readonly db: Db; readonly spaceId: string; readonly now: Date; readonly slots: Slots }

export const slot = (
  name: string,
  definition: Defined,
  { kind = 'audience', collection = 'users', options = {} }: Partial<Pick<Slot, 'kind' | 'collection' | 'options'>> = {},
): Slot => ({ name, kind, collection, options, definition, state: 'deleted', times: 0 })

const keyOf = ({ name, times }: Slot): string => (times <= 1 ? name : `${name}_${times}`)
export const idOf = (each: Slot): string => `${each.kind === 'audience' ? 'aud' : 'tra'}_${keyOf(each)}`

// What is gone is still the name of a custom trait; every second time so is what was there before.
const named = (definition: Defined, slots: Slots, serial: number): Defined => {
  const keys = Object.fromEntries(slots.map((each) => [each.name, keyOf(each)]))
  const mapping = { audiences: keys, ...(serial % 2 === 0 ? { traits: keys } : {}) }
  return withMapping(definition as unknown as JsonObject, mapping) as unknown as Defined
}

const REFUSED = new Set(['locked', 'referenced', 'mode'])

/** Whether something was done. Some things may not be, and then everything stays as it was. */
const isDone = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refused && REFUSED.has(error.id)) return false
      // Whom the definition refers to is gone.
      if (error instanceof Invalid && /there is no audience/.test(error.message)) return false
      throw error
    },
  )

const act = ({ spaceId, now }: Where) => ({ spaceId, by: 'test', now })

/** Makes what is to be there. */
export const make = async (where: Where, each: Slot, definition: Defined): Promise<void> => {
  const key = keyOf({ ...each, times: each.times + 1 })
  const stored = named(definition, where.slots, each.times)
  const id = `${each.kind === 'audience' ? 'aud' : 'tra'}_${key}`
  const saved = { name: key, key, description: '', enabled: true, collection: each.collection, options: each.options }
  const made = create(where.db, each.kind, act(where), id, { ...saved, definition: stored as unknown as JsonObject })
  if (!(await isDone(made))) return
  Object.assign(each, { definition: stored, state: 'enabled', times: each.times + 1 })
}

/** Edits what is there, and makes another where nothing is. */
export const edit = async (where: Where, each: Slot, definition: Defined): Promise<void> => {
  if (each.state === 'deleted') return make(where, each, definition)
  const stored = named(definition, where.slots, each.times)
  // Real-time or batch is for life.
  const about = each.collection === 'accounts' ? 'ACCOUNTS' : 'USERS'
  if (modeOf(stored, about).type !== modeOf(each.definition, about).type) return
  const edited = update(where.db, each.kind, act(where), idOf(each), { definition: stored as unknown as JsonObject })
  if (await isDone(edited)) each.definition = stored
}

/** Switches off what is on, and on what is off. */
export const toggle = async (where: Where, each: Slot): Promise<void> => {
  if (each.state === 'deleted') return
  each.state = each.state === 'enabled' ? 'disabled' : 'enabled'
  await update(where.db, each.kind, act(where), idOf(each), { enabled: each.state === 'enabled' })
}

/** Deletes what is there, unless something refers to it; makes another where nothing is. */
export const remake = async (where: Where, each: Slot, definition: Defined): Promise<void> => {
  if (each.state === 'deleted') return make(where, each, definition)
  if (each.state === 'enabled') await toggle(where, each)
  if (await isDone(remove(where.db, each.kind, act(where), idOf(each)))) each.state = 'deleted'
}

/** Has everything computed in full, as every night, and answers what that found which nothing explains. */
export const nightlyDrift = async (
  { db, spaceId, slots }: Where,
  tick: () => Promise<void>,
): Promise<readonly (readonly [string, number | null])[]> => {
  const live = slots.filter((each) => each.state === 'enabled').map(idOf)
  // A tick computes in full before it finds whom time moved: what the last one found so is no check, as whoever is behind is not (SEED=589422831).
  await tick()
  await markEverybody(db, spaceId, live, `night ${live.join()}`)
  await tick()
  const rows = await run(
    db,
    query(
      'test.drift*',
      sql<{ id: string; drift: number | null }>`select computation_id as id, drift from computation_run
        where space_id = ${spaceId} and computation_id in (select unnest(${live}::text[])) order by 1`,
    ),
  )
  return rows.flatMap(({ id, drift }) => (drift === 0 ? [] : [[id, drift] as const]))
}
