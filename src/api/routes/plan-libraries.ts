import * as z from 'zod'
import { linksOf } from '../../tracking-plan/library/links.ts'
import { endSync, importLibrary } from '../../tracking-plan/library/sync.ts'
import { planOf } from '../../tracking-plan/plan.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import { Changes, PlanType } from '../tracking-plan/shapes.ts'
import type { Route } from './index.ts'

const tags = ['tracking plan']
const Id = z.string().min(1).max(255)
const Params = SpaceParams.extend({ id: Id })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const Synced = z
  .object({
    id: z.string(),
    name: z.string(),
    type: PlanType,
    events: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Events of the plan that get its properties; null where it holds events' }),
    syncedBy: z.string(),
    syncedAt: z.string(),
  })
  .meta({ id: 'SyncedLibrary' })
const Taken = z.strictObject({
  libraryId: Id,
  sync: z.boolean().default(false).meta({ description: 'Follow the library from now on; its rows are then edited only there' }),
  events: z.array(z.string().min(1).max(500)).min(1).max(2_000).optional().meta({
    description:
      'Of a property library: to which events of the plan its properties are added. Of a copy of an event library: which events',
  }),
})

/** `/spaces/:space/tracking-plans/:id/libraries`: event and property libraries in a plan (spec/connections §1.4). */
export const planLibraryRoutes: Route = (app, door) => {
  const { db } = door
  app.get(
    '/spaces/:space/tracking-plans/:id/libraries',
    {
      schema: {
        tags,
        summary: 'The libraries that a plan is synced with',
        params: Params,
        response: { 200: z.object({ data: z.object({ libraries: z.array(Synced) }) }) },
      },
    },
    async ({ caller, params }) => {
      await planOf(db, caller.spaceId, params.id)
      const links = await linksOf(db, caller.spaceId, params.id)
      const libraries = links.map(({ library_id, name, type, events, synced_by, synced_at }) => ({
        id: library_id,
        name,
        type: PlanType.parse(type),
        events: events && [...events],
        syncedBy: synced_by,
        syncedAt: synced_at.toISOString(),
      }))
      return { data: { libraries } }
    },
  )
  app.post(
    '/spaces/:space/tracking-plans/:id/libraries',
    {
      schema: {
        tags,
        summary: 'Take a library into a plan, as a copy or with sync',
        params: Params,
        body: Taken,
        response: { 200: Changes },
      },
    },
    async ({ caller, params, body }) => {
      const changes = await importLibrary(db, actOf(door, caller), { planId: params.id, ...body })
      return { data: { status: 'SUCCESS' as const, changes: [...changes] } }
    },
  )
  app.delete(
    '/spaces/:space/tracking-plans/:id/libraries/:library',
    {
      schema: {
        tags,
        summary: 'End the sync; what came from the library stays',
        params: Params.extend({ library: Id }),
        response: { 200: Deleted },
      },
    },
    async ({ caller, params }) => {
      await endSync(db, actOf(door, caller), params.id, params.library)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}
