import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import type {
  DeliveryAttemptRow,
  DestinationFilterRow,
  DestinationRow,
  IntegrationFilterRow,
  MappingRow,
} from '../../db/rows/destination.ts'
import type { Delivery as DeliveryRow } from '../../destination/deliveries.ts'
import type { Destination as Tool } from '../../destination/destination.ts'
import { toolOf } from '../../destination/destinations/index.ts'
import { FilterAction } from '../../destination/filters.ts'
import { shownSettings } from '../../destination/settings.ts'

/* Destinations on the wire, after Segment's Public API (spec/connections §3). */

export const JsonMap = z.record(z.string(), z.json())
const written = { createdBy: z.string(), updatedBy: z.string(), createdAt: z.string(), updatedAt: z.string() }
type Written = Pick<DestinationRow, 'created_by' | 'updated_by' | 'created_at' | 'updated_at'>
const writtenOf = (row: Written) => ({
  createdBy: row.created_by,
  updatedBy: row.updated_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

const Choice = z.object({ label: z.string(), value: z.string() })
const Option = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  type: z.string(),
  required: z.boolean(),
  sensitive: z.boolean().meta({ description: 'Kept sealed, and never answered' }),
  choices: z.array(Choice).optional(),
  defaultValue: z.json().optional(),
})
const ActionField = z.object({
  fieldKey: z.string(),
  label: z.string(),
  description: z.string(),
  type: z.string(),
  required: z.boolean(),
  choices: z.array(Choice).optional(),
  defaultValue: z.json().optional(),
})
const Action = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  platform: z.literal('CLOUD'),
  hidden: z.literal(false),
  defaultTrigger: z.string(),
  fields: z.array(ActionField),
})
const Preset = z.object({ actionId: z.string(), name: z.string(), trigger: z.string(), fields: JsonMap })

export const Metadata = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string().meta({ description: 'What the integrations object of a call names it by' }),
    description: z.string(),
    kind: z.enum(['event', 'list']),
    website: z.string(),
    status: z.literal('PUBLIC'),
    options: z.array(Option),
    supportedMethods: z.object({
      track: z.boolean(),
      identify: z.boolean(),
      group: z.boolean(),
      alias: z.boolean(),
      pageview: z.boolean(),
      screen: z.boolean(),
    }),
    supportedFeatures: z.object({ cloudModeInstances: z.literal('MULTIPLE'), replay: z.boolean() }),
    ratePerSecond: z.number(),
    actions: z.array(Action),
    presets: z.array(Preset),
  })
  .meta({ id: 'DestinationMetadata' })

type Json = z.infer<ReturnType<typeof z.json>>
type JsonMap = z.infer<typeof JsonMap>
const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value }

/** A tool as the catalogue answers it. */
export const metadataOf = (tool: Tool): z.infer<typeof Metadata> => ({
  id: tool.slug,
  slug: tool.slug,
  name: tool.name,
  description: tool.description,
  kind: tool.kind,
  website: tool.website,
  status: 'PUBLIC',
  options: Object.entries(tool.settings).map(([name, { default: usual, choices, required, sensitive, ...rest }]) => ({
    name,
    ...rest,
    required: required ?? false,
    sensitive: sensitive ?? false,
    ...optional('choices', choices && [...choices]),
    ...optional('defaultValue', usual),
  })),
  supportedMethods: {
    track: tool.supported.includes('track'),
    identify: tool.supported.includes('identify'),
    group: tool.supported.includes('group'),
    alias: tool.supported.includes('alias'),
    pageview: tool.supported.includes('page'),
    screen: tool.supported.includes('screen'),
  },
  supportedFeatures: { cloudModeInstances: 'MULTIPLE', replay: true },
  ratePerSecond: tool.ratePerSecond,
  actions: Object.values(tool.actions).map((action) => ({
    id: action.slug,
    slug: action.slug,
    name: action.name,
    description: action.description,
    platform: 'CLOUD',
    hidden: false,
    defaultTrigger: action.defaultTrigger,
    fields: Object.entries(action.fields).map(([fieldKey, { default: usual, choices, type, required, ...rest }]) => ({
      fieldKey,
      ...rest,
      type: type.toUpperCase(),
      required: required ?? false,
      ...optional('choices', choices && [...choices]),
      ...optional('defaultValue', usual as Json | undefined),
    })),
  })),
  presets: tool.presets.map(({ action, name, trigger, fields }) => ({
    actionId: action,
    name,
    trigger,
    fields: fields as JsonMap,
  })),
})

export const Destination = z
  .object({
    id: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    sourceId: z.string(),
    metadata: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
    settings: JsonMap,
    secrets: z.array(z.string()).meta({ description: 'Settings that are there and never answered' }),
    ratePerSecond: z.number().nullable().meta({ description: 'Requests a second at most; null: what the tool takes' }),
    retryMinutes: z.number().meta({ description: 'For how long what a tool does not take is tried again' }),
    ...written,
  })
  .meta({ id: 'Destination' })

export const destinationFrom = (row: DestinationRow): z.infer<typeof Destination> => {
  const tool = toolOf(row.tool)
  const { settings, secrets } = shownSettings(tool, row.settings)
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    sourceId: row.source_id,
    metadata: { id: row.tool, slug: row.tool, name: tool?.name ?? row.tool },
    settings: settings as JsonMap,
    secrets: [...secrets],
    ratePerSecond: row.rate_per_second,
    retryMinutes: row.retry_minutes,
    ...writtenOf(row),
  }
}

export const Mapping = z
  .object({
    id: z.string(),
    name: z.string(),
    actionId: z.string(),
    actionSlug: z.string(),
    destinationId: z.string(),
    enabled: z.boolean(),
    trigger: z.string().meta({ description: 'FQL: which calls it is about' }),
    settings: JsonMap.meta({ description: 'Each field of the action: a value, or a directive that reads it from the call' }),
    ...written,
  })
  .meta({ id: 'DestinationMapping' })

export const mappingFrom = (row: MappingRow): z.infer<typeof Mapping> => ({
  id: row.id,
  name: row.name,
  actionId: row.action,
  actionSlug: row.action,
  destinationId: row.destination_id,
  enabled: row.enabled,
  trigger: row.trigger,
  settings: row.fields as JsonMap,
  ...writtenOf(row),
})

export const Filter = z
  .object({
    id: z.string(),
    sourceId: z.string(),
    destinationId: z.string(),
    title: z.string(),
    description: z.string(),
    if: z.string(),
    actions: z.array(FilterAction),
    enabled: z.boolean(),
    ...written,
  })
  .meta({ id: 'DestinationFilter' })

export const filterFrom = (row: DestinationFilterRow, sourceId: string): z.infer<typeof Filter> => ({
  id: row.id,
  sourceId,
  destinationId: row.destination_id,
  title: row.title,
  description: row.description,
  if: row.condition,
  actions: row.actions as unknown as z.infer<typeof FilterAction>[],
  enabled: row.enabled,
  ...writtenOf(row),
})

export const IntegrationFilter = z
  .object({
    type: z.string(),
    name: z.string(),
    metadataId: z.string().meta({ description: 'The tool that does not get it' }),
    updatedBy: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'IntegrationFilter' })

export const integrationFilterFrom = (row: IntegrationFilterRow): z.infer<typeof IntegrationFilter> => ({
  type: row.type,
  name: row.name,
  metadataId: row.tool,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

const Attempt = z.object({
  attempt: z.number(),
  mappingId: z.string(),
  outcome: z.enum(['delivered', 'retry', 'failed']),
  reason: z.string().nullable(),
  status: z.number().nullable(),
  request: JsonMap,
  response: z.string().nullable(),
  durationMs: z.number(),
  at: z.string(),
})
export const STATUSES = ['queued', 'held', 'sending', 'delivered', 'filtered', 'discarded', 'failed'] as const
export const Delivery = z
  .object({
    id: z.string(),
    destinationId: z.string(),
    profileId: z.string(),
    messageId: z.string(),
    type: z.string(),
    name: z.string(),
    status: z.enum(STATUSES),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'A code: FILTERED_BY_RULES, NO_MATCHING_MAPPING, 400, ECONNRESET, expires, …' }),
    detail: z.string().nullable(),
    warnings: z.array(JsonMap),
    replay: z.boolean(),
    call: JsonMap.nullable().meta({ description: 'Kept of what waits, of what failed, and of a few of the others' }),
    receivedAt: z.string(),
    dueAt: z.string(),
    finishedAt: z.string().nullable(),
    attempts: z.array(Attempt),
  })
  .meta({ id: 'EventDelivery' })

const attemptFrom = (row: DeliveryAttemptRow): z.infer<typeof Attempt> => ({
  attempt: row.attempt,
  mappingId: row.mapping_id,
  outcome: row.outcome,
  reason: row.reason,
  status: row.status,
  request: row.request as JsonMap,
  response: row.response,
  durationMs: row.duration_ms,
  at: row.at.toISOString(),
})

export const deliveryFrom = (row: DeliveryRow & { readonly tries: readonly DeliveryAttemptRow[] }): z.infer<typeof Delivery> => ({
  id: row.id,
  destinationId: row.destination_id,
  profileId: row.profile_id,
  messageId: row.message_id,
  type: row.type,
  name: row.name,
  status: row.status,
  reason: row.reason,
  detail: row.detail,
  warnings: row.warnings as JsonMap[],
  replay: row.replay,
  call: row.payload as JsonMap | null,
  receivedAt: row.received_at.toISOString(),
  dueAt: row.due_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  attempts: row.tries.map(attemptFrom),
})

/** A call of a body as our code has it. */
export const callFrom = (call: JsonMap): JsonObject => call as JsonObject
