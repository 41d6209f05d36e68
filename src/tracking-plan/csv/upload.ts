import { Refused } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { run } from '../../db/query.ts'
import { spaceById } from '../../space/space.ts'
import type { Act, Change } from '../changelog.ts'
import { linksOf } from '../library/links.ts'
import { planOf } from '../plan.ts'
import { type Rule, rulesOf } from '../rule-rows.ts'
import { patchRules, replaceRules } from '../rules.ts'
import { csvNameOf } from './columns.ts'
import { type BadRow, readRules } from './read.ts'
import { rulesCsv } from './write.ts'

/** A plan as a CSV file. @throws Refused 404. */
export const planCsv = async (
  db: Db,
  spaceId: string,
  planId: string,
  now: Date,
): Promise<{ readonly name: string; readonly content: string }> => {
  const { slug } = await planOf(db, spaceId, planId)
  const [space] = await run(db, spaceById(spaceId))
  const rules = (await rulesOf(db, spaceId, planId)).map(
    ({ type, key, version, json_schema }) => ({ type, key, version, jsonSchema: json_schema }) as Rule,
  )
  return { name: csvNameOf(space?.slug ?? spaceId, slug, now), content: rulesCsv(rules) }
}

/** What came of a file: what changed rule by rule, or, where a row is wrong, which are; then nothing changed. */
export type Uploaded = { readonly changes: readonly Change[]; readonly bad: readonly BadRow[] }

/**
 * Writes the rules of a CSV file into a plan: beside those that are there, or with `replace` in their place (spec/connections §1.1).
 * @throws Invalid where the file as a whole is none; Refused 404, and 409 for a plan that is kept in step with a library.
 */
export const uploadPlanCsv = async (db: Db, act: Act, planId: string, text: string, replace: boolean): Promise<Uploaded> => {
  const { name } = await planOf(db, act.spaceId, planId)
  const [link] = await linksOf(db, act.spaceId, planId)
  if (link)
    throw new Refused('plan_is_synced', `"${name}" is synced with the library "${link.name}": end the sync, or edit the library.`)
  const { rules, bad } = readRules(text)
  if (bad.length > 0) return { changes: [], bad }
  return { changes: await (replace ? replaceRules : patchRules)(db, act, planId, rules), bad }
}
