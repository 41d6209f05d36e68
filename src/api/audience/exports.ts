import * as z from 'zod'
import { type ExportJob, exportOf, exportsOf, startExport } from '../../audience/export/job.ts'
import { exportToken } from '../../audience/export/link.ts'
import { definitionOf, type Kind } from '../../audience/store.ts'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { actOf } from './act.ts'
import { OneParams } from './wire.ts'

type Noun = 'audiences' | 'computed-traits'
const Names = z.array(z.string().min(1).max(500)).max(100).default([])
const columns = { externalIds: Names, computedTraits: Names, sqlTraits: Names, customTraits: Names }

const REQUESTS = {
  audience: z.strictObject({
    layout: z.enum(['formatted', 'unformatted']).default('formatted').meta({
      description:
        'formatted: one column for each id and trait (email, email_1, …); unformatted: key, JSON of ids, JSON of traits',
    }),
    ...columns,
  }),
  computed_trait: z.strictObject({
    layout: z.enum(['unformatted', 'indexed', 'rows']).default('unformatted').meta({
      description:
        'unformatted: key, value, external_ids; indexed: and a column for each id; rows: and a row for each further id',
    }),
    externalIds: Names,
    computedTraits: z.array(z.string()).max(0).default([]),
    sqlTraits: z.array(z.string()).max(0).default([]),
    customTraits: z.array(z.string()).max(0).default([]),
  }),
} as const

const Answered = z
  .object({
    exportId: z.string(),
    status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']),
    layout: z.string(),
    requestedBy: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    snapshotAt: z.string().optional().meta({ description: 'The evaluation that the file shows' }),
    expiresAt: z.string().optional(),
    urls: z.array(z.string()),
    error: z.string().optional(),
    progress: z.object({ people: z.number(), expected: z.number() }),
  })
  .meta({ id: 'Export' })
const One = z.object({ data: z.object({ export: Answered }) })

const urlsOf = ({ config }: Door, spaceId: string, job: ExportJob): string[] =>
  job.status === 'COMPLETED' && job.expiresAt
    ? [`${config.publicUrl}/exports/${exportToken(config.secret, spaceId, job.id, job.expiresAt)}`]
    : []

const answered = (door: Door, spaceId: string, job: ExportJob): z.infer<typeof Answered> => ({
  exportId: job.id,
  status: job.status,
  layout: job.request.layout,
  requestedBy: job.requestedBy,
  startedAt: job.startedAt.toISOString(),
  ...(job.finishedAt ? { finishedAt: job.finishedAt.toISOString() } : {}),
  ...(job.snapshotAt ? { snapshotAt: job.snapshotAt.toISOString() } : {}),
  ...(job.expiresAt ? { expiresAt: job.expiresAt.toISOString() } : {}),
  urls: urlsOf(door, spaceId, job),
  ...(job.error === null ? {} : { error: job.error }),
  progress: { people: job.people, expected: job.expected },
})

const reading = (app: App, door: Door, kind: Kind, noun: Noun): void => {
  const tags = [kind.replace('_', ' ')]
  app.get(
    `/spaces/:space/${noun}/:id/exports`,
    {
      schema: {
        tags,
        summary: 'The last exports, newest first',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ exports: z.array(Answered) }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const { id } = await definitionOf(door.db, kind, spaceId, params.id)
      const jobs = await exportsOf(door.db, spaceId, id, 20)
      return { data: { exports: jobs.map((job) => answered(door, spaceId, job)) } }
    },
  )
  app.get(
    `/spaces/:space/${noun}/:id/exports/:exportId`,
    {
      schema: {
        tags,
        summary: 'One export: how far it is, and where its file is',
        params: OneParams.extend({ exportId: z.string().max(255) }),
        response: { 200: One },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const { id } = await definitionOf(door.db, kind, spaceId, params.id)
      const job = await exportOf(door.db, spaceId, params.exportId)
      if (job.computationId !== id) throw notFound('export', params.exportId)
      return { data: { export: answered(door, spaceId, job) } }
    },
  )
}

/** `…/exports` of audiences and computed traits: CSV files, made by a worker (spec/audiences §7.5, §20.1). */
export const exportRoutes = (app: App, door: Door, kind: Kind, noun: Noun): void => {
  reading(app, door, kind, noun)
  app.post(
    `/spaces/:space/${noun}/:id/exports`,
    {
      schema: {
        tags: [kind.replace('_', ' ')],
        summary: 'Have a CSV file made of who is in now: one at a time, and one in five minutes',
        params: OneParams,
        body: REQUESTS[kind],
        response: { 202: One },
      },
    },
    async ({ caller, params, body }, reply) => {
      const act = actOf(door, caller)
      const job = await startExport(door.db, kind, act, params.id, { id: prefixedId('exp', door.random(12)), request: body })
      return reply.status(202).send({ data: { export: answered(door, caller.spaceId, job) } })
    },
  )
}
