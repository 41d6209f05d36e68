import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { SqlTraitRunRow } from '../../db/rows/sql-trait.ts'
import type { Preview } from '../../sql-trait/preview.ts'
import type { SqlTrait } from '../../sql-trait/sql-trait.ts'
import { showTime } from '../../sql-trait/times.ts'
import type { Caller } from '../auth.ts'

/* The shapes of SQL traits on the wire. What a query answers, and what a database says about it, is shown to who may see personal data. */

export const RunShape = z
  .object({
    number: z.number(),
    status: z.enum(['READING', 'TELLING', 'DONE', 'FAILED']),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    rows: z.number(),
    changed: z.number().describe('rows that are new or another since the last run: each was told'),
    created: z.number().describe('of these, profiles that were not known before'),
    missing: z.number().describe('rows that are gone since the last run: their traits were set to null'),
    discarded: z
      .number()
      .describe('rows that were not told: their traits are too large, or their identifier is none that the space takes'),
    errorCode: z.string().optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'SqlTraitRun' })

export const SqlTraitShape = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    warehouseId: z.string(),
    query: z.string(),
    times: z.array(z.string()).describe('times of the day in UTC at which it runs'),
    enabled: z.boolean(),
    traits: z.array(z.string()).describe('what it told at its last run'),
    nextRunAt: z.string().optional(),
    lastRun: RunShape.optional(),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'SqlTrait' })

export const PreviewShape = z
  .object({
    count: z.number(),
    identifier: z.string(),
    links: z.boolean().describe('each row links a user to an account'),
    traits: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(
      z.object({
        identifier: z.string(),
        userId: z.string().optional(),
        known: z.boolean().describe('whether the space knows them already; others are made'),
        traits: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'SqlTraitPreview' })

const HIDDEN = '••••'
const HIDDEN_ERROR = 'What the database said is hidden from this token, because it may hold personal data.'

export const runShape = (row: SqlTraitRunRow, { seesPersonalData }: Caller): z.infer<typeof RunShape> => ({
  number: row.number,
  status: row.phase.toUpperCase() as z.infer<typeof RunShape>['status'],
  startedAt: row.started_at.toISOString(),
  ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
  rows: row.rows,
  changed: row.changed,
  created: row.created,
  missing: row.missing,
  discarded: row.discarded,
  ...(row.error_code === null ? {} : { errorCode: row.error_code, error: seesPersonalData ? (row.error ?? '') : HIDDEN_ERROR }),
})

export const sqlTraitShape = (row: SqlTrait, caller: Caller): z.infer<typeof SqlTraitShape> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  warehouseId: row.warehouse_id,
  query: row.query,
  times: row.times.map(showTime),
  enabled: row.enabled,
  traits: [...row.traits],
  ...(row.next_run_at === null ? {} : { nextRunAt: row.next_run_at.toISOString() }),
  ...(row.last_run === null ? {} : { lastRun: runShape(row.last_run, caller) }),
  createdBy: row.created_by,
  updatedBy: row.updated_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

const hidden = (traits: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, value === null ? null : HIDDEN]))

export const previewShape = ({ count, shape, rows }: Preview, { seesPersonalData }: Caller): z.infer<typeof PreviewShape> => ({
  count,
  identifier: shape.owner.type,
  links: shape.member !== undefined,
  traits: shape.traits.map(({ column: { name, type } }) => ({ name, type })),
  rows: rows.map(({ identifier, userId, known, traits }) => ({
    identifier: seesPersonalData ? identifier.value : HIDDEN,
    ...(userId === undefined ? {} : { userId: seesPersonalData ? userId : HIDDEN }),
    known,
    traits: seesPersonalData ? traits : hidden(traits),
  })),
})

// Their words come from the customer's database, or name one of its values.
const TELLING: ReadonlySet<string> = new Set([
  'query_failed',
  'query_writes',
  'query_timeout',
  'query_forbidden',
  'duplicate_identifier',
])

/** Keeps the words of a customer's database from who may not see personal data; the id of what is wrong stays. */
export const withoutPersonalData = async <T>({ seesPersonalData }: Caller, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (seesPersonalData || !(error instanceof Invalid) || !TELLING.has(error.id)) throw error
    throw new Invalid(error.id, [{ field: 'query', message: HIDDEN_ERROR }])
  }
}
