import { sql } from 'kysely'
import { Invalid, type Problem } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { loadCatalog } from './catalog.ts'
import { type Mapping, type MentionKind, type Mentions, mentionsOf, withMapping } from './mention.ts'
import { type Act, create } from './save.ts'
import { type Definition, definitionOf, type Kind } from './store.ts'

/** How a copy is to be made. What `accept` names is kept although the space does not know it (yet). */
export type CloneOptions = {
  readonly name?: string | undefined
  readonly key?: string | undefined
  readonly enabled?: boolean | undefined
  readonly mapping?: Mapping | undefined
  readonly accept?: { readonly [Kind in 'events' | 'traits' | 'sources']?: readonly string[] | undefined } | undefined
}

const unknownEvents = async (db: Db, spaceId: string, names: readonly string[]): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'event.unknown_names',
      sql<{ name: string }>`select u.name from unnest(${names}::text[]) as u (name)
        where not exists (select from event e where e.space_id = ${spaceId} and e.name = u.name)`,
    ),
  )
  return rows.map((row) => row.name)
}

const unknownTraits = async (db: Db, spaceId: string, names: readonly string[]): Promise<readonly string[]> => {
  const { audiences, computedTraits } = await loadCatalog(db, spaceId)
  const custom = names.filter((name) => !audiences.has(name) && !computedTraits.has(name))
  const rows = await run(
    db,
    query(
      'profile.unknown_traits',
      sql<{ name: string }>`select u.name from unnest(${custom}::text[]) as u (name)
        where not exists (select from profile p where p.space_id = ${spaceId} and p.traits ? u.name)`,
    ),
  )
  return rows.map((row) => row.name)
}

const unknownSources = async (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'source.unknown_ids',
      sql<{ id: string }>`select u.id from unnest(${ids}::text[]) as u (id)
        where not exists (select from source s where s.space_id = ${spaceId} and s.id = u.id)`,
    ),
  )
  return rows.map((row) => row.id)
}

/** What of a definition a space does not know: events nobody sent, traits nobody has, audiences and sources that are not there. */
export const missingIn = async (db: Db, spaceId: string, mentions: Mentions): Promise<Mentions> => {
  const { audiences } = await loadCatalog(db, spaceId)
  return {
    events: await unknownEvents(db, spaceId, mentions.events),
    traits: await unknownTraits(db, spaceId, mentions.traits),
    audiences: mentions.audiences.filter((key) => !audiences.has(key)),
    sources: await unknownSources(db, spaceId, mentions.sources),
  }
}

const REMEDIES: Readonly<Record<MentionKind, string>> = {
  events: 'map it to an event of that space, or accept that nobody sent it yet',
  traits: 'map it to a trait of that space, or accept that nobody has it yet',
  audiences: 'clone that audience first, or map it to one of that space',
  sources: 'map it to the id of a source of that space, or accept that none is left out by it',
}

const problemsOf = (missing: Mentions): readonly Problem[] =>
  (['events', 'traits', 'audiences', 'sources'] as const).flatMap((kind) =>
    missing[kind].map((name) => ({
      field: `mapping.${kind}.${name}`,
      message: `the ${kind.slice(0, -1)} "${name}" is missing there`,
      remedy: REMEDIES[kind],
    })),
  )

/** What is missing in a space for a copy made like this, after its mapping and without what it accepts. */
export const missingFor = async (
  db: Db,
  spaceId: string,
  original: Definition,
  { mapping = {}, accept = {} }: Pick<CloneOptions, 'mapping' | 'accept'>,
): Promise<Mentions> => {
  const missing = await missingIn(db, spaceId, mentionsOf(withMapping(original.definition, mapping)))
  return {
    events: missing.events.filter((name) => !accept.events?.includes(name)),
    traits: missing.traits.filter((name) => !accept.traits?.includes(name)),
    audiences: missing.audiences,
    sources: missing.sources.filter((id) => !accept.sources?.includes(id)),
  }
}

/**
 * Copies an audience or computed trait into a space, its own or another: the same conditions and options, another name and key, no
 * destinations (spec/audiences §10.6). `from` is the space of the original. @throws Invalid `missing` naming each event, trait, audience and source
 * that another space lacks.
 */
export const clone = async (
  db: Db,
  kind: Kind,
  from: { readonly spaceId: string; readonly idOrKey: string },
  to: Act & { readonly id: string },
  options: CloneOptions,
): Promise<Definition> => {
  const original = await definitionOf(db, kind, from.spaceId, from.idOrKey)
  const elsewhere = to.spaceId !== from.spaceId
  const problems = elsewhere ? problemsOf(await missingFor(db, to.spaceId, original, options)) : []
  if (problems.length > 0) throw new Invalid('missing', problems)
  return create(db, kind, to, to.id, {
    name: options.name ?? (elsewhere ? original.name : `Copy of ${original.name}`),
    key: options.key,
    description: original.description,
    enabled: options.enabled ?? original.enabled,
    definition: withMapping(original.definition, options.mapping ?? {}),
    options: original.options,
    collection: original.collection,
    folderId: elsewhere ? null : original.folderId,
  })
}
