import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import type { SubscriptionChannel } from '../../db/rows/subscription.ts'
import { listSuppressions, removeSuppression, SUPPRESSION_WORDS, type Suppression } from '../../subscription/suppression.ts'
import { CHANNEL_ON_THE_WIRE, parseChannel } from '../../subscription/vocabulary.ts'
import { pageOf, placeOf } from '../journey/cursor.ts'
import type { Route } from './index.ts'

const tags = ['subscription']
const Params = z.object({ space: z.string() })

/** A suppressed address as it goes over the wire, with the event that caused it. */
export const WireSuppression = z.object({
  channel: z.string().describe('EMAIL, SMS, WHATSAPP, IOS_PUSH or ANDROID_PUSH'),
  address: z.string(),
  reason: z.enum(['bounced', 'complained', 'invalid']),
  sentence: z.string(),
  suppressedAt: z.string(),
  profileId: z.string().describe('whose message it was'),
  messageId: z.string().describe('the message whose fate it was'),
  detail: z.record(z.string(), z.unknown()).describe('what the provider said'),
})

export const wireSuppression = (row: Suppression): z.infer<typeof WireSuppression> => ({
  channel: CHANNEL_ON_THE_WIRE[row.channel],
  address: row.address,
  reason: row.reason,
  sentence: SUPPRESSION_WORDS[row.reason],
  suppressedAt: row.suppressed_at.toISOString(),
  profileId: row.profile_id,
  messageId: row.message_id,
  detail: row.detail,
})

const channelOf = (text: string): SubscriptionChannel => {
  const channel = parseChannel(text)
  if (channel) return channel
  throw new Invalid('invalid', [
    {
      field: 'channel',
      message: `"${text}" is no channel`,
      remedy: `Write ${Object.values(CHANNEL_ON_THE_WIRE).join(', ')}.`,
    },
  ])
}

/** Addresses to which nothing goes any more, and how they are let off. */
export const suppressionRoutes: Route = (app, { db }) => {
  app.get(
    '/spaces/:space/suppressions',
    {
      schema: {
        tags,
        summary: 'Addresses to which nothing goes any more, newest first: bounces, complaints, numbers and tokens that are none',
        params: Params,
        querystring: z.object({
          count: z.coerce.number().int().min(1).max(200).default(20),
          cursor: z.string().optional(),
          channel: z.string().optional(),
          search: z.string().max(500).optional().describe('a part of the address'),
        }),
        response: {
          200: z.object({
            data: z.object({
              suppressions: z.array(WireSuppression),
              pagination: z.object({ current: z.string(), next: z.string().optional() }),
            }),
          }),
        },
      },
    },
    async (request) => {
      const { count, cursor, channel, search } = request.query
      const rows = await listSuppressions(db, request.caller.spaceId, {
        count: count + 1,
        channel: channel === undefined ? undefined : channelOf(channel),
        search,
        after: placeOf(cursor),
      })
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({
        at: row.suppressed_at,
        id: `${row.channel}:${row.address}`,
      }))
      return { data: { suppressions: page.map(wireSuppression), pagination } }
    },
  )
  app.delete(
    '/spaces/:space/suppressions/:channel/:address',
    {
      schema: {
        tags,
        summary: 'Take an address off the list: messages go to it again as its subscription says',
        params: Params.extend({ channel: z.string(), address: z.string().max(5_000) }),
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async (request) => {
      const { channel, address } = request.params
      await removeSuppression(db, request.caller.spaceId, channelOf(channel), address)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}
