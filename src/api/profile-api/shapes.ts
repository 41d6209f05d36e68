import * as z from 'zod'

/** What a client asks for; everything comes as text in the query. */
const list = z
  .string()
  .optional()
  .transform((text) => (text ? text.split(',').filter((part) => part !== '') : []))
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
const next = z.string().max(8_000).optional()
const limitUpTo = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)

export const Place = z.object({
  space: z.string(),
  collection: z.enum(['users', 'accounts'], { message: 'is neither "users" nor "accounts"' }),
  id: z.string().min(1).max(1_000),
})

/** Twenty traits a page unless asked otherwise, at most 200 (spec/audiences §29 #2). */
export const TraitsAsked = z.object({
  class: z.enum(['audience', 'computed_trait']).optional(),
  include: list,
  limit: limitUpTo(200, 20),
  verbose: flag,
  next,
})
export const ExternalIdsAsked = z.object({ include: list, limit: limitUpTo(100, 10), verbose: flag, next })
export const EventsAsked = z.object({
  start: z.iso.datetime({ offset: true }).optional(),
  end: z.iso.datetime({ offset: true }).optional(),
  include: list,
  exclude: list,
  limit: limitUpTo(100, 10),
  sort: z.enum(['asc', 'desc']).default('desc'),
  next,
})
export const LinksAsked = z.object({ limit: limitUpTo(20, 20), next })
export const MetadataAsked = z.object({ verbose: flag })

const Cursor = z.object({ url: z.string(), has_more: z.boolean(), next: z.string(), limit: z.number() })
const ExternalId = z.object({
  source_id: z.string().nullable(),
  collection: z.string(),
  id: z.string(),
  type: z.string(),
  created_at: z.string(),
  encoding: z.string(),
  first_message_id: z.string().nullable(),
})
const id = ExternalId.pick({ collection: true, id: true, type: true, encoding: true })

export const TraitsFound = z.object({ traits: z.record(z.string(), z.unknown()), cursor: Cursor })
export const ExternalIdsFound = z.object({ data: z.array(ExternalId), cursor: Cursor })
export const EventsFound = z.object({
  data: z.array(
    z.object({
      external_ids: z.array(id),
      context: z.record(z.string(), z.unknown()),
      type: z.string(),
      message_id: z.string(),
      source_id: z.string(),
      timestamp: z.string(),
      properties: z.record(z.string(), z.unknown()),
      event: z.string(),
      related: z.record(z.string(), z.unknown()),
    }),
  ),
  cursor: Cursor,
})
export const MetadataFound = z.object({
  metadata: z.object({
    created_at: z.string(),
    updated_at: z.string(),
    expires_at: z.string().nullable(),
    first_message_id: z.string().nullable(),
    first_source_id: z.string().nullable(),
    last_message_id: z.string().nullable(),
    last_source_id: z.string().nullable(),
  }),
})
export const LinksFound = z.object({
  data: z.array(z.object({ to_collection: z.string(), external_ids: z.array(id) })),
  cursor: Cursor,
})
