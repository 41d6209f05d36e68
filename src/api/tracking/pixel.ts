import type { FastifyReply } from 'fastify'
import { isObject } from '../../base/json.ts'
import { type Body, readBody } from '../../ingest/body.ts'
import type { Refusal } from './answer.ts'

// An image of one transparent point.
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** Answers the image, whatever became of the call: who shows the page shows no broken one (spec/connections §2.7). */
export const sendGif = (reply: FastifyReply): FastifyReply =>
  reply.status(200).type('image/gif').header('cache-control', 'no-store').send(GIF)

/** Whether an address is that of a pixel. */
export const isPixel = (url: string): boolean => /^\/v1\/pixel([/?]|$)/.test(url)

export const PIXEL_OF_NO_CALL: Refusal = {
  status: 200,
  code: 'invalid_type',
  message: 'The address of the pixel names none of the six calls; nothing was stored.',
  remedy: 'Write /v1/pixel/track, or identify, page, screen, group or alias in place of track.',
}

/**
 * The call in an image's address: JSON as it is, or in base64, also the URL-safe kind (spec/connections §2.7). Who shows the image is the person
 * itself: its address and its browser are the call's, where the call says nothing else.
 */
export const readPixel = (data: unknown, userAgent: string | undefined, most: number): Body => {
  const text = typeof data === 'string' ? data.trim() : ''
  // A plus sign in an address that nobody encoded has become a space.
  const raw = text.startsWith('{') ? Buffer.from(text) : Buffer.from(text.replaceAll(' ', '+'), 'base64')
  const body = readBody(raw, undefined, most)
  if (body.kind !== 'body') return body
  const { context = {} } = body.value
  if (!isObject(context)) return body
  const seen = { direct: true, ...(userAgent === undefined ? {} : { userAgent }) }
  return { ...body, value: { ...body.value, context: { ...seen, ...context } } }
}
