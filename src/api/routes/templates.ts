import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { keyFrom } from '../../base/key.ts'
import { compileTemplate } from '../../template/compile.ts'
import { previewVariables } from '../../template/preview.ts'
import { renderMessage } from '../../template/render.ts'
import { NewTemplateContent, type TemplateContent } from '../../template/source.ts'
import {
  createTemplate,
  deleteTemplate,
  listTemplates,
  loadTemplateVersion,
  type Template,
  templateOf,
  updateTemplate,
} from '../../template/template.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['template']
const Params = z.object({ space: z.string() })
const OneParams = Params.extend({ id: z.string().describe('id or key') })
const Source = z.record(z.string(), z.unknown())
const Advice = z.object({ field: z.string(), message: z.string(), remedy: z.string().optional() })
const Channel = z.enum(['email', 'sms', 'push'])

const Summary = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  channel: z.string(),
  version: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
const Full = Summary.extend({ source: Source, variables: z.array(z.string()), warnings: z.array(Advice) })
const One = z.object({ data: z.object({ template: Full }) })
const List = z.object({
  data: z.object({
    templates: z.array(Summary),
    pagination: z.object({ current: z.string(), next: z.string().optional(), totalEntries: z.number() }),
  }),
})
const Key = z.string().regex(/^[a-z0-9_-]{1,73}$/, 'a key is 1 to 73 of a-z, 0-9, _ and -')
const Preview = z.object({
  data: z.object({
    preview: z.object({
      channel: Channel,
      subject: z.string().optional(),
      html: z.string().optional(),
      text: z.string().optional(),
      from: z.string().optional(),
      replyTo: z.string().optional(),
      title: z.string().optional(),
      body: z.string().optional(),
      link: z.string().optional(),
      image: z.string().optional(),
      segments: z.number().optional(),
      encoding: z.string().optional(),
      variables: z.array(z.string()),
      warnings: z.array(Advice),
    }),
  }),
})

const summary = ({ id, key, name, channel, version, created_at, updated_at }: Template): z.infer<typeof Summary> => ({
  id,
  key,
  name,
  channel,
  version,
  createdAt: created_at.toISOString(),
  updatedAt: updated_at.toISOString(),
})

const full = async ({ db }: Door, spaceId: string, template: Template): Promise<z.infer<typeof One>> => {
  const { source, compiled } = await loadTemplateVersion(db, spaceId, template.id, template.version)
  const advice = { variables: [...compiled.variables], warnings: [...compiled.warnings] }
  return { data: { template: { ...summary(template), source, ...advice } } }
}

/** The content of a body whose source is judged by its channel. @throws Invalid with fields under `source`. */
const contentOf = (channel: unknown, source: unknown): TemplateContent => {
  const { data, error } = NewTemplateContent.safeParse({ channel, source })
  if (!error) return data
  throw new Invalid(
    'invalid',
    error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message })),
  )
}

const keyOfName = (name: string): string => {
  const key = keyFrom(name).slice(0, 73)
  if (key === '')
    throw new Invalid('invalid', [{ field: 'key', message: 'is missing', remedy: 'give a key of a-z, 0-9, _ and -' }])
  return key
}

const writingRoutes = (app: App, door: Door): void => {
  const { db, now, random } = door
  app.post(
    '/spaces/:space/templates',
    {
      schema: {
        tags,
        summary: 'Make a template: email {subject, mjml, …}, sms {body} or push {title, body, …}',
        params: Params,
        body: z.strictObject({ name: z.string().min(1).max(200), key: Key.optional(), channel: Channel, source: Source }),
        response: { 201: One },
      },
    },
    async (request, reply) => {
      const { name, key = keyOfName(name), channel, source } = request.body
      const made = { id: prefixedId('tpl', random(12)), key, name, content: contentOf(channel, source) }
      const template = await createTemplate(db, request.caller.spaceId, made, now())
      return reply.status(201).send(await full(door, request.caller.spaceId, template))
    },
  )
  app.patch(
    '/spaces/:space/templates/:id',
    {
      schema: {
        tags,
        summary: 'Rename a template, or save a new version of it',
        params: OneParams,
        body: z.strictObject({ name: z.string().min(1).max(200).optional(), source: Source.optional() }),
        response: { 200: One },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const { name, source } = request.body
      const template = await templateOf(db, spaceId, request.params.id)
      const content = source && contentOf(template.channel, source)
      return full(door, spaceId, await updateTemplate(db, spaceId, template, { name, content }, now()))
    },
  )
  app.delete(
    '/spaces/:space/templates/:id',
    {
      schema: {
        tags,
        summary: 'Delete a template; messages on their way keep it',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      await deleteTemplate(db, spaceId, await templateOf(db, spaceId, request.params.id), now())
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const previewRoute = (app: App, { db, config }: Door): void => {
  app.post(
    '/spaces/:space/templates/:id/preview',
    {
      schema: {
        tags,
        summary: 'Fill a template in, for a profile or with sample values; also with a source that is not saved yet',
        params: OneParams,
        body: z.strictObject({
          profile: z.string().min(1).optional().describe('id, or type:value of an identifier'),
          variables: Source.optional(),
          source: Source.optional(),
        }),
        response: { 200: Preview },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const { profile, variables, source } = request.body
      const template = await templateOf(db, spaceId, request.params.id)
      const compiled = source
        ? await compileTemplate(contentOf(template.channel, source))
        : (await loadTemplateVersion(db, spaceId, template.id, template.version)).compiled
      const samples = { profile, variables: variables as JsonObject | undefined, publicUrl: config.publicUrl }
      const filled = renderMessage(compiled, await previewVariables(db, spaceId, samples))
      return { data: { preview: { ...filled, variables: [...compiled.variables], warnings: [...compiled.warnings] } } }
    },
  )
}

/** `/spaces/:space/templates`: create, read, save versions, delete, preview (spec/messaging §5). */
export const templateRoutes: Route = (app, door) => {
  app.get(
    '/spaces/:space/templates',
    {
      schema: {
        tags,
        summary: 'Templates by key',
        params: Params,
        querystring: z.object({
          count: z.coerce.number().int().min(1).max(200).default(20),
          cursor: z.string().default(''),
          channel: Channel.optional(),
        }),
        response: { 200: List },
      },
    },
    async (request) => {
      const { count, cursor, channel } = request.query
      const page = { after: cursor, limit: count + 1, channel }
      const { templates, total } = await listTemplates(door.db, request.caller.spaceId, page)
      const shown = templates.slice(0, count)
      const next = templates.length > count ? shown.at(-1)?.key : undefined
      const pagination = { current: cursor, ...(next === undefined ? {} : { next }), totalEntries: total }
      return { data: { templates: shown.map(summary), pagination } }
    },
  )
  app.get(
    '/spaces/:space/templates/:id',
    {
      schema: { tags, summary: 'One template with its source, variables and advice', params: OneParams, response: { 200: One } },
    },
    async (request) => full(door, request.caller.spaceId, await templateOf(door.db, request.caller.spaceId, request.params.id)),
  )
  writingRoutes(app, door)
  previewRoute(app, door)
}
