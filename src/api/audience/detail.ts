import * as z from 'zod'
import { changesOf, evaluationsOf, membersOf, sizesOf } from '../../audience/members.ts'
import { definitionOf } from '../../audience/store.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { audienceExplainRoutes } from './explain.ts'
import { fromCursor, ListQuery, Pagination, paginationOf } from './pagination.ts'
import { Evaluation, evaluationFrom, OneParams } from './wire.ts'

const tags = ['audience']

const Member = z.object({
  profileId: z.string(),
  enteredAt: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  traits: z.record(z.string(), z.unknown()),
})
const Change = z.object({
  profileId: z.string(),
  name: z.string().nullable(),
  change: z.enum(['entered', 'exited']),
  changedAt: z.string(),
})
// Ids that follow from a hash have no RFC version.
const After = z.guid()
const Before = z.tuple([z.iso.datetime(), z.guid()])

const memberRoutes = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/audiences/:id/members',
    {
      schema: {
        tags,
        summary: 'Who is in the audience',
        params: OneParams,
        querystring: ListQuery,
        response: { 200: z.object({ data: z.object({ members: z.array(Member), pagination: Pagination }) }) },
      },
    },
    async ({ caller, params, query: { count, cursor, search } }) => {
      const audience = await definitionOf(db, 'audience', caller.spaceId, params.id)
      const rows = await membersOf(db, caller.spaceId, audience.id, { count, after: fromCursor(After, cursor), search })
      const members = rows.map((row) => ({ ...row, enteredAt: row.enteredAt.toISOString() }))
      const next = rows.length === count ? rows.at(-1)?.profileId : undefined
      return { data: { members, pagination: paginationOf(cursor, next, search === undefined ? audience.count : undefined) } }
    },
  )
  app.get(
    '/spaces/:space/audiences/:id/changes',
    {
      schema: {
        tags,
        summary: 'Who entered and exited, newest first',
        params: OneParams,
        querystring: ListQuery,
        response: { 200: z.object({ data: z.object({ changes: z.array(Change), pagination: Pagination }) }) },
      },
    },
    async ({ caller, params, query: { count, cursor } }) => {
      const { id } = await definitionOf(db, 'audience', caller.spaceId, params.id)
      const [at, change] = fromCursor(Before, cursor) ?? []
      const before = at === undefined || change === undefined ? undefined : { at: new Date(at), id: change }
      const rows = await changesOf(db, caller.spaceId, id, { count, before })
      const last = rows.length === count ? rows.at(-1) : undefined
      const changes = rows.map(({ profileId, name, change: what, changedAt }) => ({
        profileId,
        name,
        change: what,
        changedAt: changedAt.toISOString(),
      }))
      return { data: { changes, pagination: paginationOf(cursor, last && [last.changedAt.toISOString(), last.id]) } }
    },
  )
}

const SizesQuery = z.object({ days: z.coerce.number().int().min(1).max(400).default(30) })
const historyRoutes = (app: App, { db, now }: Door): void => {
  app.get(
    '/spaces/:space/audiences/:id/sizes',
    {
      schema: {
        tags,
        summary: 'How many members at the end of each day',
        params: OneParams,
        querystring: SizesQuery,
        response: { 200: z.object({ data: z.object({ sizes: z.array(z.object({ at: z.string(), count: z.number() })) }) }) },
      },
    },
    async ({ caller, params, query: { days } }) => {
      const { id } = await definitionOf(db, 'audience', caller.spaceId, params.id)
      const rows = await sizesOf(db, caller.spaceId, id, days, now())
      return { data: { sizes: rows.map((row) => ({ at: row.at.toISOString(), count: row.count })) } }
    },
  )
  app.get(
    '/spaces/:space/audiences/:id/evaluations',
    {
      schema: {
        tags,
        summary: 'The last evaluations that were full, failed or changed something',
        params: OneParams,
        querystring: ListQuery,
        response: { 200: z.object({ data: z.object({ evaluations: z.array(Evaluation) }) }) },
      },
    },
    async ({ caller, params, query: { count } }) => {
      const { id } = await definitionOf(db, 'audience', caller.spaceId, params.id)
      const rows = await evaluationsOf(db, caller.spaceId, id, count)
      return { data: { evaluations: rows.map(evaluationFrom) } }
    },
  )
}

/** What there is to see of one audience. */
export const audienceDetailRoutes = (app: App, door: Door): void => {
  memberRoutes(app, door)
  historyRoutes(app, door)
  audienceExplainRoutes(app, door)
}
