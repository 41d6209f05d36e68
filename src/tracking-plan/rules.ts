import { Invalid, notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Act, Change } from './changelog.ts'
import { isLibrary, refuseForeignRules } from './library/library.ts'
import { partsOfPlan, refuseEdits } from './library/parts.ts'
import { passOn } from './library/sync.ts'
import { lockPlan, planOf } from './plan.ts'
import {
  finishRules,
  idOf,
  type Rule,
  type RuleId,
  refuseTooMany,
  removeRuleRows,
  rulesOf,
  textOf,
  writeRules,
} from './rule-rows.ts'
import { refuseBadSchema } from './schema.ts'

/** A rule to be written; with `newKey` it gets that name in place of its own. */
export type RuleChange = Rule & { readonly newKey?: string | undefined }

/** How many rules one call may name (spec/connections §1.1). */
export const MOST_RULES = 200

const refuseBad = (rules: readonly RuleChange[]): void => {
  rules.forEach((rule, index) => {
    const field = `rules.${index}`
    if (rule.type === 'TRACK' && rule.key === '')
      throw new Invalid('invalid', [{ field: `${field}.key`, message: 'is missing', remedy: 'name the event' }])
    refuseBadSchema(`${field}.jsonSchema`, rule.jsonSchema)
  })
}

// What is synced with a library keeps to it, and what changes in a library changes in every plan that is synced with it (spec/connections §1.4).
const changing = (db: Db, act: Act, planId: string, work: (tx: Db) => Promise<void>): Promise<readonly Change[]> =>
  transact(db, async (tx) => {
    const { spaceId } = act
    await lockPlan(tx, spaceId, planId)
    const { type } = await planOf(tx, spaceId, planId)
    const before = await rulesOf(tx, spaceId, planId)
    const parts = await partsOfPlan(tx, spaceId, planId, before)
    await work(tx)
    await refuseTooMany(tx, spaceId, planId)
    const after = await rulesOf(tx, spaceId, planId)
    refuseForeignRules(type, after)
    refuseEdits(parts, after)
    const changes = await finishRules(tx, act, planId, before)
    if (changes.length > 0 && isLibrary(type)) await passOn(tx, act, planId, before)
    return changes
  })

const renamed = ({ newKey, ...rule }: RuleChange): Rule => (newKey === undefined ? rule : { ...rule, key: newKey })

/** Writes rules beside those that are there; `newKey` takes the old name away. @throws Invalid for a bad schema, Refused 404. Answers what changed. */
export const patchRules = (db: Db, act: Act, planId: string, rules: readonly RuleChange[]): Promise<readonly Change[]> => {
  refuseBad(rules)
  return changing(db, act, planId, async (tx) => {
    const gone = rules.filter(({ newKey }) => newKey !== undefined)
    if (gone.length > 0) await removeRuleRows(tx, act.spaceId, planId, gone)
    await writeRules(tx, act, planId, distinctOf(rules.map(renamed)))
  })
}

// The last of those that name the same rule stands: one statement cannot write a row twice.
const distinctOf = (rules: readonly Rule[]): readonly Rule[] => [...new Map(rules.map((rule) => [idOf(rule), rule])).values()]

/** Writes rules in place of all that are there. @throws Invalid, Refused 404. Answers what changed. */
export const replaceRules = (db: Db, act: Act, planId: string, rules: readonly RuleChange[]): Promise<readonly Change[]> => {
  refuseBad(rules)
  return changing(db, act, planId, async (tx) => {
    const wanted = distinctOf(rules.map(renamed))
    const kept = new Set(wanted.map(idOf))
    const there = (await rulesOf(tx, act.spaceId, planId)) as unknown as readonly RuleId[]
    const gone = there.filter((rule) => !kept.has(idOf(rule)))
    if (gone.length > 0) await removeRuleRows(tx, act.spaceId, planId, gone)
    await writeRules(tx, act, planId, wanted)
  })
}

/** Deletes rules by type, key and version. @throws Refused 404 when none of them is there. */
export const removeRules = (db: Db, act: Act, planId: string, rules: readonly RuleId[]): Promise<readonly Change[]> =>
  changing(db, act, planId, async (tx) => {
    const gone = await removeRuleRows(tx, act.spaceId, planId, rules)
    const [first] = rules
    if (gone.length === 0 && first) throw notFound('rule', textOf(first))
  })
