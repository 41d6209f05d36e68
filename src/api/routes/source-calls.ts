import { once } from 'node:events'
import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { timeOrderedId } from '../../base/ids.ts'
import { isObject, type Json } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import type { SourceCallRow } from '../../db/rows/call.ts'
import { sdkCode } from '../../event/sdk-code.ts'
import { type CallFilter, callsOfSource, MOST_KEPT } from '../../ingest/source-call.ts'
import { sourceById } from '../../space/source.ts'
import type { Inside } from '../door.ts'
import type { Route } from './index.ts'

const Call = z.object({
  id: z.string(),
  receivedAt: z.string(),
  type: z.string(),
  name: z.string(),
  messageId: z.string().nullable(),
  status: z.enum(['stored', 'duplicate', 'filtered', 'dropped']),
  profileId: z.string().nullable(),
  problems: z.array(z.object({ code: z.string(), field: z.string(), message: z.string(), remedy: z.string() })),
  changes: z.array(z.string()).describe('what the plan, switches and transformations did to it, in words'),
  raw: z.string().describe('the call as it came, as JSON text'),
  pretty: z.string().describe('the same as the line of code that sends it'),
})
const Asked = z.object({
  search: z.string().max(200).optional().describe('text that occurs in the call as it came'),
  status: z.enum(['stored', 'duplicate', 'filtered', 'dropped']).optional(),
  type: z.string().max(20).optional(),
  event: z.string().max(500).optional(),
  count: z.coerce.number().int().min(1).max(MOST_KEPT).default(100),
})
// Who follows may ask for none of those before.
const Followed = Asked.extend({ count: z.coerce.number().int().min(0).max(MOST_KEPT).default(100) })

const prettyOf = ({ type, raw }: SourceCallRow): string => {
  try {
    const call = JSON.parse(raw) as Json
    return isObject(call) ? sdkCode(type, call) : raw
  } catch {
    return raw
  }
}

const wireCall = (row: SourceCallRow): z.infer<typeof Call> => ({
  id: row.id,
  receivedAt: row.received_at.toISOString(),
  type: row.type,
  name: row.name,
  messageId: row.message_id,
  status: row.status,
  profileId: row.profile_id,
  problems: z.array(Call.shape.problems.element).parse(row.problems),
  changes: [...row.changes],
  raw: row.raw,
  pretty: prettyOf(row),
})

const EVERY_MS = 300
const LOOK_AGAIN_MS = 5_000
// So much later than it was received a call may be written out, by whichever process took it in.
const LATE_MS = 5_000

const idAt = (at: number): string => timeOrderedId(new Date(Math.max(0, at)), new Uint8Array(10))

type Following = { readonly spaceId: string; readonly sourceId: string; readonly filter: CallFilter; ended: boolean }

// What was there before and is not asked for counts as shown.
const begin = async ({ db, tail }: Inside, { spaceId, sourceId, filter }: Following) => {
  await tail.look(spaceId, sourceId)
  const rows = await callsOfSource(db, spaceId, sourceId, { ...filter, count: MOST_KEPT })
  return { rows: rows.slice(0, filter.count), seen: new Set(rows.map((row) => row.id)) }
}

/** Sends calls as they come, the oldest first, until the stream ends. */
const follow = async (door: Inside, following: Following, hear: (row: SourceCallRow) => Promise<void>): Promise<void> => {
  const { spaceId, sourceId, filter } = following
  const { rows: first, seen } = await begin(door, following)
  let after = idAt((first[0]?.received_at.getTime() ?? LATE_MS) - LATE_MS)
  let lookedAt = performance.now()
  for (let rows = first; !following.ended; ) {
    for (const row of rows.toReversed()) await hear(row)
    for (const id of seen) if (id < after) seen.delete(id)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS).unref())
    if (performance.now() - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = performance.now()
      await door.tail.look(spaceId, sourceId)
    }
    const found = await callsOfSource(door.db, spaceId, sourceId, { ...filter, count: MOST_KEPT, after })
    rows = found.filter((row) => !seen.has(row.id))
    for (const row of found) seen.add(row.id)
    if (found[0]) after = idAt(found[0].received_at.getTime() - LATE_MS)
  }
}

const stream = (door: Inside, open: Set<() => void>, following: Following, reply: FastifyReply): void => {
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  out.write(': live\n\n')
  const end = (): void => {
    following.ended = true
    open.delete(end)
    out.end()
  }
  open.add(end)
  out.on('close', end)
  follow(door, following, async (row) => {
    if (following.ended) return
    if (!out.write(`event: call\ndata: ${JSON.stringify(wireCall(row))}\n\n`))
      await Promise.race([once(out, 'drain'), once(out, 'close')])
  }).catch(end)
}

const known = async (db: Db, spaceId: string, source: string): Promise<string> => {
  const found = await sourceById(db, spaceId, source)
  if (!found) throw notFound('source', source)
  return found.id
}

/** The source debugger: `GET /sources/:source/calls`, and `…/calls/live` as server-sent events. Looking is what makes calls be written out. */
export const sourceCallRoutes: Route = (app, door) => {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of open) end()
  })
  const params = z.object({ space: z.string(), source: z.string() })
  app.get(
    '/spaces/:space/sources/:source/calls',
    {
      schema: {
        tags: ['source'],
        summary: 'Its last 500 calls as they came, and what became of each, the newest first',
        params,
        querystring: Asked,
        response: { 200: z.object({ data: z.object({ calls: z.array(Call) }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const sourceId = await known(door.db, spaceId, request.params.source)
      await door.tail.look(spaceId, sourceId)
      return { data: { calls: (await callsOfSource(door.db, spaceId, sourceId, request.query)).map(wireCall) } }
    },
  )
  app.get(
    '/spaces/:space/sources/:source/calls/live',
    {
      schema: {
        tags: ['source'],
        summary: 'The same as server-sent events, as they come',
        params,
        querystring: Followed,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { spaceId } = request.caller
      const sourceId = await known(door.db, spaceId, request.params.source)
      stream(door, open, { spaceId, sourceId, filter: request.query, ended: false }, reply)
      return reply
    },
  )
}
