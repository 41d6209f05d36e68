import type { z } from 'zod'
import { loadCatalog } from '../../audience/catalog.ts'
import type { ComputedTraitDefinition, Condition } from '../../audience/condition.ts'
import { neverIn, neverInFilter } from '../../audience/never.ts'
import { refuseProblems } from '../../audience/refuse.ts'
import type { Kind } from '../../audience/store.ts'
import { parseCondition, parseTrait, pointedAt, printCondition, printTrait } from '../../audience/text/condition.ts'
import { Invalid, type Problem } from '../../base/errors.ts'
import { must } from '../../base/must.ts'
import type { Db } from '../../db/database.ts'
import type { AudienceDefinition, TraitDefinition } from './wire.ts'

const FIELD = 'definition.query'

// Who sends back what was read sends both; who changed one of them meant that one, and we cannot know which it is.
const refuseOther = (text: string, parsed: string): void => {
  if (text === parsed) return
  throw new Invalid('definition', [
    {
      field: FIELD,
      message: `says ${parsed}, and the definition beside it says ${text}`,
      remedy: 'send only the one that you changed',
    },
  ])
}

const at = (kind: Kind, query: string | undefined, problems: readonly Problem[]): readonly Problem[] =>
  query === undefined ? problems : pointedAt(query, kind, problems)

const holding = (condition: Condition, query?: string): Condition => {
  refuseProblems(at('audience', query, neverIn('definition.condition', condition)))
  return condition
}

const computing = (definition: ComputedTraitDefinition, query?: string): ComputedTraitDefinition => {
  const { where } = definition.event
  refuseProblems(at('computed_trait', query, where ? neverInFilter('definition.event.where', where) : []))
  return definition
}

/** The condition of a definition, which is given as such or as a query. @throws Invalid for a query that cannot be read, or that never holds. */
export const conditionFrom = async (
  db: Db,
  spaceId: string,
  { condition, query }: z.infer<typeof AudienceDefinition>,
): Promise<Condition> => {
  if (query === undefined) return holding(must(condition, 'a condition or a query'))
  const { audiences } = await loadCatalog(db, spaceId)
  const parsed = parseCondition(query, { audiences, field: FIELD })
  if (condition) refuseOther(printCondition(condition), printCondition(parsed))
  return holding(condition ?? parsed, query)
}

/** What a computed trait computes, which is given as such or as a query. @throws Invalid for a query that cannot be read, or that never holds. */
export const traitFrom = ({ event, measure, query }: z.infer<typeof TraitDefinition>): ComputedTraitDefinition => {
  const given = event && measure ? { event, measure } : undefined
  if (query === undefined) return computing(must(given, 'a definition or a query'))
  const parsed = parseTrait(query, { field: FIELD })
  if (given) refuseOther(printTrait(given), printTrait(parsed))
  return computing(given ?? parsed, query)
}

type Sent = { readonly query?: string | undefined } | undefined

/**
 * Does what a definition was sent for. Where it was sent as a query, what is refused about a part of it says line and column of the query, as
 * what cannot be read does. @throws Invalid.
 */
export const pointing = async <T>(kind: Kind, sent: Sent, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Invalid) || sent?.query === undefined || error.id === 'query') throw error
    throw new Invalid(error.id, pointedAt(sent.query, kind, error.problems))
  }
}
