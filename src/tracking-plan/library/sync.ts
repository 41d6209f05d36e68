import { Invalid, notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { transact } from '../../db/query.ts'
import type { TrackingPlanRuleRow } from '../../db/rows/tracking-plan.ts'
import { type Act, type Change, noteChanges } from '../changelog.ts'
import { lockPlan, planOf } from '../plan.ts'
import { finishRules, idOf, type Rule, type RuleId, refuseTooMany, removeRuleRows, rulesOf, writeRules } from '../rule-rows.ts'
import { rebased } from './combine.ts'
import { isLibrary } from './library.ts'
import { addLink, type Link, linksOf, plansOfLibrary, removeLink } from './links.ts'
import { type Parts, partsOf, type Source, sourcesOf } from './parts.ts'

/** What is taken from a library: events of it, or the events of the plan that its properties are added to. */
export type Import = {
  readonly planId: string
  readonly libraryId: string
  readonly sync: boolean
  readonly events?: readonly string[] | undefined
}

// Takes a plan's rules from what its libraries said to what they say.
const move = async (tx: Db, act: Act, planId: string, before: Parts, after: Parts): Promise<readonly Change[]> => {
  const rules = await rulesOf(tx, act.spaceId, planId)
  const own = new Map(rules.map((row) => [idOf(row), row.json_schema]))
  const wanted = [...after].map(([id, part]): Rule => ({ ...part.rule, jsonSchema: rebased(own.get(id), before.get(id), part) }))
  const gone = [...before].flatMap(([id, part]): readonly (RuleId & { readonly whole: boolean; readonly id: string })[] =>
    after.has(id) ? [] : [{ ...part.rule, whole: part.open === 0, id }],
  )
  const left = gone.flatMap(({ whole, id, type, key, version }): readonly Rule[] => {
    const [schema, part] = [own.get(id), before.get(id)]
    const bare = { schema: {}, open: part?.open ?? 0 }
    return whole || !schema ? [] : [{ type, key, version, jsonSchema: rebased(schema, part, bare) }]
  })
  await removeRuleRows(
    tx,
    act.spaceId,
    planId,
    gone.filter(({ whole }) => whole),
  )
  await writeRules(tx, act, planId, [...wanted, ...left])
  await refuseTooMany(tx, act.spaceId, planId)
  return finishRules(tx, act, planId, rules)
}

const invalid = (field: string, message: string, remedy: string): Invalid =>
  new Invalid('invalid_import', [{ field, message, remedy }])

// The names of what is taken are those of the library's events, or of the plan's.
const refuseBad = (
  { type }: Pick<Link, 'type'>,
  { sync, events }: Import,
  own: readonly TrackingPlanRuleRow[],
  theirs: readonly TrackingPlanRuleRow[],
): void => {
  if (type === 'RULE_LIBRARY' && sync && events)
    throw invalid(
      'events',
      'cannot be chosen: a library of events is synced with all of them',
      'leave it out, or copy without sync',
    )
  if (type === 'PROPERTY_LIBRARY' && !events?.length)
    throw invalid('events', 'is missing', 'name the events of the plan that get these properties')
  const there = new Set((type === 'RULE_LIBRARY' ? theirs : own).flatMap((rule) => (rule.type === 'TRACK' ? [rule.key] : [])))
  const unknown = events?.find((name) => !there.has(name))
  if (unknown !== undefined)
    throw invalid(
      'events',
      `names "${unknown}", which the ${type === 'RULE_LIBRARY' ? 'library' : 'plan'} has not`,
      'name its events exactly',
    )
}

const takenBy = (
  { name, type }: Pick<Link, 'name' | 'type'>,
  { events }: Import,
  rules: readonly TrackingPlanRuleRow[],
): Source => {
  if (type === 'PROPERTY_LIBRARY') return { name, events: events ?? [], rules }
  return { name, events: null, rules: events ? rules.filter(({ key }) => events.includes(key)) : rules }
}

/**
 * Takes a library into a plan: as a copy, or with `sync`, so that the plan follows its changes and these rows are edited only there
 * (spec/connections §1.4). @throws Refused 404, Invalid where it is no library, or is taken into one. Answers what changed.
 */
export const importLibrary = (db: Db, act: Act, asked: Import): Promise<readonly Change[]> =>
  transact(db, async (tx) => {
    const { spaceId } = act
    const { planId, libraryId, sync } = asked
    await lockPlan(tx, spaceId, libraryId)
    await lockPlan(tx, spaceId, planId)
    const [library, plan] = [await planOf(tx, spaceId, libraryId), await planOf(tx, spaceId, planId)]
    if (!isLibrary(library.type))
      throw invalid('libraryId', `"${library.name}" is no library`, 'name a plan of type RULE_LIBRARY or PROPERTY_LIBRARY')
    if (isLibrary(plan.type))
      throw invalid('libraryId', 'is taken into a library', 'take it into a plan; a library can be filled from a source')
    const [own, theirs] = [await rulesOf(tx, spaceId, planId), await rulesOf(tx, spaceId, libraryId)]
    refuseBad(library, asked, own, theirs)
    const links = await linksOf(tx, spaceId, planId)
    const linked = await sourcesOf(tx, spaceId, links)
    const before = partsOf(linked, own)
    const added = takenBy(library, asked, theirs)
    if (sync) {
      const already = links.find(({ library_id }) => library_id === libraryId)?.events ?? []
      await addLink(tx, act, planId, libraryId, added.events && [...new Set([...already, ...added.events])])
      await noteChanges(tx, act, planId, [{ action: 'synced', subject: `library ${library.name}` }])
    }
    return move(tx, act, planId, before, partsOf([...linked, added], own))
  })

/** Ends the sync: what came from the library stays, as the plan's own. @throws Refused 404 when there is none. */
export const endSync = (db: Db, act: Act, planId: string, libraryId: string): Promise<void> =>
  transact(db, async (tx) => {
    await lockPlan(tx, act.spaceId, planId)
    const { name } = await planOf(tx, act.spaceId, libraryId)
    if (!(await removeLink(tx, act.spaceId, planId, libraryId))) throw notFound('synced library', libraryId)
    await noteChanges(tx, act, planId, [{ action: 'unsynced', subject: `library ${name}` }])
  })

/** Passes a library's change on to every plan that is kept in step with it; part of the transaction that changes the library, which is locked. */
export const passOn = async (tx: Db, act: Act, libraryId: string, before: readonly TrackingPlanRuleRow[]): Promise<void> => {
  for (const { id } of await plansOfLibrary(tx, act.spaceId, libraryId)) {
    await lockPlan(tx, act.spaceId, id)
    const links = await linksOf(tx, act.spaceId, id)
    const now = await sourcesOf(tx, act.spaceId, links)
    const then = now.map((source, at) => (links[at]?.library_id === libraryId ? { ...source, rules: before } : source))
    const own = await rulesOf(tx, act.spaceId, id)
    await move(tx, act, id, partsOf(then, own), partsOf(now, own))
  }
}
