import { isObject } from '../../base/json.ts'
import { type Body, readBody } from '../../ingest/body.ts'

/** An image of one transparent point. */
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

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
