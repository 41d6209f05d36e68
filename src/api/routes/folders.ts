import * as z from 'zod'
import {
  changeFolder,
  createFolder,
  disbandFolder,
  type Folder,
  folderOf,
  listFolders,
  moveToFolder,
} from '../../audience/folder.ts'
import { prefixedId } from '../../base/ids.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['folder']
const Answered = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    audiences: z.number().meta({ description: 'How many are in it' }),
    computedTraits: z.number(),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Folder' })
const One = z.object({ data: z.object({ folder: Answered }) })
const Params = SpaceParams.extend({ id: z.string().min(1).max(255) })
const Name = z.string().trim().min(1).max(255)
const Ids = z.array(z.string().min(1).max(255)).max(100).default([])

const answered = (folder: Folder): z.infer<typeof Answered> => ({
  ...folder,
  createdAt: folder.createdAt.toISOString(),
  updatedAt: folder.updatedAt.toISOString(),
})
const one = (folder: Folder) => ({ data: { folder: answered(folder) } })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/folders',
    {
      schema: {
        tags,
        summary: 'The folders of the space, by name',
        params: SpaceParams,
        querystring: z.object({ search: z.string().max(255).optional() }),
        response: { 200: z.object({ data: z.object({ folders: z.array(Answered) }) }) },
      },
    },
    async ({ caller, query }) => ({ data: { folders: (await listFolders(db, caller.spaceId, query.search)).map(answered) } }),
  )
  app.get(
    '/spaces/:space/folders/:id',
    { schema: { tags, summary: 'One folder', params: Params, response: { 200: One } } },
    async ({ caller, params }) => one(await folderOf(db, caller.spaceId, params.id)),
  )
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/folders',
    {
      schema: {
        tags,
        summary: 'Make a folder',
        params: SpaceParams,
        body: z.strictObject({ name: Name, description: z.string().max(2_000).default('') }),
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) =>
      reply
        .status(201)
        .send(one(await createFolder(door.db, actOf(door, caller), { ...body, id: prefixedId('fol', door.random(12)) }))),
  )
  app.patch(
    '/spaces/:space/folders/:id',
    {
      schema: {
        tags,
        summary: 'Rename or describe a folder',
        params: Params,
        body: z.strictObject({ name: Name.optional(), description: z.string().max(2_000).optional() }),
        response: { 200: One },
      },
    },
    async ({ caller, params, body }) => one(await changeFolder(door.db, actOf(door, caller), params.id, body)),
  )
  app.delete(
    '/spaces/:space/folders/:id',
    { schema: { tags, summary: 'Disband a folder: what is in it goes to the root', params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await disbandFolder(door.db, caller.spaceId, params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const moving = (app: App, { db }: Door): void => {
  app.post(
    '/spaces/:space/folders/moves',
    {
      schema: {
        tags,
        summary: 'Move audiences and computed traits into a folder, or to the root: all of them or none',
        params: SpaceParams,
        body: z.strictObject({ folderId: z.string().max(255).nullable(), audiences: Ids, computedTraits: Ids }),
        response: { 200: z.object({ data: z.object({ folder: Answered.nullable() }) }) },
      },
    },
    async ({ caller, body: { folderId, ...ids } }) => {
      const folder = await moveToFolder(db, caller.spaceId, folderId, ids)
      return { data: { folder: folder ? answered(folder) : null } }
    },
  )
}

/** `/spaces/:space/folders`: make, rename, describe, search, move, disband (spec/audiences §10.6). */
export const folderRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
  moving(app, door)
}
