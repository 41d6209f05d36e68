import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import type { Json } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import type { ProfileIdentifierRow, ProfileRow } from '../../db/rows/profile.ts'
import { endsOfHistory, eventsOfProfile } from '../../event/read.ts'
import { identifiersOfProfile, type KnownProfile, linkedProfiles } from '../../profile/read.ts'
import type {
  EventsAsked,
  EventsFound,
  ExternalIdsAsked,
  ExternalIdsFound,
  LinksAsked,
  LinksFound,
  MetadataFound,
  TraitsAsked,
  TraitsFound,
} from './shapes.ts'

const DAYS_OF_EVENTS = 14

/** One request: whose data, where it was asked, when. */
export type Asked<Profile = ProfileRow> = {
  readonly db: Db
  readonly profile: Profile
  readonly url: string
  readonly now: Date
}

const encode = (position: Json): string => Buffer.from(JSON.stringify(position)).toString('base64url')

const parsed = (next: string): unknown => {
  try {
    return JSON.parse(Buffer.from(next, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

// A cursor of another route is none here: to begin anew would send whoever walks through the pages round in a circle.
const decode = <Position>(next: string | undefined, position: z.ZodType<Position>): Position | undefined => {
  if (next === undefined || next === '') return undefined
  const { success, data } = position.safeParse(parsed(next))
  if (success) return data
  throw new Refused('validation_error', 'next: is not a cursor of this route; pass the one of the page before.', { status: 400 })
}

const cursor = ({ url }: Pick<Asked, 'url'>, limit: number, next: Json | undefined) => ({
  url,
  has_more: next !== undefined,
  next: next === undefined ? '' : encode(next),
  limit,
})

type Trait = { readonly key: string; readonly value: Json; readonly updatedAt: Date | undefined }

const customTraits = ({ traits, trait_times }: ProfileRow): readonly Trait[] =>
  Object.entries(traits).map(([key, value]) => ({
    key,
    value,
    updatedAt: trait_times[key] ? new Date(trait_times[key]) : undefined,
  }))

// A computed trait or an audience wins over what somebody sent under its name.
const traitsOf = (profile: KnownProfile, of: 'audience' | 'computed_trait' | undefined): readonly Trait[] => {
  const all = new Map<string, Trait>()
  const take = (traits: readonly Trait[]): void => {
    for (const trait of traits) all.set(trait.key, trait)
  }
  if (of === undefined) take(customTraits(profile))
  if (of !== 'audience') take(profile.computed.map(({ key, value, at }) => ({ key, value, updatedAt: new Date(at) })))
  if (of !== 'computed_trait') take(profile.memberships.map(({ key, at }) => ({ key, value: true, updatedAt: new Date(at) })))
  return [...all.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

export const answerTraits = (asked: Asked<KnownProfile>, query: z.infer<typeof TraitsAsked>): z.infer<typeof TraitsFound> => {
  const after = decode(query.next, z.string())
  const wanted = new Set(query.include)
  const rest = traitsOf(asked.profile, query.class).filter(
    ({ key }) => (wanted.size === 0 || wanted.has(key)) && (after === undefined || key > after),
  )
  const page = rest.slice(0, query.limit)
  const traits = Object.fromEntries(
    page.map(({ key, value, updatedAt }) => [
      key,
      query.verbose ? { value, source_id: null, updated_at: updatedAt?.toISOString() ?? null } : value,
    ]),
  )
  return { traits, cursor: cursor(asked, query.limit, rest.length > page.length ? page.at(-1)?.key : undefined) }
}

const shown = ({ collection, type, value, source_id, message_id, created_at }: ProfileIdentifierRow) => ({
  source_id,
  collection,
  id: value,
  type,
  created_at: created_at.toISOString(),
  encoding: 'none',
  first_message_id: message_id,
})

// Where the page before ended. A new identifier is the first of all, so a number would show one twice that stood before.
const Place = z.tuple([z.iso.datetime(), z.string()])
const placeOf = ({ created_at, type, value }: ProfileIdentifierRow): z.infer<typeof Place> => [
  created_at.toISOString(),
  sha256(`${type}:${value}`),
]
const behind = (
  rows: readonly ProfileIdentifierRow[],
  place: z.infer<typeof Place> | undefined,
): readonly ProfileIdentifierRow[] => {
  if (!place) return rows
  const [at, hash] = place
  const found = rows.findIndex((row) => placeOf(row)[1] === hash)
  return found === -1 ? rows.filter((row) => row.created_at.toISOString() <= at) : rows.slice(found + 1)
}

export const answerExternalIds = async (
  asked: Asked,
  query: z.infer<typeof ExternalIdsAsked>,
): Promise<z.infer<typeof ExternalIdsFound>> => {
  const all = await identifiersOfProfile(asked.db, asked.profile.space_id, asked.profile)
  const wanted = all.filter(({ type }) => query.include.length === 0 || query.include.includes(type))
  const rest = behind(wanted, decode(query.next, Place))
  const page = rest.slice(0, query.limit)
  const last = rest.length > page.length ? page.at(-1) : undefined
  return { data: page.map(shown), cursor: cursor(asked, query.limit, last && placeOf(last)) }
}

const plainIds = ({ collection, identifiers }: ProfileRow) =>
  Object.entries(identifiers).flatMap(([type, values]) => values.map((id) => ({ collection, id, type, encoding: 'none' })))

const Happened = z
  .tuple([z.iso.datetime(), z.string()])
  .transform(([timestamp, messageId]) => ({ timestamp: new Date(timestamp), messageId }))

export const answerEvents = async (asked: Asked, query: z.infer<typeof EventsAsked>): Promise<z.infer<typeof EventsFound>> => {
  const earliest = new Date(asked.now.getTime() - DAYS_OF_EVENTS * 86_400_000)
  const start = query.start ? new Date(query.start) : earliest
  const rows = await eventsOfProfile(asked.db, asked.profile.space_id, asked.profile.id, {
    from: start < earliest ? earliest : start,
    to: query.end ? new Date(query.end) : asked.now,
    include: query.include,
    exclude: query.exclude,
    sort: query.sort,
    limit: query.limit + 1,
    after: decode(query.next, Happened),
  })
  const page = rows.slice(0, query.limit)
  const last = rows.length > page.length ? page.at(-1) : undefined
  const externalIds = plainIds(asked.profile)
  return {
    data: page.map((row) => ({
      external_ids: externalIds,
      context: row.context,
      type: 'track',
      message_id: row.message_id,
      source_id: row.source_id,
      timestamp: row.timestamp.toISOString(),
      properties: row.properties,
      event: row.name,
      related: {},
    })),
    cursor: cursor(asked, query.limit, last ? [last.timestamp.toISOString(), last.message_id] : undefined),
  }
}

export const answerMetadata = async ({ db, profile }: Asked): Promise<z.infer<typeof MetadataFound>> => {
  const { first, last } = await endsOfHistory(db, profile.space_id, profile.id)
  return {
    metadata: {
      created_at: profile.created_at.toISOString(),
      updated_at: profile.updated_at.toISOString(),
      expires_at: null,
      first_message_id: first?.message_id ?? null,
      first_source_id: first?.source_id ?? null,
      last_message_id: last?.message_id ?? null,
      last_source_id: last?.source_id ?? null,
    },
  }
}

const Linked = z.tuple([z.iso.datetime(), z.guid()]).transform(([at, id]) => ({ linked_at: new Date(at), id }))

export const answerLinks = async (
  asked: Asked,
  { limit, next }: z.infer<typeof LinksAsked>,
): Promise<z.infer<typeof LinksFound>> => {
  const linked = await linkedProfiles(asked.db, asked.profile.space_id, asked.profile, limit + 1, decode(next, Linked))
  const page = linked.slice(0, limit)
  const last = linked.length > limit ? page.at(-1) : undefined
  return {
    data: page.map((profile) => ({ to_collection: profile.collection, external_ids: plainIds(profile) })),
    cursor: cursor(asked, limit, last && [last.linked_at.toISOString(), last.id]),
  }
}
