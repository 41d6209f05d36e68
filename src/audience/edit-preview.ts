import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import type { Limits } from '../space/limit.ts'
import { loadCatalog } from './catalog.ts'
import { compile } from './compile.ts'
import { compileValue } from './compute.ts'
import type { ComputedTraitDefinition, Condition } from './condition.ts'
import { eligibilityOf } from './options.ts'
import { look, type Waits } from './preview/look.ts'
import { refuseProblems } from './refuse.ts'
import type { Definition } from './store.ts'
import { problemsOf, problemsOfTrait } from './validate.ts'

/** How many people an edit would bring in, take out and leave where they are. */
export type AudienceEdit = { readonly entered: number; readonly exited: number; readonly stayed: number }
/** How many people's value an edit would change (those who get or lose one included), and how many keep theirs. */
export type TraitEdit = { readonly changed: number; readonly kept: number }

/** When it is looked at, within which limits, and for whom. */
export type EditLook = { readonly now: Date; readonly limits?: Limits | undefined; readonly waits?: Waits | undefined }

const scopeOfEdit = async (db: Db, spaceId: string, saved: Definition, definition: unknown, now: Date) => ({
  spaceId,
  now,
  catalog: await loadCatalog(db, spaceId),
  ...eligibilityOf(definition, saved),
})

/** What saving another condition would do to the members of an audience at `now`; nothing is saved. @throws Invalid as saving would, and as `look`. */
export const previewAudienceEdit = async (
  db: Db,
  spaceId: string,
  audience: Definition,
  condition: Condition,
  { now, limits, waits = {} }: EditLook,
): Promise<AudienceEdit> => {
  const scope = await scopeOfEdit(db, spaceId, audience, condition, now)
  refuseProblems(problemsOf(condition, scope.catalog, limits, audience.collection))
  const counted = query(
    'audience.edit_preview*',
    sql<AudienceEdit>`select count(*) filter (where m.profile_id is null) as entered, count(*) filter (where n.profile_id is null) as exited,
          count(*) filter (where m.profile_id = n.profile_id) as stayed
        from (${compile(condition, scope)}) as n
          full join (select c.profile_id from membership c where c.space_id = ${spaceId} and c.audience_id = ${audience.id}) as m
            on m.profile_id = n.profile_id`,
  )
  const row = await look(db, waits, (tx) => runOne(tx, counted))
  return must(row, 'one row')
}

/** What saving another definition would do to the values of a computed trait at `now`; nothing is saved. @throws Invalid as saving would, and as `look`. */
export const previewTraitEdit = async (
  db: Db,
  spaceId: string,
  trait: Definition,
  definition: ComputedTraitDefinition,
  { now, limits, waits = {} }: EditLook,
): Promise<TraitEdit> => {
  const scope = await scopeOfEdit(db, spaceId, trait, definition, now)
  refuseProblems(problemsOfTrait(definition, limits, trait.collection))
  const counted = query(
    'computed_trait.edit_preview*',
    sql<TraitEdit>`select count(*) filter (where n.value is distinct from o.value) as changed, count(*) filter (where n.value = o.value) as kept
        from (${compileValue(definition, scope)}) as n
          full join (select c.profile_id, c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${trait.id}) as o
            on o.profile_id = n.profile_id`,
  )
  const row = await look(db, waits, (tx) => runOne(tx, counted))
  return must(row, 'one row')
}
