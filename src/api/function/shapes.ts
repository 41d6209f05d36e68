import * as z from 'zod'
import type { FunctionInstanceRow, FunctionVersionRow, SettingDefinition } from '../../db/rows/function.ts'
import type { Saved } from '../../function/function.ts'
import { SettingDefinitions } from '../../function/setting.ts'
import type { Tried } from '../../function/try.ts'

/* Functions on the wire, after Segment's Public API (spec/connections §4.5). */

export const Kind = z.enum(['SOURCE', 'DESTINATION', 'INSERT_DESTINATION', 'INSERT_SOURCE'])
const Json = z.json()

export const FunctionShape = z
  .object({
    id: z.string(),
    resourceType: Kind,
    displayName: z.string(),
    description: z.string(),
    logoUrl: z.string().optional(),
    code: z.string().meta({ description: 'As it was saved last' }),
    settings: SettingDefinitions,
    handlers: z.array(z.string()).meta({ description: 'Those that the saved code has; events of other types are not taken' }),
    isLatestVersion: z.boolean().meta({ description: 'Whether what runs is what was saved last' }),
    deployedAt: z.string().nullable(),
    createdBy: z.string(),
    createdAt: z.string(),
    updatedBy: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Function' })

const definitionsOf = (settings: readonly SettingDefinition[]) => settings.map((one) => ({ ...one }))

export const shown = (row: Saved): z.infer<typeof FunctionShape> => ({
  id: row.id,
  resourceType: row.kind,
  displayName: row.name,
  description: row.description,
  ...(row.logo_url === null ? {} : { logoUrl: row.logo_url }),
  code: row.code,
  settings: definitionsOf(row.settings),
  handlers: [...row.handlers],
  isLatestVersion: row.deployed === row.latest,
  deployedAt: row.deployed_at?.toISOString() ?? null,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const Version = z
  .object({
    id: z.string(),
    author: z.string(),
    code: z.string(),
    isDeployed: z.boolean(),
    isLatest: z.boolean(),
    restoredFrom: z.string().optional(),
    createdAt: z.string(),
    deployedAt: z.string().optional(),
  })
  .meta({ id: 'FunctionVersion' })

export const shownVersion = (version: FunctionVersionRow, { latest, deployed, deployed_at }: Saved): z.infer<typeof Version> => ({
  id: String(version.number),
  author: version.created_by,
  code: version.code,
  isDeployed: version.number === deployed,
  isLatest: version.number === latest,
  ...(version.restored_from === null ? {} : { restoredFrom: String(version.restored_from) }),
  createdAt: version.created_at.toISOString(),
  ...(version.number === deployed && deployed_at ? { deployedAt: deployed_at.toISOString() } : {}),
})

export const Instance = z
  .object({
    id: z.string(),
    name: z.string(),
    classId: z.string().meta({ description: 'The function' }),
    integrationId: z.string().meta({ description: 'The source that it hangs on' }),
    enabled: z.boolean(),
    settings: z.record(z.string(), Json),
    encryptedSettings: z
      .record(z.string(), z.literal('••••'))
      .meta({ description: 'Which sensitive settings have a value; it is never shown' }),
    executionSeconds: z.number(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'InsertFunctionInstance' })

export const shownInstance = (
  row: FunctionInstanceRow,
  definitions: readonly SettingDefinition[],
  secretNames: readonly string[],
): z.infer<typeof Instance> => ({
  id: row.id,
  name: row.name,
  classId: row.function_id,
  integrationId: row.integration_id,
  enabled: row.enabled,
  // A setting that became sensitive later is not shown either.
  settings: Object.fromEntries(
    Object.entries(row.settings).filter(([name]) => !definitions.some((one) => one.name === name && one.sensitive)),
  ) as z.infer<typeof Instance>['settings'],
  encryptedSettings: Object.fromEntries(secretNames.map((name) => [name, '••••' as const])),
  executionSeconds: row.limit_seconds,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

export const TriedShape = z.object({
  handler: z.string(),
  result: z.enum(['pass', 'change', 'drop']),
  reason: z.string().optional(),
  changes: z.array(z.string()),
  output: Json,
  error: z
    .object({
      name: z.string(),
      message: z.string(),
      retried: z.boolean(),
      line: z.number().optional(),
      column: z.number().optional(),
    })
    .nullable(),
  logs: z.string(),
  durationMs: z.number(),
  requests: z.array(
    z.object({
      method: z.string(),
      url: z.string(),
      requestBody: z.string().nullable(),
      status: z.number().nullable(),
      responseBody: z.string().nullable(),
      error: z.string().nullable(),
      durationMs: z.number(),
    }),
  ),
})

const MOST_SHOWN = 2_000

export const shownTrial = ({ handler, verdict, output, error, logs, ms, requests }: Tried): z.infer<typeof TriedShape> => ({
  handler,
  result: verdict.kind,
  ...(verdict.kind === 'drop' ? { reason: verdict.reason } : {}),
  changes: verdict.kind === 'change' ? (verdict.did ?? []).map((one) => one.slice(one.indexOf(': ') + 2)) : [],
  output: output as z.infer<typeof Json>,
  error: error && { ...error },
  logs,
  durationMs: ms,
  requests: requests.map(({ request, reply, ms: took }) => ({
    method: request.method,
    url: request.url,
    requestBody: request.body?.slice(0, MOST_SHOWN) ?? null,
    ...('error' in reply
      ? { status: null, responseBody: null, error: reply.error }
      : { status: reply.status, responseBody: reply.body.slice(0, MOST_SHOWN), error: null }),
    durationMs: took,
  })),
})
