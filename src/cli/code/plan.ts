import { isDeepStrictEqual } from 'node:util'
import { historyOf } from '../../audience/options.ts'
import { computationKeysOf } from '../../audience/references.ts'
import { parseCondition, parseTrait, printCondition, printTrait } from '../../audience/text/condition.ts'
import { Invalid } from '../../base/errors.ts'
import { type Definition, KINDS, labelOf } from './definition.ts'

/** What one definition of the files asks for. `missing`: it is in the space and not in the files. */
export type Change =
  | { readonly type: 'make'; readonly to: Definition }
  | { readonly type: 'change'; readonly from: Definition; readonly to: Definition; readonly fields: readonly Field[] }
  | { readonly type: 'missing'; readonly from: Definition }

const FIELDS = ['name', 'description', 'enabled', 'audienceType', 'query', 'options'] as const
export type Field = (typeof FIELDS)[number]

const idOf = ({ kind, key }: Definition): string => `${kind} ${key}`

const queryOf = ({ kind, key, query }: Definition, audiences: ReadonlySet<string>): { text: string; meaning: unknown } => {
  const field = `${KINDS[kind].folder}/${key}.yaml query`
  if (kind === 'computed_trait') {
    const meaning = parseTrait(query, { field })
    return { text: printTrait(meaning), meaning }
  }
  const meaning = parseCondition(query, { audiences, field })
  return { text: printCondition(meaning), meaning }
}

// One meaning has one text, so a query that is only laid out differently is no change; nor is history that is refused and needed all the same.
const normal = (definition: Definition, audiences: ReadonlySet<string>): Definition => {
  const { text, meaning } = queryOf(definition, audiences)
  const { options, audienceType } = definition
  const refused = options.includeHistoricalData === false
  const { includeHistoricalData } = historyOf(meaning, options, audienceType)
  return { ...definition, query: text, ...(refused ? { options: { ...options, includeHistoricalData } } : {}) }
}

const referencesOf = ({ kind, query }: Definition, audiences: ReadonlySet<string>): readonly string[] =>
  kind === 'audience'
    ? computationKeysOf(parseCondition(query, { audiences }), {
        audiences: new Map([...audiences].map((key) => [key, key])),
        computedTraits: new Map(),
      })
    : []

/** Definitions in the order in which they can be saved: computed traits, then each audience after those that it refers to. @throws Invalid for a circle. */
export const inOrder = (definitions: readonly Definition[]): readonly Definition[] => {
  const byKey = new Map(definitions.filter(({ kind }) => kind === 'audience').map((each) => [each.key, each]))
  const keys = new Set(byKey.keys())
  const done = new Set<Definition>(definitions.filter(({ kind }) => kind === 'computed_trait'))
  const visit = (each: Definition, way: readonly string[]): void => {
    if (done.has(each)) return
    if (way.includes(each.key))
      throw new Invalid('circle', [
        { field: `audiences/${each.key}.yaml`, message: `refers to itself: ${[...way, each.key].join(' → ')}` },
      ])
    for (const key of referencesOf(each, keys)) {
      const before = byKey.get(key)
      if (before) visit(before, [...way, each.key])
    }
    done.add(each)
  }
  for (const each of byKey.values()) visit(each, [])
  return [...done]
}

/** The audiences that a definition refers to and that are not among `there`. */
export const missingReferences = (
  definition: Definition,
  all: ReadonlySet<string>,
  there: ReadonlySet<string>,
): readonly string[] => referencesOf(definition, all).filter((key) => !there.has(key))

/**
 * What must happen so that a space says what the files say, in the order in which it can. @throws Invalid for a query that cannot be read,
 * with the file and the place.
 */
export const planOf = (files: readonly Definition[], space: readonly Definition[]): readonly Change[] => {
  const audiences = new Set([...files, ...space].filter(({ kind }) => kind === 'audience').map(({ key }) => key))
  const now = new Map(space.map((each) => [idOf(each), normal(each, audiences)]))
  const wanted = inOrder(files.map((each) => normal(each, audiences)))
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

/** A change in one line: `~ audience lapsing`. */
export const headingOf = (change: Change): string => {
  const sign = { make: '+', change: '~', missing: '-' }[change.type]
  return `${sign} ${labelOf(change.type === 'missing' ? change.from : change.to)}`
}
