import * as z from 'zod'
import { startCallFile } from '../../ingest/import/calls/job.ts'
import { takePiece } from '../../ingest/import/calls/take.ts'
import { Import, wireImport } from './imports.ts'
import type { Route } from './index.ts'

const MOST_PIECE_BYTES = 16 * 1024 * 1024
const tags = ['import']
const params = z.object({ space: z.string() })
const Answer = z.object({ data: z.object({ import: Import }) })

const Announced = z.object({
  name: z.string().min(1).max(300).describe('the file’s name: .ndjson, .jsonl or .csv, or one of these with .gz'),
  bytes: z.number().int().min(0).describe('of the file as it lies there'),
  fingerprint: z.string().min(1).max(200).describe('what is the same for the same file: by this it is known again'),
  header: z.string().max(65_536).optional().describe('CSV: the first line as it is, with its line end'),
  sourceId: z.string().optional().describe('the source that the calls come by; without it, the one of files'),
  again: z.boolean().default(false).describe('goes through a file that is done already once more'),
})

const Place = z.object({
  offset: z.coerce.number().int().min(0).describe('the byte of the unpacked file at which this piece begins: `progress.reached`'),
  last: z.enum(['true', 'false']).default('false').describe('true where nothing comes behind it'),
})

/**
 * Files of calls: `POST /imports/calls` announces one and answers how far it is, `POST /imports/calls/:id/pieces?offset=` sends what comes next.
 * Pieces begin and end with a line.
 */
export const callImportRoutes: Route = (app, { db, now, random, tally, notify }) => {
  app.addContentTypeParser(
    ['application/octet-stream', 'application/x-ndjson', 'text/csv'],
    { parseAs: 'buffer', bodyLimit: MOST_PIECE_BYTES },
    (_request: unknown, body: unknown, done: (error: null, body: unknown) => void) => done(null, body),
  )
  app.post(
    '/spaces/:space/imports/calls',
    {
      schema: {
        tags,
        summary: 'Announces a file of calls (NDJSON or CSV): the same file goes on where it stopped',
        params,
        body: Announced,
        response: { 200: Answer },
      },
    },
    async ({ caller, body }) => {
      const { header, sourceId, ...rest } = body
      const job = await startCallFile(db, caller.spaceId, {
        ...rest,
        header,
        sourceId,
        writeKey: Buffer.from(random(24)).toString('base64url'),
        requestedBy: caller.name,
        now: now(),
      })
      return { data: { import: wireImport(job) } }
    },
  )
  app.post(
    '/spaces/:space/imports/calls/:import/pieces',
    {
      bodyLimit: MOST_PIECE_BYTES,
      schema: {
        tags,
        summary: 'The next piece of a file of calls, which is the body as it is: whole lines, at most 16 MB',
        consumes: ['application/octet-stream'],
        params: params.extend({ import: z.string() }),
        querystring: Place,
        response: { 200: Answer },
      },
    },
    async ({ caller: { spaceId }, params: { import: id }, query: { offset, last }, body }) => {
      const context = {
        db,
        now,
        random,
        told: (sourceId: string, taken: Parameters<typeof tally.note>[2]) => {
          tally.note(spaceId, sourceId, taken)
          notify('profile_change')
        },
      }
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      return { data: { import: wireImport(await takePiece(context, spaceId, id, { offset, bytes, last: last === 'true' })) } }
    },
  )
}
