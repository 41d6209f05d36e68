import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'

/** `environment:prod`: a key and a value. */
export const LABEL = /^[\w.-]{1,100}:[\w.-]{1,100}$/
export const MOST_LABELS = 20

/** The labels that a source needs one of to come into this space; none: every source may (spec/audiences §1). */
export const policyOf = async (db: Db, spaceId: string): Promise<readonly string[]> => {
  const row = await runOne(
    db,
    query(
      'space.policy',
      sql<{ labels: readonly string[] | null }>`select settings -> 'sourceLabels' as labels from space where id = ${spaceId}`,
    ),
  )
  return row?.labels ?? []
}

/** Says which labels let a source in. What is connected already stays. */
export const setPolicy = async (db: Db, spaceId: string, labels: readonly string[]): Promise<void> => {
  await run(
    db,
    query(
      'space.set_policy',
      sql`update space set settings = settings || ${JSON.stringify({ sourceLabels: labels })}::jsonb where id = ${spaceId}`,
    ),
  )
}

/** @throws Refused 409 where a space lets in only sources with other labels. */
export const refuseWrongLabel = (
  policy: readonly string[],
  { name, labels }: { readonly name: string; readonly labels: readonly string[] },
): void => {
  if (policy.length === 0 || labels.some((label) => policy.includes(label))) return
  const has = labels.length === 0 ? 'has no label' : `is labelled ${labels.join(', ')}`
  throw new Refused('wrong_label', `This space lets in only sources that are labelled ${policy.join(' or ')}; "${name}" ${has}.`)
}

/** Labels a source. @throws Refused 404, 409 where it would not be let in so; Invalid for what is no label. */
export const labelSource = async (db: Db, spaceId: string, sourceId: string, labels: readonly string[]): Promise<void> => {
  labels.forEach((label, at) => {
    if (!LABEL.test(label))
      throw new Invalid('invalid', [
        { field: `labels.${at}`, message: `"${label}" is no label`, remedy: 'write it like environment:prod' },
      ])
  })
  if (labels.length > 0) refuseWrongLabel(await policyOf(db, spaceId), { name: sourceId, labels })
  const rows = await run(
    db,
    query(
      'source.label',
      sql<{
        id: string
      }>`update source set labels = ${labels.toSorted()}::text[] where space_id = ${spaceId} and id = ${sourceId} returning id`,
    ),
  )
  if (rows.length === 0) throw notFound('source', sourceId)
}
