import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import type { IdentityRefusalRow } from '../../db/rows/profile.ts'
import { parseReference } from '../../ingest/reference.ts'
import { findProfile } from '../../profile/read.ts'
import { type ProfileGraph, readProfileGraph, refusalsOfSpace } from '../../profile/read-graph.ts'
import { sourcesOf } from '../../space/source.ts'
import type { Route } from './index.ts'

const DAYS_30_MS = 30 * 86_400_000

const Cause = { sourceId: z.string().nullable(), sourceName: z.string().nullable(), messageId: z.string().nullable() }
const Refusal = z.object({
  code: z.string(),
  profileId: z.string(),
  type: z.string(),
  value: z.string(),
  otherProfileId: z.string().nullable().describe('the profile that it belongs to and that was not merged'),
  reason: z.string(),
  ...Cause,
  firstAt: z.string(),
  lastAt: z.string(),
})
const Graph = z.object({
  profileId: z.string(),
  identifiers: z.array(z.object({ type: z.string(), value: z.string(), ...Cause, addedAt: z.string() })),
  merges: z.array(z.object({ mergedProfileId: z.string(), messageId: z.string().nullable(), mergedAt: z.string() })),
  refusals: z.array(Refusal),
})

type Names = ReadonlyMap<string, string>
const namesOf = async (db: Db, spaceId: string): Promise<Names> =>
  new Map((await sourcesOf(db, spaceId)).map(({ id, name }) => [id, name]))

const causeOf = (names: Names, row: { readonly source_id: string | null; readonly message_id: string | null }) => ({
  sourceId: row.source_id,
  sourceName: names.get(row.source_id ?? '') ?? null,
  messageId: row.message_id,
})

const wireRefusal = (names: Names, row: IdentityRefusalRow): z.infer<typeof Refusal> => ({
  code: row.code,
  profileId: row.profile_id,
  type: row.type,
  value: row.value,
  otherProfileId: row.other_id,
  reason: row.reason,
  ...causeOf(names, row),
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
})

const wireGraph = (names: Names, profileId: string, graph: ProfileGraph): z.infer<typeof Graph> => ({
  profileId,
  identifiers: graph.identifiers.map((row) => ({
    type: row.type,
    value: row.value,
    ...causeOf(names, row),
    addedAt: row.created_at.toISOString(),
  })),
  merges: graph.merges.map((row) => ({
    mergedProfileId: row.loser_id,
    messageId: row.message_id,
    mergedAt: row.merged_at.toISOString(),
  })),
  refusals: graph.refusals.map((row) => wireRefusal(names, row)),
})

/** `GET /profiles/:id/graph`: how a profile came together; `GET /identity-refusals`: what was not taken in the last 30 days. */
export const profileGraphRoutes: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/profiles/:id/graph',
    {
      schema: {
        tags: ['profile'],
        summary: 'Which call added which identifier, which merged whom, and why something was not taken',
        params: z.object({ space: z.string(), id: z.string().max(1_000) }),
        response: { 200: z.object({ data: z.object({ graph: Graph }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const reference = parseReference(request.params.id)
      const profile = reference && (await findProfile(db, spaceId, reference))
      if (!profile) throw notFound('profile', request.params.id)
      const graph = await readProfileGraph(db, spaceId, profile)
      return { data: { graph: wireGraph(await namesOf(db, spaceId), profile.id, graph) } }
    },
  )
  app.get(
    '/spaces/:space/identity-refusals',
    {
      schema: {
        tags: ['profile'],
        summary: 'Identifiers that were not taken in the last 30 days, with the profile, the call and the reason; 500 at most',
        params: z.object({ space: z.string() }),
        response: { 200: z.object({ data: z.object({ refusals: z.array(Refusal) }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const names = await namesOf(db, spaceId)
      const rows = await refusalsOfSpace(db, spaceId, new Date(now().getTime() - DAYS_30_MS))
      return { data: { refusals: rows.map((row) => wireRefusal(names, row)) } }
    },
  )
}
