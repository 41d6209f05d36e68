import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { RegulationRow } from '../../db/rows/regulation.ts'
import { listSuppressed } from '../../profile/suppressed.ts'
import { listRegulations, MOST_SUBJECTS, readRegulation, regulate } from '../../regulation/regulation.ts'
import { pageOf, placeOf } from '../journey/cursor.ts'
import type { Route } from './index.ts'

const tags = ['privacy']
const Params = z.object({ space: z.string() })
const Paged = z.object({ count: z.coerce.number().int().min(1).max(200).default(20), cursor: z.string().optional() })
const Pagination = z.object({ current: z.string(), next: z.string().optional() })

const TYPES = [
  'SUPPRESS_ONLY',
  'UNSUPPRESS',
  'SUPPRESS_WITH_DELETE',
  'DELETE_ONLY',
  'SUPPRESS_WITH_DELETE_INTERNAL',
  'DELETE_INTERNAL',
] as const
const Body = z.strictObject({
  regulationType: z.enum(TYPES),
  subjectType: z.string().default('USER_ID').describe('USER_ID, EMAIL, PHONE, ANONYMOUS_ID or a type of identifier of yours'),
  subjectIds: z.array(z.string()).min(1).max(MOST_SUBJECTS),
})

const WireRegulation = z.object({
  id: z.string(),
  regulationType: z.enum(TYPES),
  overallStatus: z.enum(['INITIALIZED', 'RUNNING', 'FINISHED', 'FAILED']),
  subjects: z.number().describe('how many people it is about'),
  createdBy: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  error: z.string().optional().describe('why it does not go on, or why the last attempt failed'),
  streamStatus: z
    .array(z.object({ id: z.string(), removed: z.number() }))
    .describe('table by table, how many rows were removed or emptied until now'),
  removals: z
    .object({ waiting: z.number(), delivered: z.number(), givenUp: z.number() })
    .describe(
      'destinations that knew of these people by an audience or trait and are told to take them off, a person and connection each: who still is to be told, who took it, and who did not',
    ),
})

const wire = (row: RegulationRow): z.infer<typeof WireRegulation> => ({
  id: row.id,
  regulationType: row.type,
  overallStatus: row.status,
  subjects: row.subject_count,
  createdBy: row.requested_by,
  createdAt: row.created_at.toISOString(),
  ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
  ...(row.error === null ? {} : { error: row.error }),
  streamStatus: Object.entries(row.removed)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, removed]) => ({ id, removed })),
  removals: { waiting: row.removals_waiting, delivered: row.removals_delivered, givenUp: row.removals_given_up },
})

const create: Route = (app, { db, now, random, notify }) => {
  app.post(
    '/spaces/:space/regulations',
    {
      // 5,000 ids, or 4 MB (spec/messaging §10.1).
      bodyLimit: 4 * 1_048_576,
      schema: {
        tags,
        summary: 'Suppress people, erase them, or let them in again',
        params: Params,
        body: Body,
        response: { 200: z.object({ data: z.object({ regulateId: z.string() }) }) },
      },
    },
    async (request) => {
      const { spaceId, name } = request.caller
      const { regulationType: type, subjectType, subjectIds } = request.body
      const id = prefixedId('reg', random(12))
      await regulate(db, spaceId, { type, subjectType, subjectIds, by: name }, { id, now: now() })
      notify('outbox')
      return { data: { regulateId: id } }
    },
  )
}

const Progress = z.object({ INITIALIZED: z.number(), FORGOTTEN: z.number(), FINISHED: z.number() })

const read: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/regulations',
    {
      schema: {
        tags,
        summary: 'The requests of the last 90 days, newest first',
        params: Params,
        querystring: Paged,
        response: { 200: z.object({ data: z.object({ regulations: z.array(WireRegulation), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { count, cursor } = request.query
      const rows = await listRegulations(db, request.caller.spaceId, { count: count + 1, after: placeOf(cursor) }, now())
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({ at: row.created_at, id: row.id }))
      return { data: { regulations: page.map(wire), pagination } }
    },
  )
  app.get(
    '/spaces/:space/regulations/:regulation',
    {
      schema: {
        tags,
        summary: 'How far a request is: table by table what was removed, and how many of its people are done',
        params: Params.extend({ regulation: z.string() }),
        response: { 200: z.object({ data: z.object({ regulation: WireRegulation.extend({ progress: Progress }) }) }) },
      },
    },
    async (request) => {
      const { regulation, subjects } = await readRegulation(db, request.caller.spaceId, request.params.regulation)
      const progress = { INITIALIZED: 0, FORGOTTEN: 0, FINISHED: 0 }
      for (const { status, count } of subjects) progress[status] = count
      return { data: { regulation: { ...wire(regulation), progress } } }
    },
  )
}

const WireSuppressed = z.object({
  type: z.string(),
  id: z.string().nullable().describe('null where the person was erased: only its hash is left'),
  hash: z.string(),
  suppressedBy: z.string(),
  suppressedAt: z.string(),
})

const suppressed: Route = (app, { db }) => {
  app.get(
    '/spaces/:space/suppressed-people',
    {
      schema: {
        tags,
        summary: 'Whose calls are not taken, newest first',
        params: Params,
        querystring: Paged,
        response: { 200: z.object({ data: z.object({ suppressed: z.array(WireSuppressed), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { count, cursor } = request.query
      const rows = await listSuppressed(db, request.caller.spaceId, { count: count + 1, after: placeOf(cursor) })
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({ at: row.suppressed_at, id: row.hash }))
      const people = page.map(({ type, value, hash, suppressed_by, suppressed_at }) => ({
        type,
        id: value,
        hash,
        suppressedBy: suppressed_by,
        suppressedAt: suppressed_at.toISOString(),
      }))
      return { data: { suppressed: people, pagination } }
    },
  )
}

/** People who are suppressed or erased (spec/audiences §22.3). */
export const regulationRoutes: Route = (app, door) => {
  create(app, door)
  read(app, door)
  suppressed(app, door)
}
