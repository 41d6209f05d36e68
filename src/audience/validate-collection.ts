import type { Problem } from '../base/errors.ts'
import type { Collection } from '../profile/identifier.ts'
import type { Catalog } from './catalog.ts'
import type { ComputedTraitDefinition, Condition, Leaf } from './condition.ts'
import { isOfAccounts } from './leaves/account.ts'
import { traitKind } from './leaves/trait.ts'
import { traitsOf } from './walk.ts'

/* What may be asked of people, and what of accounts (spec/audiences §12). */

const idsOf = (paths: readonly string[], catalog: Catalog): readonly string[] =>
  paths.flatMap((path) => {
    const kind = traitKind(path, { catalog })
    return kind.kind === 'custom' ? [] : kind.id
  })

const ofPeople = (field: string, leaf: Leaf, catalog: Catalog): readonly Problem[] => {
  const traits = new Set(catalog.computedTraits.values())
  const wrong = idsOf(traitsOf(leaf), catalog).filter((id) => traits.has(id) && isOfAccounts(id, { catalog }))
  return wrong.map(() => ({
    field: `${field}.path`,
    message: 'asks people for a trait of accounts',
    remedy: 'make an audience of accounts with it, and refer to that',
  }))
}

const ofAccounts = (field: string, leaf: Leaf, catalog: Catalog): readonly Problem[] => {
  const asked = leaf.type === 'audience' ? [catalog.audiences.get(leaf.audience) ?? ''] : idsOf(traitsOf(leaf), catalog)
  // The own key, which is being saved, has no id yet.
  const foreign = leaf.type === 'event' || asked.some((id) => id !== '' && !isOfAccounts(id, { catalog }))
  if (!foreign) return []
  const what = leaf.type === 'event' ? `“${leaf.event.name}” is what people do` : 'this is about people'
  return [{ field, message: `${what}, and the audience is about accounts`, remedy: 'put ANY(…) or ALL(…) around it' }]
}

const NOT_OF_ACCOUNTS = { message: 'ANY and ALL are for audiences of accounts', remedy: 'take them out' }

/** What is asked of the wrong collection, named by where it stands below `field`. */
export const problemsOfCollection = (
  field: string,
  condition: Condition,
  catalog: Catalog,
  collection: Collection,
): readonly Problem[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each, index) =>
        problemsOfCollection(`${field}.conditions.${index}`, each, catalog, collection),
      )
    case 'not':
      return problemsOfCollection(`${field}.condition`, condition.condition, catalog, collection)
    case 'any':
    case 'all':
      return collection === 'users'
        ? [{ field, ...NOT_OF_ACCOUNTS }]
        : problemsOfCollection(`${field}.condition`, condition.condition, catalog, 'users')
    default:
      return collection === 'accounts' ? ofAccounts(field, condition, catalog) : ofPeople(field, condition, catalog)
  }
}

/** What a computed trait cannot be for this collection. */
export const traitProblemsOfCollection = (
  { event, measure }: ComputedTraitDefinition,
  collection: Collection,
): readonly Problem[] => {
  if (collection === 'users' && 'of' in measure && measure.of === 'user')
    return [
      { field: 'definition.measure', message: 'a trait of the user is measured for accounts', remedy: 'measure a property' },
    ]
  if (collection === 'accounts' && event.expiresAfter !== undefined)
    return [{ field: 'definition.event', message: 'an account has no session of its own', remedy: 'give the event a window' }]
  return []
}
