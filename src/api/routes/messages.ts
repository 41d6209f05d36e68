import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { parseReference } from '../../ingest/reference.ts'
import { contentsOf } from '../../message/contents.ts'
import { type Entry, listMessages, messageOf } from '../../message/ledger.ts'
import { sentenceOf } from '../../message/sentence.ts'
import { findProfile } from '../../profile/read.ts'
import { pageOf, placeOf } from '../journey/cursor.ts'
import type { Route } from './index.ts'

const tags = ['message']
const Params = z.object({ space: z.string() })
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const Status = z.enum(['queued', 'sending', 'sent', 'skipped', 'failed', 'uncertain'])

export const MessageShape = z
  .object({
    id: z.string(),
    profileId: z.string(),
    name: z.string().optional(),
    channel: z.enum(['email', 'sms', 'whatsapp', 'push']),
    status: Status,
    reason: z.string().optional(),
    sentence: z.string().describe('why it is where it is'),
    purpose: z.string(),
    address: z.string().optional(),
    templateId: z.string(),
    templateName: z.string().optional(),
    journeyId: z.string().optional(),
    runId: z.string().optional(),
    step: z.string().optional(),
    attempts: z.number(),
    createdAt: z.string(),
    dueAt: z.string(),
    sentAt: z.string().optional(),
    events: z.array(z.object({ kind: z.string(), happenedAt: z.string() })),
  })
  .meta({ id: 'Message' })
const Content = z.object({
  channel: z.string(),
  subject: z.string().optional(),
  html: z.string().optional(),
  text: z.string().optional(),
  title: z.string().optional(),
  body: z.string().optional(),
  link: z.string().optional(),
  image: z.string().optional(),
})

const optional = (fields: Readonly<Record<string, string | null | undefined>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Readonly<
    Record<string, string>
  >

/** A message as the wire has it. */
export const messageShape = (entry: Entry): z.infer<typeof MessageShape> => ({
  id: entry.id,
  profileId: entry.profile_id,
  channel: entry.channel,
  status: entry.status,
  sentence: sentenceOf({
    channel: entry.channel,
    status: entry.status,
    reason: entry.reason,
    attempts: entry.attempts,
    dueAt: entry.due_at,
    events: entry.events.map(({ kind, happened_at }) => ({ kind, happenedAt: happened_at })),
  }),
  purpose: entry.purpose,
  templateId: entry.template_id,
  attempts: entry.attempts,
  createdAt: entry.created_at.toISOString(),
  dueAt: entry.due_at.toISOString(),
  events: entry.events.map(({ kind, happened_at }) => ({ kind, happenedAt: happened_at.toISOString() })),
  ...optional({
    name: entry.person,
    reason: entry.reason,
    address: entry.address,
    templateName: entry.template_name,
    journeyId: entry.journey_id,
    runId: entry.run_id,
    step: entry.step,
    sentAt: entry.sent_at?.toISOString(),
  }),
})

const Filter = z.object({
  status: Status.optional(),
  journey: z.string().optional().describe('id of a journey'),
  profile: z.string().optional().describe('id of a profile, or `type:value`'),
  template: z.string().optional().describe('id of a template'),
  count: z.coerce.number().int().min(1).max(200).default(20),
  cursor: z.string().optional(),
})
const List = z.object({
  data: z.object({
    messages: z.array(MessageShape),
    pagination: z.object({ current: z.string(), next: z.string().optional() }),
  }),
})

/** The ledger of messages: what was sent to whom, what was not, and why. */
export const messageRoutes: Route = (app, { db, config }) => {
  const profileIdOf = async (spaceId: string, text: string | undefined): Promise<string | undefined> => {
    if (text === undefined) return undefined
    const reference = parseReference(text)
    const profile = reference && (await findProfile(db, spaceId, reference))
    if (!profile) throw notFound('profile', text)
    return profile.id
  }
  app.get(
    '/spaces/:space/messages',
    { schema: { tags, summary: 'Messages, newest first', params: Params, querystring: Filter, response: { 200: List } } },
    async (request) => {
      const { count, cursor, profile, ...filter } = request.query
      const { spaceId } = request.caller
      const place = placeOf(cursor)
      const after = place && { createdAt: place.at.toISOString(), id: place.id }
      const wanted = { ...filter, profile: await profileIdOf(spaceId, profile) }
      const rows = await listMessages(db, spaceId, wanted, { count: count + 1, after })
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({ at: row.created_at, id: row.id }))
      return { data: { messages: page.map(messageShape), pagination } }
    },
  )
  app.get(
    '/spaces/:space/messages/:id',
    {
      schema: {
        tags,
        summary: 'A message with what it says and what happened to it',
        params: Params.extend({ id: z.string() }),
        response: {
          200: z.object({
            data: z.object({
              message: MessageShape.extend({
                content: Content.optional(),
                events: z.array(
                  z.object({ kind: z.string(), happenedAt: z.string(), detail: z.record(z.string(), z.unknown()) }),
                ),
              }),
            }),
          }),
        },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      if (!UUID.test(request.params.id)) throw notFound('message', request.params.id)
      const entry = await messageOf(db, spaceId, request.params.id)
      const content = await contentsOf(db, spaceId, entry, config.publicUrl)
      const events = entry.events.map(({ kind, happened_at, detail }) => ({
        kind,
        happenedAt: happened_at.toISOString(),
        detail,
      }))
      return { data: { message: { ...messageShape(entry), events, ...(content ? { content } : {}) } } }
    },
  )
}
