import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { Invalid, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { keyFrom } from '../base/key.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import { nounInWords, takeKey } from '../space/key.ts'
import { DEFAULT_LIMITS, type Limits } from '../space/limit.ts'
import { type Catalog, loadCatalog } from './catalog.ts'
import { wakeClock } from './clock.ts'
import { type Computation, loadComputations } from './computation.ts'
import type { ComputedTraitDefinition, Condition } from './condition.ts'
import { markAllChanged, markEverybody } from './due.ts'
import { refuseUnknownIds } from './eligible.ts'
import { refuseCadence, refuseGroups, refuseLongLookBack, refuseOtherForLife } from './fixed.ts'
import { leaveValues } from './leave-values.ts'
import type { Options } from './options.ts'
import { refuseLocked } from './progress.ts'
import { computationKeysOf, computationKeysOfTrait, referencesOf, referencesOfTrait } from './references.ts'
import { refuseProblems } from './refuse.ts'
import { type Cause, dropRun, queueRuns } from './run.ts'
import {
  countDefinitions,
  type Definition,
  definitionOf,
  insertDefinition,
  type Kind,
  removeDefinition,
  updateDefinition,
} from './store.ts'
import { cycleOf, problemsOf, problemsOfTrait } from './validate.ts'
import { keepVersion, versionOf } from './version.ts'

type Saved = {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly definition: JsonObject
  readonly options: Options
}

/** Who does it, and when; within which limits, where they are not the default ones. */
export type Act = {
  readonly spaceId: string
  readonly by: string
  readonly now: Date
  readonly limits?: Limits | undefined
}

const refuseBeyond = async (tx: Db, kind: Kind, { spaceId, limits = DEFAULT_LIMITS }: Act): Promise<void> => {
  const [most, noun] = kind === 'audience' ? [limits.audiences, 'audiences'] : [limits.computed_traits, 'computed traits']
  if (most === null || (await countDefinitions(tx, kind, spaceId)) < most) return
  throw new Refused(
    'limit_reached',
    `This space has ${most} ${noun}, which is its limit. Delete one that nobody uses, or have the limit raised: it is the setting ${noun.replace(' ', '_')} in USHER_LIMITS.`,
  )
}

const takeOrRefuse = async (tx: Db, kind: Kind, { spaceId, now }: Act, key: string): Promise<void> => {
  const taken = await takeKey(tx, spaceId, key, kind, now)
  if (!taken) return
  throw new Refused(
    'key_used',
    `The key "${key}" is or was used by ${taken === 'audience' ? 'an' : 'a'} ${nounInWords(taken)} of this space, and keys are never used again. Choose another name or key.`,
  )
}

type Stored = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly kind: Kind
  readonly definition: unknown
}

const storedIn = (tx: Db, spaceId: string): Promise<readonly Stored[]> =>
  run(
    tx,
    query(
      'audience.definitions',
      sql<Stored>`select id, key, name, 'audience' as kind, condition as definition, created_at from audience
          where space_id = ${spaceId} and deleted_at is null
        union all select id, key, name, 'computed_trait', definition, created_at from computed_trait
          where space_id = ${spaceId} and deleted_at is null
        order by created_at, id`,
    ),
  )

const keysIn = ({ kind, definition }: Pick<Stored, 'kind' | 'definition'>, catalog: Catalog): readonly string[] =>
  kind === 'audience'
    ? computationKeysOf(definition as Condition, catalog)
    : computationKeysOfTrait(definition as ComputedTraitDefinition, catalog)

const refuseCycle = async (tx: Db, spaceId: string, saved: Pick<Stored, 'key' | 'kind' | 'definition'>, catalog: Catalog) => {
  const stored = await storedIn(tx, spaceId)
  const references = new Map([...stored, saved].map((each) => [each.key, keysIn(each, catalog)]))
  const way = cycleOf(saved.key, references)
  if (!way) return
  throw new Invalid('audience_cycle', [
    {
      field: 'definition.condition',
      message: `would create a cycle by referencing another audience: ${way.join(' → ')}`,
      remedy: 'take one of these references out',
    },
  ])
}

type Checked = Pick<Definition, 'key' | 'collection' | 'definition'>

const check = async (tx: Db, kind: Kind, { spaceId, limits }: Act, { key, collection, definition }: Checked): Promise<void> => {
  const catalog = withKey(await loadCatalog(tx, spaceId), kind, key)
  refuseProblems(
    kind === 'audience'
      ? problemsOf(definition as unknown as Condition, catalog, limits, collection)
      : problemsOfTrait(definition as unknown as ComputedTraitDefinition, limits, collection),
  )
  await refuseCycle(tx, spaceId, { key, kind, definition }, catalog)
}

// Its own key counts as known, so that a reference to itself is called a cycle and not unknown.
const withKey = (catalog: Catalog, kind: Kind, key: string): Catalog => {
  const known = kind === 'audience' ? 'audiences' : 'computedTraits'
  return catalog[known].has(key) ? catalog : { ...catalog, [known]: new Map([...catalog[known], [key, '']]) }
}

const refersTo = (id: string, computations: readonly Computation[]): readonly Computation[] =>
  computations.filter((each) => each.references.computations.includes(id))

type NewSaved = Saved & {
  readonly key?: string | undefined
  readonly folderId?: string | null | undefined
  readonly collection?: Collection | undefined
}

/**
 * Makes an audience or computed trait and has it computed in full. Saving takes the space's clock, so that two cannot close a cycle
 * together. @throws Invalid for a definition that cannot be compiled or refers to itself; Refused for a key that was ever used.
 */
export const create = (db: Db, kind: Kind, act: Act, id: string, saved: NewSaved): Promise<Definition> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    const key = saved.key ?? keyFrom(saved.name)
    const collection = saved.collection ?? 'users'
    if (key === '')
      throw new Invalid('key', [{ field: 'key', message: 'the name has no letters for a key', remedy: 'send a key' }])
    await wakeClock(tx, spaceId, now)
    await refuseBeyond(tx, kind, act)
    await takeOrRefuse(tx, kind, act, key)
    await check(tx, kind, act, { key, collection, definition: saved.definition })
    refuseLongLookBack(saved.options, act.limits)
    refuseCadence(saved.options, collection)
    refuseGroups(saved.options, collection)
    await refuseUnknownIds(tx, spaceId, saved.options, collection)
    await insertDefinition(tx, kind, spaceId, { ...saved, id, key, collection }, by, now)
    await keepVersion(tx, spaceId, id, { ...saved, version: 1, savedBy: by, savedAt: now, restoredFrom: null })
    // What used to be a custom trait of this name is this now, for those who ask for it.
    const { computations } = await loadComputations(tx, spaceId)
    const touched = refersTo(id, computations).map((each) => each.id)
    const computed = computes(saved)
    await markAllChanged(tx, spaceId, computed ? [id, ...touched] : touched, `made ${id}`)
    const made = await definitionOf(tx, kind, spaceId, id)
    return computed ? queueFor(tx, kind, act, made) : made
  })

export type Patch = { readonly [Field in keyof Saved]?: Saved[Field] | undefined } & {
  /** The version that is brought back. */
  readonly restoredFrom?: number | undefined
  /** The version that was edited: another one that was saved since is not written over. */
  readonly version?: number | undefined
}

const refuseStale = ({ name, version, updatedBy }: Definition, edited: number | undefined): void => {
  if (edited === undefined || edited === version) return
  throw new Refused(
    'changed_meanwhile',
    `"${name}" was changed meanwhile: version ${version}, last saved by ${updatedBy}, is in force, and version ${edited} is what was edited. Look at what it says now, and edit that.`,
  )
}

// As it is stored: in which order keys were written makes no other definition, and what is undefined is not there.
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const isOther = (next: Pick<Definition, 'definition' | 'options'>, old: Definition): boolean =>
  !isDeepStrictEqual(stored([next.definition, next.options]), [old.definition, old.options])

/**
 * Changes what is given; a definition that is another, or one that is enabled again, is computed in full. The key stays. @throws Refused
 * for an edit of a version that is no longer in force.
 */
export const update = (db: Db, kind: Kind, act: Act, idOrKey: string, patch: Patch): Promise<Definition> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    await wakeClock(tx, spaceId, now)
    const old = await definitionOf(tx, kind, spaceId, idOrKey)
    refuseStale(old, patch.version)
    const next = {
      ...old,
      name: patch.name ?? old.name,
      description: patch.description ?? old.description,
      enabled: patch.enabled ?? old.enabled,
      definition: patch.definition ?? old.definition,
      options: { ...old.options, ...patch.options },
    }
    const other = isOther(next, old)
    const version = other ? old.version + 1 : old.version
    if (patch.definition) await check(tx, kind, act, next)
    refuseOtherForLife(old, next)
    if (other && computes(next)) refuseLocked(old)
    refuseLongLookBack(next.options, act.limits)
    refuseCadence(next.options, old.collection)
    // Where it has been all along it does no harm, and a version that says it comes back as it was.
    if (patch.options && !patch.restoredFrom && !old.options.honourGroupId) refuseGroups(next.options, old.collection)
    await updateDefinition(tx, kind, spaceId, { ...next, version }, by, now)
    if (other) {
      const restoredFrom = patch.restoredFrom ?? null
      await keepVersion(tx, spaceId, old.id, { ...next, version, savedBy: by, savedAt: now, restoredFrom })
    }
    if (!computes(next)) {
      await forget(tx, spaceId, old.id)
      return definitionOf(tx, kind, spaceId, old.id)
    }
    const saved = await definitionOf(tx, kind, spaceId, old.id)
    if (!other && computes(old)) return saved
    await markAllChanged(tx, spaceId, [old.id], `saved ${now.toISOString()}`)
    return queueFor(tx, kind, act, saved)
  })

/** Brings a version's definition and options back, as a new version. @throws Refused when nothing would change, Invalid when it can no longer be compiled. */
export const restore = async (db: Db, kind: Kind, act: Act, idOrKey: string, version: number): Promise<Definition> =>
  transact(db, async (tx) => {
    const now = await definitionOf(tx, kind, act.spaceId, idOrKey)
    const { definition, options } = await versionOf(tx, act.spaceId, now.id, version)
    const cleared: { readonly [option: string]: undefined } = Object.fromEntries(
      Object.keys(now.options).map((key) => [key, undefined]),
    )
    const exact = { ...cleared, ...options } as Options
    if (!isOther({ definition, options: exact }, now))
      throw new Refused('nothing_changes', `Version ${version} says what "${now.name}" says now.`)
    return update(tx, kind, act, now.id, { definition, options: exact, restoredFrom: version })
  })

// It is computed unless it is switched off or waits for a destination (spec/audiences §10.5).
const computes = ({ enabled, options }: Pick<Saved, 'enabled' | 'options'>): boolean =>
  enabled && options.computeWithoutDestinations !== false

const causeOf = ({ storedStatus, version, evaluatedVersion }: Definition): Cause => {
  if (storedStatus === 'Preparing') return 'new'
  return evaluatedVersion === version ? 'check' : 'edit'
}

/** Queues the full computation that a saved definition needs, and answers it with its place. */
const queueFor = async (tx: Db, kind: Kind, { spaceId, by, now }: Act, saved: Definition): Promise<Definition> => {
  const { id, definition, collection, version } = saved
  await queueRuns(tx, spaceId, [{ computationId: id, definition, collection, version, cause: causeOf(saved), by }], now)
  return definitionOf(tx, kind, spaceId, id)
}

const forget = async (tx: Db, spaceId: string, id: string): Promise<void> => {
  await run(
    tx,
    query('computation_due.forget', sql`delete from computation_due where space_id = ${spaceId} and computation_id = ${id}`),
  )
  await run(
    tx,
    query('computation_wake.forget', sql`delete from computation_wake where space_id = ${spaceId} and computation_id = ${id}`),
  )
  await dropRun(tx, spaceId, id)
}

/** Who beside audiences and computed traits uses one with this key, as people say it: `the journey "Welcome"`. Rooms above this one know. */
export type UsedElsewhere = (tx: Db, spaceId: string, key: string) => Promise<readonly string[]>

/** What else goes with it, in the same transaction: rooms above this one know. */
export type GoesWithIt = (tx: Db, spaceId: string, id: string) => Promise<void>

const removable = async (
  tx: Db,
  kind: Kind,
  spaceId: string,
  idOrKey: string,
  usedElsewhere: UsedElsewhere,
): Promise<Definition> => {
  const old = await definitionOf(tx, kind, spaceId, idOrKey)
  if (old.enabled) throw new Refused('enabled', `"${old.name}" is enabled. Disable it first, then delete it.`)
  const consumers = (await consumersOf(tx, spaceId, old.id)).map((each) => `"${each.key}"`)
  const users = [...consumers, ...(await usedElsewhere(tx, spaceId, old.key))]
  if (users.length > 0) throw new Refused('referenced', `"${old.name}" is used by ${users.join(', ')}. Take it out there first.`)
  return old
}

/**
 * Deletes a disabled one that nothing refers to; what it computed stays on the profiles as a custom trait (spec/audiences §7.4, §10.6). The
 * values are left before it goes, some thousand profiles a transaction, and seen by nobody until then: its key goes before a custom trait.
 * @throws Refused where it may not go, naming what must be done first.
 */
export const remove = async (
  db: Db,
  kind: Kind,
  act: Act,
  idOrKey: string,
  usedElsewhere: UsedElsewhere = () => Promise.resolve([]),
  goesWithIt: GoesWithIt = () => Promise.resolve(),
): Promise<void> => {
  const { spaceId, by, now } = act
  const { id, key } = await removable(db, kind, spaceId, idOrKey, usedElsewhere)
  await leaveValues(db, kind, spaceId, { id, key }, now)
  crashPoint('audience.left_values')
  await transact(db, async (tx) => {
    await wakeClock(tx, spaceId, now)
    await removable(tx, kind, spaceId, id, usedElsewhere)
    await removeDefinition(tx, kind, spaceId, id, by, now)
    await forget(tx, spaceId, id)
    await goesWithIt(tx, spaceId, id)
  })
}

export type Consumer = { readonly id: string; readonly key: string; readonly name: string; readonly kind: Kind }

/** By id, the audiences and computed traits that refer to an audience or computed trait of the space, disabled ones included. */
export const allConsumers = async (db: Db, spaceId: string): Promise<ReadonlyMap<string, readonly Consumer[]>> => {
  const catalog = await loadCatalog(db, spaceId)
  const idsOf = ({ kind, definition }: Stored): readonly string[] =>
    (kind === 'audience'
      ? referencesOf(definition as Condition, catalog)
      : referencesOfTrait(definition as ComputedTraitDefinition, catalog)
    ).computations
  const pairs = (await storedIn(db, spaceId)).flatMap((row) =>
    idsOf(row).map((id) => ({ id, consumer: { id: row.id, key: row.key, name: row.name, kind: row.kind } })),
  )
  return new Map([...Map.groupBy(pairs, ({ id }) => id)].map(([id, group]) => [id, group.map(({ consumer }) => consumer)]))
}

/** The audiences and computed traits that refer to one, disabled ones included. */
export const consumersOf = async (db: Db, spaceId: string, id: string): Promise<readonly Consumer[]> =>
  (await allConsumers(db, spaceId)).get(id) ?? []

/** Has one computed in full as soon as there is a place; one that was given up is tried again. @throws Refused for one that is not computed. */
export const runNow = (db: Db, kind: Kind, act: Act, idOrKey: string): Promise<Definition> =>
  transact(db, async (tx) => {
    const { spaceId, now } = act
    const definition = await definitionOf(tx, kind, spaceId, idOrKey)
    if (!computes(definition))
      throw new Refused(
        'not_computed',
        `"${definition.name}" is ${definition.status.toLowerCase()}. Switch its computation on first.`,
      )
    // A run that is not done yet goes on with what it found.
    if (!definition.run) await markEverybody(tx, spaceId, [definition.id], `run ${now.toISOString()}`)
    return queueFor(tx, kind, act, definition)
  })
