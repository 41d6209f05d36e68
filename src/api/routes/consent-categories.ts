import * as z from 'zod'
import type { ConsentCategoryRow } from '../../db/rows/destination.ts'
import {
  CATEGORY_ID,
  changeConsentCategory,
  consentCategories,
  consentCategoryOf,
  createConsentCategory,
  deleteConsentCategory,
} from '../../destination/consent.ts'
import { Deleted, OneParams, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['consent']
const Category = z
  .object({
    id: z.string().meta({ description: 'As calls carry it in context.consent.categoryPreferences' }),
    name: z.string(),
    destinations: z
      .array(z.string())
      .meta({ description: 'Tools that get a call only with this consent: all their destinations' }),
    enabled: z.boolean(),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ConsentCategory' })
const One = z.object({ data: z.object({ consentCategory: Category }) })

const shown = (row: ConsentCategoryRow): z.infer<typeof Category> => ({
  id: row.id,
  name: row.name,
  destinations: [...row.tools],
  enabled: row.enabled,
  createdBy: row.created_by,
  updatedBy: row.updated_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

const Name = z.string().trim().min(1).max(255)
const Tools = z.array(z.string().min(1).max(255)).max(500)
const New = z.strictObject({
  id: z.string().regex(CATEGORY_ID, 'an id is fewer than 35 characters, without dots and spaces, and begins with no digit'),
  name: Name,
  destinations: Tools.default([]),
  enabled: z.boolean().default(true),
})
const Change = z.strictObject({ name: Name.optional(), destinations: Tools.optional(), enabled: z.boolean().optional() })

const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/consent-categories',
    {
      schema: {
        tags,
        summary: 'Purposes that people consent to, and the tools that need it',
        params: SpaceParams,
        response: { 200: z.object({ data: z.object({ consentCategories: z.array(Category) }) }) },
      },
    },
    async ({ caller }) => ({ data: { consentCategories: (await consentCategories(db, caller.spaceId)).map(shown) } }),
  )
  app.get(
    '/spaces/:space/consent-categories/:id',
    { schema: { tags, summary: 'One consent category', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) => ({ data: { consentCategory: shown(await consentCategoryOf(db, caller.spaceId, params.id)) } }),
  )
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/consent-categories',
    { schema: { tags, summary: 'Make a consent category', params: SpaceParams, body: New, response: { 201: One } } },
    async ({ caller, body: { destinations: tools, ...made } }, reply) => {
      const row = await createConsentCategory(door.db, actOf(door, caller), { ...made, tools })
      return reply.status(201).send({ data: { consentCategory: shown(row) } })
    },
  )
  app.patch(
    '/spaces/:space/consent-categories/:id',
    {
      schema: {
        tags,
        summary: 'Change a consent category; its id stays',
        params: OneParams,
        body: Change,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { destinations: tools, ...change } }) => ({
      data: {
        consentCategory: shown(await changeConsentCategory(door.db, actOf(door, caller), params.id, { ...change, tools })),
      },
    }),
  )
  app.delete(
    '/spaces/:space/consent-categories/:id',
    { schema: { tags, summary: 'Delete a consent category', params: OneParams, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deleteConsentCategory(door.db, actOf(door, caller), params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `/spaces/:space/consent-categories`: what people must have allowed before a tool gets their calls (spec/messaging §9). */
export const consentCategoryRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
}
