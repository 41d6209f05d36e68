import * as z from 'zod'
import { errorReport } from '../../tracking-plan/csv/read.ts'
import { planCsv, uploadPlanCsv } from '../../tracking-plan/csv/upload.ts'
import { SpaceParams } from '../audience/wire.ts'
import { Changes } from '../tracking-plan/shapes.ts'
import type { Route } from './index.ts'

const MOST_BYTES = 15 * 1024 * 1024
const tags = ['tracking plan']
const Params = SpaceParams.extend({ id: z.string().min(1).max(255) })
const Problem = z.object({ field: z.string(), message: z.string(), remedy: z.string().optional() })
const Wrong = z.object({
  error: z.object({ code: z.string(), message: z.string(), problems: z.array(Problem) }),
  errorReport: z
    .object({ name: z.string(), content: z.string() })
    .optional()
    .describe('the rows that are wrong, with the reason of each, as a CSV file'),
})

/** `GET /tracking-plans/:id/csv` and `POST` of the same: a plan goes through a spreadsheet and comes back. */
export const planCsvRoutes: Route = (app, { db, now }) => {
  app.removeContentTypeParser(['text/csv', 'text/plain'])
  app.addContentTypeParser(
    ['text/csv', 'text/plain', 'application/octet-stream'],
    { parseAs: 'string', bodyLimit: MOST_BYTES + 1_024 },
    (_request: unknown, body: unknown, done: (error: null, body: unknown) => void) => done(null, body),
  )
  app.get(
    '/spaces/:space/tracking-plans/:id/csv',
    { schema: { tags, summary: 'A plan as CSV: a row for each rule and each property', params: Params, produces: ['text/csv'] } },
    async ({ caller: { spaceId }, params: { id } }, reply) => {
      const { name, content } = await planCsv(db, spaceId, id, now())
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`)
        .send(content)
    },
  )
  app.post(
    '/spaces/:space/tracking-plans/:id/csv',
    {
      bodyLimit: MOST_BYTES + 1_024,
      schema: {
        tags,
        summary: 'Writes the rules of a CSV file, which is the body as it is; where a row is wrong, nothing is written',
        consumes: ['text/csv'],
        params: Params,
        querystring: z.object({
          replace: z.enum(['true', 'false']).default('false').describe('true: rules that the file does not hold are deleted'),
        }),
        response: { 200: Changes, 422: Wrong },
      },
    },
    async ({ caller: { spaceId, name }, params: { id }, query: { replace }, body }, reply) => {
      const text = typeof body === 'string' ? body : ''
      const { changes, bad } = await uploadPlanCsv(db, { spaceId, by: name, now: now() }, id, text, replace === 'true')
      if (bad.length === 0) return { data: { status: 'SUCCESS' as const, changes: [...changes] } }
      const problems = bad
        .slice(0, 100)
        .map(({ row, column, message }) => ({ field: `line ${row}${column && `, ${column}`}`, message }))
      return reply.status(422).send({
        error: {
          code: 'plan_csv_rows',
          message: `${bad.length} ${bad.length === 1 ? 'row is' : 'rows are'} wrong; nothing was changed.`,
          problems,
        },
        errorReport: errorReport(bad),
      })
    },
  )
}
