import * as z from 'zod'
import { notFound, Refused } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { type ImportJob, importsOf } from '../../ingest/import/job.ts'
import { replayIdOf, startReplay, steerReplay } from '../../ingest/replay/job.ts'
import { addFeed, type ConnectedSource, connectedSources, removeFeed } from '../../space/feed.ts'
import { labelSource, MOST_LABELS, policyOf, refuseWrongLabel, setPolicy } from '../../space/label.ts'
import { sourceById } from '../../space/source.ts'
import { findManager } from '../auth.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import { Import, wireImport } from './imports.ts'
import type { Route } from './index.ts'

const tags = ['source']
const Space = z.object({ space: z.string() })
const One = Space.extend({ source: z.string() })
const Labels = z.array(z.string().max(201)).max(MOST_LABELS)
const Connected = z.object({
  sourceId: z.string().describe('what it is called here'),
  name: z.string(),
  fromSpaceId: z.string(),
  fromSourceId: z.string(),
  connectedAt: z.string(),
  connectedBy: z.string(),
  replay: Import.nullable().describe('how far the last month that it brought is; null where it was not asked for'),
})

const wireConnected = (source: ConnectedSource, replay: ImportJob | undefined): z.infer<typeof Connected> => ({
  sourceId: source.source_id,
  name: source.name,
  fromSpaceId: source.from_space_id,
  fromSourceId: source.from_source_id,
  connectedAt: source.connected_at.toISOString(),
  connectedBy: source.connected_by,
  replay: replay ? wireImport(replay) : null,
})

const allOf = async ({ db, now }: Inside, spaceId: string): Promise<readonly z.infer<typeof Connected>[]> => {
  const jobs = new Map((await importsOf(db, spaceId, now())).map((job) => [job.id, job]))
  return (await connectedSources(db, spaceId)).map((each) => wireConnected(each, jobs.get(replayIdOf(spaceId, each.source_id))))
}

const oneOf = async (door: Inside, spaceId: string, sourceId: string): Promise<z.infer<typeof Connected>> => {
  const found = (await allOf(door, spaceId)).find((each) => each.sourceId === sourceId)
  if (!found) throw notFound('connected source', sourceId)
  return found
}

const Asked = z.strictObject({
  token: z.string().min(1).describe('a token of the space that the source is in: whoever has it may give its events away'),
  sourceId: z.string().min(1).max(255),
  replay: z.boolean().default(true).describe('brings its last month, too; off: only what comes in from now on'),
})

// A feed of a feed would bring what its own space was given.
const giverOf = async ({ db, now }: Inside, spaceId: string, { token, sourceId }: z.infer<typeof Asked>) => {
  const giver = await findManager(db, token, now())
  if (!giver) throw new Refused('authentication_error', 'The token of the other space is not known.', { status: 403 })
  if (giver.spaceId === spaceId) throw new Refused('own_source', 'This source is in this space: it is connected as it is.')
  const source = await sourceById(db, giver.spaceId, sourceId)
  if (!source) throw new Refused('not_found', `There is no source "${sourceId}" in the space of that token.`, { status: 404 })
  if ((await connectedSources(db, giver.spaceId)).some((each) => each.source_id === sourceId))
    throw new Refused('fed_source', `"${source.name}" comes from another space itself: connect it there.`)
  return { giver, source }
}

const connect = async (
  door: Inside,
  caller: { spaceId: string; name: string },
  asked: z.infer<typeof Asked>,
): Promise<string> => {
  const { db, now, random } = door
  const { giver, source } = await giverOf(door, caller.spaceId, asked)
  refuseWrongLabel(await policyOf(db, caller.spaceId), source)
  const at = now()
  const sourceId = prefixedId('src', random(12))
  await addFeed(db, {
    space_id: caller.spaceId,
    source_id: sourceId,
    from_space_id: giver.spaceId,
    from_source_id: source.id,
    connected_at: at,
    connected_by: caller.name,
    name: source.name,
    kind: source.kind,
    labels: source.labels,
  })
  if (asked.replay)
    await startReplay(db, {
      spaceId: caller.spaceId,
      sourceId,
      name: source.name,
      fromSpaceId: giver.spaceId,
      fromSourceId: source.id,
      by: caller.name,
      now: at,
    })
  return sourceId
}

const response = { 200: z.object({ data: z.object({ connectedSource: Connected }) }) }

const connecting = (app: App, door: Inside): void => {
  app.get(
    '/spaces/:space/connected-sources',
    {
      schema: {
        tags,
        summary: 'Sources of other spaces that feed this one, with how far their past is',
        params: Space,
        response: { 200: z.object({ data: z.object({ connectedSources: z.array(Connected) }) }) },
      },
    },
    async ({ caller }) => ({ data: { connectedSources: [...(await allOf(door, caller.spaceId))] } }),
  )
  app.post(
    '/spaces/:space/connected-sources',
    {
      schema: {
        tags,
        summary: 'Lets a source of another space feed this one, too: what comes in from now on, and with `replay` its last month',
        params: Space,
        body: Asked,
        response: { 201: response[200] },
      },
    },
    async ({ caller, body }, reply) => {
      const sourceId = await connect(door, caller, body)
      return reply.status(201).send({ data: { connectedSource: await oneOf(door, caller.spaceId, sourceId) } })
    },
  )
}

const steering = (app: App, door: Inside): void => {
  app.post(
    '/spaces/:space/connected-sources/:source/replay',
    {
      schema: {
        tags,
        summary: 'Pauses, resumes or cancels a replay: what came in stays',
        params: One,
        body: z.strictObject({ do: z.enum(['pause', 'resume', 'cancel']) }),
        response,
      },
    },
    async ({ caller: { spaceId }, params: { source }, body }) => {
      await steerReplay(door.db, spaceId, replayIdOf(spaceId, source), body.do, door.now())
      return { data: { connectedSource: await oneOf(door, spaceId, source) } }
    },
  )
  app.delete(
    '/spaces/:space/connected-sources/:source',
    {
      schema: {
        tags,
        summary: 'Ends the feed within seconds: what came in stays',
        params: One,
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async ({ caller: { spaceId }, params: { source } }) => {
      if (!(await removeFeed(door.db, spaceId, source))) throw notFound('connected source', source)
      const id = replayIdOf(spaceId, source)
      await steerReplay(door.db, spaceId, id, 'cancel', door.now()).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error
      })
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const labelling = (app: App, { db }: Inside): void => {
  const Policy = z.object({ data: z.object({ labels: z.array(z.string()) }) })
  app.get(
    '/spaces/:space/source-policy',
    {
      schema: {
        tags,
        summary: 'Labels of which a source needs one to be let in; none: every source may',
        params: Space,
        response: { 200: Policy },
      },
    },
    async ({ caller }) => ({ data: { labels: [...(await policyOf(db, caller.spaceId))] } }),
  )
  app.put(
    '/spaces/:space/source-policy',
    {
      schema: {
        tags,
        summary: 'Says which labels let a source in; what is connected already stays',
        params: Space,
        body: z.strictObject({ labels: Labels }),
        response: { 200: Policy },
      },
    },
    async ({ caller, body }) => {
      await setPolicy(db, caller.spaceId, body.labels)
      return { data: { labels: body.labels } }
    },
  )
  app.put(
    '/spaces/:space/sources/:source/labels',
    {
      schema: {
        tags,
        summary: 'Labels a source, like environment:prod',
        params: One,
        body: z.strictObject({ labels: Labels }),
        response: { 200: Policy },
      },
    },
    async ({ caller, params, body }) => {
      await labelSource(db, caller.spaceId, params.source, body.labels)
      return { data: { labels: body.labels.toSorted() } }
    },
  )
}

/** `/spaces/:space/connected-sources`, its replays, and which sources a space lets in (spec/audiences §1). */
export const sourceFeedRoutes: Route = (app, door) => {
  connecting(app, door)
  steering(app, door)
  labelling(app, door)
}
