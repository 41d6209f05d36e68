import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { both, query, run } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import { type Catalog, loadCatalog } from './catalog.ts'
import type { ComputedTraitDefinition, Condition } from './condition.ts'
import { watchesLinks } from './links.ts'
import { eligibilityOf, type Options } from './options.ts'
import { isComputed } from './progress.ts'
import { type References, referencesOf, referencesOfTrait } from './references.ts'
import type { Scope } from './scope.ts'

type Common = {
  readonly id: string
  readonly key: string
  readonly version: number
  readonly options: Options
  readonly collection: Collection
  readonly createdAt: Date
  readonly status: string
  /** The definition that what is stored was computed with; another than `version`: it must be computed in full. */
  readonly evaluatedVersion: number
  /** The number of its last evaluation. */
  readonly evaluation: number
  readonly references: References
}

/** An audience or a computed trait, as the engine sees it. */
export type Computation =
  | (Common & { readonly kind: 'audience'; readonly condition: Condition })
  | (Common & { readonly kind: 'computed_trait'; readonly definition: ComputedTraitDefinition })

type Row = Omit<Common, 'references'> & { readonly definition: unknown }

const audiences = (spaceId: string) =>
  query(
    'audience.enabled',
    sql<Row>`select a.id, a.key, a.version, a.options, a.collection, a.condition as definition, a.created_at as "createdAt", s.status,
      s.evaluated_version as "evaluatedVersion", s.evaluation
      from audience a join audience_state s on s.space_id = ${spaceId} and s.audience_id = a.id
      where a.space_id = ${spaceId} and ${isComputed('a')} and a.deleted_at is null order by a.created_at, a.id`,
  )

const computedTraits = (spaceId: string) =>
  query(
    'computed_trait.enabled',
    sql<Row>`select t.id, t.key, t.version, t.options, t.collection, t.definition, t.created_at as "createdAt", s.status,
      s.evaluated_version as "evaluatedVersion", s.evaluation
      from computed_trait t join computed_trait_state s on s.space_id = ${spaceId} and s.computed_trait_id = t.id
      where t.space_id = ${spaceId} and ${isComputed('t')} and t.deleted_at is null order by t.created_at, t.id`,
  )

/** What is referred to comes before what refers to it. There are no cycles: they are refused when saved. */
export const inOrder = <T extends Pick<Computation, 'id' | 'references'>>(computations: readonly T[]): readonly T[] => {
  const byId = new Map(computations.map((each) => [each.id, each]))
  const ordered = new Set<T>()
  const visit = (each: T): void => {
    if (!byId.delete(each.id)) return
    for (const id of each.references.computations) {
      const before = byId.get(id)
      if (before) visit(before)
    }
    ordered.add(each)
  }
  for (const each of computations) visit(each)
  return [...ordered]
}

/** The same in stages: what is in one stage does not refer to each other and may be evaluated side by side. */
export const inStages = <T extends Pick<Computation, 'id' | 'references'>>(ordered: readonly T[]): readonly (readonly T[])[] => {
  const stageOf = new Map<string, number>()
  for (const { id, references } of ordered) {
    stageOf.set(id, Math.max(0, ...references.computations.map((before) => (stageOf.get(before) ?? -1) + 1)))
  }
  return [...Map.groupBy(ordered, ({ id }) => stageOf.get(id) ?? 0).entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, stage]) => stage)
}

/** The enabled computations of a space in the order in which they must be evaluated, and what their conditions may refer to. */
export const loadComputations = async (
  db: Db,
  spaceId: string,
): Promise<{ readonly catalog: Catalog; readonly computations: readonly Computation[] }> => {
  const rows = () =>
    both(
      db,
      () => run(db, audiences(spaceId)),
      () => run(db, computedTraits(spaceId)),
    )
  const [catalog, [audienceRows, traitRows]] = await both(db, () => loadCatalog(db, spaceId), rows)
  const traits = traitRows.map(({ definition, ...row }): Computation => {
    const parsed = definition as ComputedTraitDefinition
    return { ...row, kind: 'computed_trait', definition: parsed, references: referencesOfTrait(parsed, catalog) }
  })
  const sets = audienceRows.map(({ definition, ...row }): Computation => {
    const condition = definition as Condition
    return { ...row, kind: 'audience', condition, references: referencesOf(condition, catalog) }
  })
  return { catalog, computations: inOrder([...traits, ...sets].map((each) => watchesLinks(each, catalog))) }
}

/** What a computation is defined by, as it is stored. */
export const definedBy = (computation: Computation): Condition | ComputedTraitDefinition =>
  computation.kind === 'audience' ? computation.condition : computation.definition

/** What a computation is compiled for: everybody, or the candidates. */
export const scopeOf = (
  computation: Computation,
  { spaceId, now, catalog, candidates }: Pick<Scope, 'spaceId' | 'now' | 'catalog' | 'candidates'>,
): Scope => ({
  spaceId,
  now,
  catalog,
  candidates,
  ...eligibilityOf(definedBy(computation), computation),
})

/** Who must be evaluated again when what `id` computes has changed. */
export const dependentsOf = (id: string, computations: readonly Computation[]): readonly string[] =>
  computations.filter((each) => !each.options.recompute && each.references.computations.includes(id)).map((each) => each.id)
