import * as z from 'zod'
import { type Definition, definitionOf, type Kind } from '../../audience/store.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { allDefinitions, type Place, pageOf, placeFrom, sidesOf } from './list.ts'
import { ListQuery, Pagination } from './pagination.ts'
import { User, usersOf } from './used-by.ts'
import { Audience, audienceFrom, OneParams } from './wire.ts'

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

type Sort = z.infer<typeof Sorted>['sort']

const placesBy: Readonly<Record<Sort, (row: Definition) => Place>> = {
  CREATED_AT: ({ createdAt, id }) => [createdAt.toISOString(), id],
  UPDATED_AT: ({ updatedAt, id }) => [updatedAt.toISOString(), id],
  NAME: ({ name, id }) => [name, id],
}
const ofText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const ORDERS: Readonly<Record<Sort, (a: string, b: string) => number>> = {
  CREATED_AT: ofText,
  UPDATED_AT: (a, b) => ofText(b, a),
  NAME: (a, b) => a.localeCompare(b),
}
const orderBy =
  (sort: Sort) =>
  ([a, id]: Place, [b, other]: Place): number =>
    ORDERS[sort](a, b) || ofText(id, other)

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
      const [order, placeOf] = [orderBy(sort), placesBy[sort]]
      const sorted = (await allDefinitions(db, 'audience', spaceId))
        .filter((row) => consumers.has(row.id))
        .toSorted((a, b) => order(placeOf(a), placeOf(b)))
      const list = `references of ${id} by ${sort}`
      const place = placeFrom(list, cursor)
      const sides = sidesOf(sorted, (row) => place === undefined || order(placeOf(row), place) > 0)
      const { rows, pagination } = pageOf(list, { count, cursor }, sides, placeOf)
      const audiences = rows.map((row) => audienceFrom(spaceId, row, undefined))
      return { data: { audiences, pagination, usedBy } }
    },
  )
}
