import * as z from 'zod'
import { storable } from '../../base/json.ts'
import { type Act, changeSwitch, type Switch, switchesOf } from '../../catalog/switch.ts'
import { refuseUnknownSource } from '../../tracking-plan/connect.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { subject, Type } from '../source-schema/shapes.ts'
import type { Route } from './index.ts'

const tags = ['source']
const Params = SpaceParams.extend({ source: z.string().min(1).max(255) })
// As names are stored.
const Text = z.string().transform(storable)
const Said = z
  .object({
    ...subject,
    enabled: z.boolean(),
    archivedAt: z.string().nullable(),
    updatedBy: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'SourceSwitch' })

const shown = ({ type, name, path, enabled, archived_at, updated_by, updated_at }: Switch): z.infer<typeof Said> => ({
  type,
  name,
  path,
  enabled,
  archivedAt: archived_at?.toISOString() ?? null,
  updatedBy: updated_by,
  updatedAt: updated_at.toISOString(),
})

const actOf = (door: Door, { spaceId, name }: Caller, sourceId: string): Act => ({ spaceId, sourceId, by: name, now: door.now() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/sources/:source/switches',
    {
      schema: {
        tags,
        summary: 'What somebody said of its events, properties and traits: let in or not, archived, added by hand',
        params: Params,
        response: { 200: z.object({ data: z.object({ switches: z.array(Said) }) }) },
      },
    },
    async ({ caller, params }) => {
      await refuseUnknownSource(db, caller.spaceId, params.source)
      return { data: { switches: (await switchesOf(db, caller.spaceId, params.source)).map(shown) } }
    },
  )
}

const Change = z.strictObject({
  type: Type,
  name: Text.pipe(z.string().max(500)).default(''),
  path: Text.pipe(z.string().max(1_000)).default(''),
  enabled: z
    .boolean()
    .optional()
    .meta({ description: 'false: the event is dropped with the code event_setting, the property or trait taken out' }),
  archived: z.boolean().optional().meta({ description: 'Only what is switched off, or blocked by a plan, can be archived' }),
})

const changing = (app: App, door: Door): void => {
  app.patch(
    '/spaces/:space/sources/:source/switches',
    {
      schema: {
        tags,
        summary: 'Let an event, a property or a trait in or not, archive it, or add it before it first arrives',
        params: Params,
        body: Change,
        response: { 200: z.object({ data: z.object({ switch: Said }) }) },
      },
    },
    async ({ caller, params, body: { type, name, path, ...change } }) => ({
      data: { switch: shown(await changeSwitch(door.db, actOf(door, caller, params.source), { type, name, path }, change)) },
    }),
  )
}

/** What a source lets in, by event, property and trait (spec/connections §2.4). */
export const sourceSchemaRoutes: Route = (app, door) => {
  reading(app, door)
  changing(app, door)
}
