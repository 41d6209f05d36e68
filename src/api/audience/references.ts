import * as z from 'zod'
import { type Definition, definitionOf, type Kind, listDefinitions } from '../../audience/store.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { offsetFrom, placeIn } from './list.ts'
import { User, usersOf } from './used-by.ts'
import { Audience, audienceFrom, ListQuery, OneParams, Pagination, paginationOf } from './wire.ts'

const Sorted = ListQuery.extend({
  sort: z.enum(['CREATED_AT', 'UPDATED_AT', 'NAME']).default('CREATED_AT'),
})

const Answer = z.object({
  data: z.object({
    audiences: z.array(Audience),
    pagination: Pagination,
    usedBy: z.array(User).meta({
      description: 'On every page all that use it: audiences, computed traits and journeys. It cannot be deleted before.',
    }),
  }),
})

const ORDERS: Readonly<Record<z.infer<typeof Sorted>['sort'], (a: Definition, b: Definition) => number>> = {
  CREATED_AT: (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
  UPDATED_AT: (a, b) => b.updatedAt.getTime() - a.updatedAt.getTime(),
  NAME: (a, b) => a.name.localeCompare(b.name),
}

/** `GET …/audience-references` of audiences and computed traits: the audiences whose definitions refer to one (spec/audiences §10.6, §24). */
export const referenceRoutes = (app: App, { db }: Door, kind: Kind, noun: 'audiences' | 'computed-traits'): void => {
  app.get(
    `/spaces/:space/${noun}/:id/audience-references`,
    {
      schema: {
        tags: [kind.replace('_', ' ')],
        summary: 'The audiences that refer to this one, and all that use it',
        params: OneParams,
        querystring: Sorted,
        response: { 200: Answer },
      },
    },
    async ({ caller: { spaceId }, params, query: { count, cursor, sort } }) => {
      const { id, key } = await definitionOf(db, kind, spaceId, params.id)
      const usedBy = await usersOf(db, spaceId, { id, key })
      const consumers = new Set(usedBy.map((each) => each.id))
      const { definitions } = await listDefinitions(db, 'audience', spaceId, { count: 10_000, offset: 0 })
      const sorted = definitions.filter((row) => consumers.has(row.id)).toSorted(ORDERS[sort])
      const list = `references of ${id}`
      const offset = offsetFrom(list, cursor)
      const next = offset + count < sorted.length ? placeIn(list, offset + count) : undefined
      const audiences = sorted.slice(offset, offset + count).map((row) => audienceFrom(spaceId, row, undefined))
      return { data: { audiences, pagination: paginationOf(cursor, next, sorted.length), usedBy } }
    },
  )
}
