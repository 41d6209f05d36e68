import { isDeepStrictEqual } from 'node:util'
import type { Catalog } from '../../audience/catalog.ts'
import { historyOf } from '../../audience/options.ts'
import { computationKeysOf, computationKeysOfTrait } from '../../audience/references.ts'
import { parseCondition, parseTrait, printCondition, printTrait } from '../../audience/text/condition.ts'
import { Invalid, type Problem } from '../../base/errors.ts'
import { type Definition, fileOf, labelOf } from './definition.ts'

/** What one definition of the files asks for. `missing`: it is in the space and not in the files. */
export type Change =
  | { readonly type: 'make'; readonly to: Definition }
  | { readonly type: 'change'; readonly from: Definition; readonly to: Definition; readonly fields: readonly Field[] }
  | { readonly type: 'missing'; readonly from: Definition }

const FIELDS = ['name', 'description', 'enabled', 'audienceType', 'query', 'options'] as const
export type Field = (typeof FIELDS)[number]

const idOf = ({ kind, key }: Definition): string => `${kind} ${key}`

/** What definitions may refer to by key. */
export type Keys = Pick<Catalog, 'audiences' | 'computedTraits'>

/** The keys of definitions. */
export const keysOf = (definitions: readonly Definition[]): Keys => {
  const of = (kind: Definition['kind']) => new Map(definitions.filter((each) => each.kind === kind).map(({ key }) => [key, key]))
  return { audiences: of('audience'), computedTraits: of('computed_trait') }
}

type Query = { readonly text: string; readonly meaning: unknown; readonly references: readonly string[] }

const queryOf = (definition: Definition, keys: Keys): Query => {
  const { kind, query } = definition
  const field = `${fileOf(definition)} query`
  if (kind === 'computed_trait') {
    const meaning = parseTrait(query, { field })
    return { text: printTrait(meaning), meaning, references: computationKeysOfTrait(meaning, keys) }
  }
  const meaning = parseCondition(query, { audiences: keys.audiences, field })
  return { text: printCondition(meaning), meaning, references: computationKeysOf(meaning, keys) }
}

// One meaning has one text, so a query that is only laid out differently is no change; nor is history that is refused and needed all the same.
const normal = (definition: Definition, keys: Keys): Definition => {
  const { text, meaning } = queryOf(definition, keys)
  const { options, audienceType } = definition
  const refused = options.includeHistoricalData === false
  const { includeHistoricalData } = historyOf(meaning, options, audienceType)
  return { ...definition, query: text, ...(refused ? { options: { ...options, includeHistoricalData } } : {}) }
}

/** Keys of the audiences and computed traits that a definition refers to, of those that there are. */
export const referencesOf = (definition: Definition, keys: Keys): readonly string[] => queryOf(definition, keys).references

// All that is wrong in any of them, and not only in the first.
const eachOf = <T>(definitions: readonly Definition[], read: (definition: Definition) => T): readonly T[] => {
  const problems: Problem[] = []
  const found = definitions.flatMap((definition) => {
    try {
      return [read(definition)]
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      problems.push(...error.problems)
      return []
    }
  })
  if (problems.length > 0) throw new Invalid('files', problems)
  return found
}

/** Definitions in the order in which they can be saved: each after those that it refers to, else computed traits first. @throws Invalid for a query that cannot be read and for a circle. */
export const inOrder = (definitions: readonly Definition[]): readonly Definition[] => {
  const keys = keysOf(definitions)
  const references = new Map(eachOf(definitions, (each) => [each, referencesOf(each, keys)] as const))
  const byKey = new Map(definitions.map((each) => [each.key, each]))
  const done = new Set<Definition>()
  const visit = (each: Definition, way: readonly string[]): void => {
    if (done.has(each)) return
    if (way.includes(each.key)) throw circle(each, [...way.slice(way.indexOf(each.key)), each.key])
    for (const key of references.get(each) ?? []) {
      const before = byKey.get(key)
      if (before) visit(before, [...way, each.key])
    }
    done.add(each)
  }
  for (const kind of ['computed_trait', 'audience'])
    for (const each of definitions.filter((one) => one.kind === kind)) visit(each, [])
  return [...done]
}

const circle = (definition: Definition, way: readonly string[]): Invalid =>
  new Invalid('circle', [
    {
      field: `${fileOf(definition)} query`,
      message: `refers to itself: ${way.join(' → ')}`,
      remedy: 'take one of these references out',
    },
  ])

/**
 * What must happen so that a space says what the files say, in the order in which it can. @throws Invalid for queries that cannot be read,
 * with the file and the place of each.
 */
export const planOf = (files: readonly Definition[], space: readonly Definition[]): readonly Change[] => {
  const keys = keysOf([...files, ...space])
  const now = new Map(space.map((each) => [idOf(each), normal(each, keys)]))
  const wanted = inOrder(eachOf(files, (each) => normal(each, keys)))
  const changes = wanted.flatMap((to): readonly Change[] => {
    const from = now.get(idOf(to))
    if (!from) return [{ type: 'make', to }]
    const fields = FIELDS.filter((field) => !isDeepStrictEqual(from[field], to[field]))
    return fields.length === 0 ? [] : [{ type: 'change', from, to, fields }]
  })
  const named = new Set(wanted.map(idOf))
  // Those that refer come before those that are referred to: what is in use cannot be removed.
  const missing = inOrder([...now.values()].filter((each) => !named.has(idOf(each)))).toReversed()
  return [...changes, ...missing.map((from): Change => ({ type: 'missing', from }))]
}

/** The definition that a change is about. */
export const definitionIn = (change: Change): Definition => (change.type === 'missing' ? change.from : change.to)

/** A change in one line: `~ audience lapsing`. */
export const headingOf = (change: Change): string => {
  const sign = { make: '+', change: '~', missing: '-' }[change.type]
  return `${sign} ${labelOf(definitionIn(change))}`
}
