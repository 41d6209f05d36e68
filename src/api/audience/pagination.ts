import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'

/** `pagination` of an answer. */
export const Pagination = z.object({
  current: z.string(),
  next: z.string().optional(),
  previous: z.string().optional(),
  totalEntries: z.number().optional(),
})

export const ListQuery = z.object({
  count: z.coerce.number().int().min(1).max(200).default(20).meta({ description: 'Also `pagination[count]`' }),
  cursor: z.string().max(500).optional().meta({ description: 'Also `pagination[cursor]`' }),
  search: z.string().max(255).optional(),
})

export const SearchQuery = ListQuery.extend({
  search: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'Also `search[query]`; a name or key that contains it, if no type is said' }),
  folder: z.string().max(255).optional().meta({ description: 'Only what is in this folder; `root`: in none' }),
  searchType: z.enum(['KEY', 'NAME', 'DEFINITION']).optional().meta({
    description:
      'Also `search[type]`: KEY begins with it; NAME and DEFINITION (as query text or sentence) contain it, `*` stands for anything',
  }),
})

export const toCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url')
/** The cursor of a first page. */
export const START = toCursor(0)

/** What a cursor of ours says. @throws Invalid for one that is not ours. */
export const fromCursor = <T>(shape: z.ZodType<T>, cursor: string | undefined): T | undefined => {
  if (cursor === undefined || cursor === START) return undefined
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new Invalid('cursor', [
      { field: 'cursor', message: 'is not one of ours', remedy: 'send `pagination.next` of the last answer' },
    ])
  }
}

/** `pagination` of a page that began at `cursor`, with the position after it where there is one. */
export const paginationOf = (cursor: string | undefined, next: unknown, totalEntries?: number): z.infer<typeof Pagination> => ({
  current: cursor ?? START,
  ...(next === undefined ? {} : { next: toCursor(next) }),
  ...(totalEntries === undefined ? {} : { totalEntries }),
})
