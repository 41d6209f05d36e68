import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { keysOf, pathOf } from './path.ts'

/**
 * What a definition mentions by name. It is read and rewritten as JSON, by the few places in which names stand (`event.name`, a trait's
 * path, a reference to one, an audience's key, the ids of sources that are left out), so that new kinds of conditions are understood without being known here.
 */
export type Mentions = {
  readonly events: readonly string[]
  /** First keys of traits; an audience or computed trait may be behind one. */
  readonly traits: readonly string[]
  readonly audiences: readonly string[]
  /** Ids of sources whose events are left out. */
  readonly sources: readonly string[]
}
export type MentionKind = keyof Mentions
/** Other names for what is mentioned. */
export type Mapping = { readonly [Kind in MentionKind]?: Readonly<Record<string, string>> | undefined }

type Rename = (kind: MentionKind, name: string) => string

const renamedPath = (path: string, rename: Rename): string => {
  const [root = '', ...rest] = keysOf(path)
  const next = rename('traits', root)
  return next === root ? path : pathOf(next, ...rest)
}

const rewrite = (value: Json, rename: Rename, field = ''): Json => {
  if (field === 'excludeSources' && Array.isArray(value)) return value.map((each) => rename('sources', String(each)))
  if (Array.isArray(value)) return value.map((each) => rewrite(each, rename, field))
  if (!isObject(value)) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rewrite(each, rename, key)]))
  if ((value['type'] === 'trait' || value['reference'] === 'trait') && typeof value['path'] === 'string') {
    return { ...inner, path: renamedPath(value['path'], rename) }
  }
  if (value['type'] === 'audience' && typeof value['audience'] === 'string') {
    return { ...inner, audience: rename('audiences', value['audience']) }
  }
  return field === 'event' && typeof value['name'] === 'string' ? { ...inner, name: rename('events', value['name']) } : inner
}

/** What a definition mentions, each name once, the innermost first. */
export const mentionsOf = (definition: JsonObject): Mentions => {
  const none = () => new Set<string>()
  const found = { events: none(), traits: none(), audiences: none(), sources: none() }
  rewrite(definition, (kind, name) => {
    found[kind].add(name)
    return name
  })
  return {
    events: [...found.events],
    traits: [...found.traits],
    audiences: [...found.audiences],
    sources: [...found.sources],
  }
}

// Events and traits may be called like what every object has: `constructor` is a name like any other.
const nameIn = (names: Readonly<Record<string, string>> | undefined, name: string): string =>
  (names && Object.hasOwn(names, name) && names[name]) || name

/** The same definition with other names. */
export const withMapping = (definition: JsonObject, mapping: Mapping): JsonObject =>
  rewrite(definition, (kind, name) => nameIn(mapping[kind], name)) as JsonObject
