import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import type { ProfileRow } from '../../db/rows/profile.ts'
import { parseReference } from '../../ingest/reference.ts'
import {
  computedTraitsOf,
  findProfile,
  linkedProfiles,
  listProfiles,
  membershipsOf,
  peopleOfAccounts,
  searchProfiles,
} from '../../profile/read.ts'
import type { Route } from './index.ts'
import { headOf, Identifiers, Listed, listed, Pagination } from './profiles.ts'

const SHOWN = 100

const Account = z.object({
  id: z.string(),
  name: z.string().optional(),
  identifiers: Identifiers,
  traits: z.record(z.string(), z.unknown()),
  computedTraits: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  updatedAt: z.string(),
  people: z.number().meta({ description: 'How many people belong to it' }),
  linked: z.array(Listed).meta({ description: `The ${SHOWN} who were linked last` }),
  audiences: z.array(z.object({ id: z.string(), key: z.string(), name: z.string(), enteredAt: z.string() })),
})

const peopleIn = async (db: Db, spaceId: string, ids: readonly string[]): Promise<(id: string) => number> => {
  const counts = new Map((await peopleOfAccounts(db, spaceId, ids)).map(({ id, people }) => [id, people]))
  return (id) => counts.get(id) ?? 0
}

const wholeOf = async (db: Db, account: ProfileRow): Promise<z.infer<typeof Account>> => {
  const { space_id: spaceId, id } = account
  const [computed, memberships, linked, people] = [
    await computedTraitsOf(db, spaceId, id),
    await membershipsOf(db, spaceId, id),
    await linkedProfiles(db, spaceId, account, SHOWN),
    await peopleIn(db, spaceId, [id]),
  ]
  const { email: _, ...head } = headOf(account)
  return {
    id,
    ...head,
    traits: account.traits,
    computedTraits: Object.fromEntries(computed.map(({ key, value }) => [key, value])),
    createdAt: account.created_at.toISOString(),
    updatedAt: account.updated_at.toISOString(),
    people: people(id),
    linked: linked.map(listed),
    audiences: memberships.map(({ entered_at, ...audience }) => ({ ...audience, enteredAt: entered_at.toISOString() })),
  }
}

const Asked = z.object({
  search: z.string().max(500).optional(),
  count: z.coerce.number().int().min(1).max(200).default(20),
  cursor: z.uuid().optional(),
})
const Counted = Listed.extend({ people: z.number() })

/** `GET /accounts` and `GET /accounts/:id`, where an id is a UUID or a group id as `group_id:acme` (spec/audiences §5.5, §12). */
export const accountRoutes: Route = (app, { db }) => {
  app.get(
    '/spaces/:space/accounts',
    {
      schema: {
        tags: ['account'],
        summary: 'Accounts, the newest first, or those whose group id begins with `search`',
        params: z.object({ space: z.string() }),
        querystring: Asked,
        response: { 200: z.object({ data: z.object({ accounts: z.array(Counted), pagination: Pagination }) }) },
      },
    },
    async ({ caller: { spaceId }, query: { search, count, cursor } }) => {
      const rows = search
        ? await searchProfiles(db, spaceId, search, count, 'accounts')
        : await listProfiles(db, spaceId, count + 1, cursor, 'accounts')
      const page = rows.slice(0, count)
      const next = rows.length > count ? page.at(-1)?.id : undefined
      const ids = page.map(({ id }) => id)
      const people = await peopleIn(db, spaceId, ids)
      const accounts = page.map((row) => ({ ...listed(row), people: people(row.id) }))
      return { data: { accounts, pagination: { current: cursor ?? '', ...(next === undefined ? {} : { next }) } } }
    },
  )
  app.get(
    '/spaces/:space/accounts/:id',
    {
      schema: {
        tags: ['account'],
        summary: 'One account: its traits, its people, the audiences it is in',
        params: z.object({ space: z.string(), id: z.string().max(1_000) }),
        response: { 200: z.object({ data: z.object({ account: Account }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const reference = parseReference(params.id)
      const account = reference && (await findProfile(db, spaceId, reference, 'accounts'))
      if (!account) throw notFound('account', params.id)
      return { data: { account: await wholeOf(db, account) } }
    },
  )
}
