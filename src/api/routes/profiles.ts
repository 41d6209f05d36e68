import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import type { ProfileRow } from '../../db/rows/profile.ts'
import type { SubscriptionChannel } from '../../db/rows/subscription.ts'
import { parseReference } from '../../ingest/reference.ts'
import {
  computedTraitsOf,
  findProfile,
  type ListedProfile,
  linkedProfiles,
  listProfiles,
  membershipsOf,
  searchProfiles,
} from '../../profile/read.ts'
import { suppressionOf } from '../../profile/suppressed.ts'
import { normaliseAddress } from '../../subscription/address.ts'
import { readStates } from '../../subscription/state.ts'
import { readSuppressions } from '../../subscription/suppression.ts'
import type { Route } from './index.ts'
import { WireSuppression, wireSuppression } from './suppressions.ts'

export const Identifiers = z.record(z.string(), z.array(z.string()))
export const Listed = z.object({
  id: z.string(),
  name: z.string().optional(),
  email: z.string().optional(),
  identifiers: Identifiers,
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
})
export const Pagination = z.object({ current: z.string(), next: z.string().optional(), totalEntries: z.number().optional() })
const Profile = z.object({
  id: z.string(),
  name: z.string().optional(),
  email: z.string().optional(),
  identifiers: Identifiers,
  traits: z.record(z.string(), z.unknown()),
  computedTraits: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastSeenAt: z.string().nullable(),
  audiences: z.array(z.object({ id: z.string(), key: z.string(), name: z.string(), enteredAt: z.string() })),
  accounts: z.array(z.object({ id: z.string(), name: z.string().optional(), identifiers: Identifiers })),
  subscriptions: z.array(z.object({ channel: z.string(), address: z.string(), status: z.string() })),
  suppressed: z
    .object({
      since: z.string(),
      by: z.string(),
      named: z.array(z.object({ type: z.string(), id: z.string() })).describe('by which identifiers it was asked for'),
    })
    .optional()
    .describe('nothing is taken of them any more'),
  suppressions: z.array(WireSuppression).describe('addresses of theirs to which nothing goes, with the event that caused it'),
})

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What a profile calls itself. */
const nameOf = ({ traits }: Pick<ProfileRow, 'traits'>): string | undefined =>
  text(traits['name']) ??
  text(
    [traits['firstName'] ?? traits['first_name'], traits['lastName'] ?? traits['last_name']].map(text).filter(Boolean).join(' '),
  )

/** Name, address and identifiers of a profile. */
export const headOf = (row: Pick<ProfileRow, 'traits' | 'identifiers'>) => {
  const name = nameOf(row)
  const email = text(row.traits['email']) ?? row.identifiers['email']?.[0]
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    identifiers: Object.fromEntries(Object.entries(row.identifiers).map(([type, values]) => [type, [...values]])),
  }
}

/** A profile as lists show it. */
export const listed = (row: ListedProfile) => ({
  id: row.id,
  ...headOf(row),
  createdAt: row.created_at.toISOString(),
  lastSeenAt: row.last_seen_at?.toISOString() ?? null,
})

/** Which identifiers are addresses of which channels. */
const ADDRESSES: Readonly<Record<string, readonly SubscriptionChannel[]>> = {
  email: ['email'],
  phone: ['sms', 'whatsapp'],
  'ios.push_token': ['ios_push'],
  'android.push_token': ['android_push'],
}

const vectorsOf = (profile: ProfileRow) =>
  Object.entries(ADDRESSES).flatMap(([type, channels]) =>
    (profile.identifiers[type] ?? []).flatMap((value) =>
      channels.map((channel) => ({ channel, address: normaliseAddress(channel, value) ?? value })),
    ),
  )

const subscriptionsOf = async (db: Db, profile: ProfileRow) => {
  const states = await readStates(db, profile.space_id, vectorsOf(profile))
  return [...states.values()].map(({ channel, address, status }) => ({ channel, address, status }))
}

const suppressedOf = async (db: Db, profile: ProfileRow) => {
  const all = Object.entries(profile.identifiers).flatMap(([type, values]) => values.map((value) => ({ type, value })))
  const found = await suppressionOf(db, profile.space_id, all)
  if (!found) return {}
  const named = found.named.map(({ type, value }) => ({ type, id: value }))
  return { suppressed: { since: found.since.toISOString(), by: found.by, named } }
}

const wholeOf = async (db: Db, profile: ProfileRow): Promise<z.infer<typeof Profile>> => ({
  id: profile.id,
  ...headOf(profile),
  traits: profile.traits,
  computedTraits: Object.fromEntries(
    (await computedTraitsOf(db, profile.space_id, profile.id)).map(({ key, value }) => [key, value]),
  ),
  createdAt: profile.created_at.toISOString(),
  updatedAt: profile.updated_at.toISOString(),
  lastSeenAt: profile.last_seen_at?.toISOString() ?? null,
  audiences: (await membershipsOf(db, profile.space_id, profile.id)).map(({ id, key, name, entered_at }) => ({
    id,
    key,
    name,
    enteredAt: entered_at.toISOString(),
  })),
  accounts: (await linkedProfiles(db, profile.space_id, profile, 50)).map((row) => ({ id: row.id, ...headOf(row) })),
  subscriptions: await subscriptionsOf(db, profile),
  ...(await suppressedOf(db, profile)),
  suppressions: [...(await readSuppressions(db, profile.space_id, vectorsOf(profile))).values()].map(wireSuppression),
})

const Asked = z.object({
  search: z.string().max(500).optional(),
  count: z.coerce.number().int().min(1).max(200).default(20),
  cursor: z.uuid().optional(),
})

/** `GET /profiles` and `GET /profiles/:id`, where an id is a UUID or `type:value`. */
export const profileRoutes: Route = (app, { db }) => {
  app.get(
    '/spaces/:space/profiles',
    {
      schema: {
        tags: ['profile'],
        summary: 'People, the newest first, or those with an identifier that begins with `search`',
        params: z.object({ space: z.string() }),
        querystring: Asked,
        response: { 200: z.object({ data: z.object({ profiles: z.array(Listed), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { search, count, cursor } = request.query
      const { spaceId } = request.caller
      const rows = search ? await searchProfiles(db, spaceId, search, count) : await listProfiles(db, spaceId, count + 1, cursor)
      const page = rows.slice(0, count)
      const next = rows.length > count ? page.at(-1)?.id : undefined
      return {
        data: { profiles: page.map(listed), pagination: { current: cursor ?? '', ...(next === undefined ? {} : { next }) } },
      }
    },
  )
  app.get(
    '/spaces/:space/profiles/:id',
    {
      schema: {
        tags: ['profile'],
        summary: 'One person, by id or by an identifier such as email:ada@example.com',
        params: z.object({ space: z.string(), id: z.string().max(1_000) }),
        response: { 200: z.object({ data: z.object({ profile: Profile }) }) },
      },
    },
    async (request) => {
      const reference = parseReference(request.params.id)
      const profile = reference && (await findProfile(db, request.caller.spaceId, reference))
      if (!profile) throw notFound('profile', request.params.id)
      return { data: { profile: await wholeOf(db, profile) } }
    },
  )
}
