import type { Readable } from 'node:stream'
import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { type ImportJob, importOf, importsOf, refusedLines } from '../../ingest/import/job.ts'
import { MOST_FILE_BYTES } from '../../ingest/import/profile-file.ts'
import { identifiersOfSpace, startProfileImport } from '../../ingest/import/start.ts'
import type { Route } from './index.ts'

export const Import = z.object({
  importId: z.string(),
  kind: z.enum(['profiles', 'calls', 'replay']),
  sourceId: z.string(),
  fileName: z.string(),
  bytes: z.number(),
  status: z.enum(['RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED']),
  requestedBy: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  progress: z.object({
    expected: z.number().nullable().describe('rows in the file; null while nobody knows'),
    reached: z.number().describe('calls: bytes of the file that are done; a replay: the instant, in epoch milliseconds'),
    taken: z.number(),
    duplicates: z.number().describe('calls whose messageId was there before'),
    refused: z.number(),
  }),
  error: z.string().optional(),
})
const Refusal = z.object({ line: z.number(), code: z.string(), message: z.string() })

/** An import as the API writes it. */
export const wireImport = ({ id, startedAt, finishedAt, error, ...job }: ImportJob): z.infer<typeof Import> => {
  const { expected, reached, taken, duplicates, refused, ...rest } = job
  return {
    importId: id,
    ...rest,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    progress: { expected, reached, taken, duplicates, refused },
    ...(error === null ? {} : { error }),
  }
}

// One byte more than may be says that it is too large; the rest is read and thrown away, so that the answer arrives.
const collect = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (bytes <= MOST_FILE_BYTES) chunks.push(chunk)
    bytes += chunk.length
  }
  return Buffer.concat(chunks)
}

const tags = ['import']
const params = z.object({ space: z.string() })

/** `POST /imports?name=people.csv` with the file as body, `GET /imports`, `GET /imports/:id` with the lines that were not taken. */
export const importRoutes: Route = (app, { db, now, random }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: unknown, payload: Readable) => collect(payload))
  app.post(
    '/spaces/:space/imports',
    {
      schema: {
        tags,
        summary: 'Adds and updates people from a CSV file, which is the body as it is',
        consumes: ['text/csv'],
        params,
        querystring: z.object({ name: z.string().min(1).max(300).describe('the file’s name, which ends in .csv') }),
        response: { 202: z.object({ data: z.object({ import: Import }) }) },
      },
    },
    async (request, reply) => {
      const { spaceId, name } = request.caller
      const job = await startProfileImport(db, spaceId, {
        id: prefixedId('imp', random(12)),
        writeKey: Buffer.from(random(24)).toString('base64url'),
        fileName: request.query.name,
        bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        requestedBy: name,
        now: now(),
      })
      return reply.status(202).send({ data: { import: wireImport(job) } })
    },
  )
  app.get(
    '/spaces/:space/imports',
    {
      schema: {
        tags,
        summary: 'Files of the last 30 days, newest first, and the columns that say who somebody is',
        params,
        response: { 200: z.object({ data: z.object({ imports: z.array(Import), identifiers: z.array(z.string()) }) }) },
      },
    },
    async ({ caller: { spaceId } }) => {
      const imports = (await importsOf(db, spaceId, now())).map(wireImport)
      return { data: { imports, identifiers: [...(await identifiersOfSpace(db, spaceId, now()))] } }
    },
  )
  app.get(
    '/spaces/:space/imports/:import',
    {
      schema: {
        tags,
        summary: 'How far a file is, and the first thousand lines that were not taken',
        params: params.extend({ import: z.string() }),
        response: { 200: z.object({ data: z.object({ import: Import, refusedLines: z.array(Refusal) }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const job = await importOf(db, spaceId, request.params.import)
      return { data: { import: wireImport(job), refusedLines: [...(await refusedLines(db, spaceId, job.id))] } }
    },
  )
}
