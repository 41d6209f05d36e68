import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** HMAC-SHA256 in URL-safe base64: for links that we sign ourselves. */
export const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64url')

export const sameText = (a: string, b: string): boolean => {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A number in [0, 1) that follows from the text: the draw of a random split (SQL has the same, see `db/draw.ts`). */
export const draw = (text: string): number => Number.parseInt(sha256(text).slice(0, 12), 16) / 2 ** 48
