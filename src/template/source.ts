import * as z from 'zod'
import { SMS_LIMIT } from './segments.ts'

/* What a person writes, per channel. Every text is Liquid (spec/messaging §5.2). */

// Postgres keeps no U+0000, and no message needs one.
const Text = z
  .string()
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must be whole characters, without U+0000')
const Line = Text.max(1_000)

export const EmailSource = z.strictObject({
  subject: Line.min(1, 'write a subject'),
  mjml: Text.min(1, 'write the body as MJML').max(1_000_000),
  preheader: Line.optional().describe('what mail programs show after the subject'),
  from: Line.optional().describe('"Name <address>"; the provider account\'s when left out'),
  reply_to: Line.optional(),
})
export const SmsSource = z.strictObject({ body: Text.min(1, 'write a text').max(SMS_LIMIT * 10) })
export const PushSource = z.strictObject({
  title: Line.min(1, 'write a title'),
  body: Text.min(1, 'write a text').max(4_096),
  link: Line.optional().describe('opened by a tap: an address or a deep link'),
  image: Line.optional().describe('address of a picture'),
})

export const NewTemplateContent = z.discriminatedUnion('channel', [
  z.object({ channel: z.literal('email'), source: EmailSource }),
  z.object({ channel: z.literal('sms'), source: SmsSource }),
  z.object({ channel: z.literal('push'), source: PushSource }),
])

export type EmailSource = z.infer<typeof EmailSource>
export type SmsSource = z.infer<typeof SmsSource>
export type PushSource = z.infer<typeof PushSource>
export type TemplateContent = z.infer<typeof NewTemplateContent>
export type TemplateChannel = TemplateContent['channel']
