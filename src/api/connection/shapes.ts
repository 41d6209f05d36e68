import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { toolOf } from '../../destination/destinations/index.ts'
import type { Connection as Row } from '../../sync/connection.ts'
import { JsonMap } from '../destination/shapes.ts'

/* Connections on the wire, after Segment's destination-connections (spec/audiences §18.2, §24). */

const EventName = z.string().trim().min(1).max(255)

export const Settings = z.strictObject({
  sendTrack: z.boolean().optional().meta({ description: 'Whether a track call is sent; true by default' }),
  sendIdentify: z.boolean().optional().meta({ description: 'Whether an identify call is sent; true by default' }),
  enteredEventName: EventName.optional().meta({ description: 'Of an audience; `Audience Entered` by default' }),
  exitedEventName: EventName.optional().meta({ description: 'Of an audience; `Audience Exited` by default' }),
  extras: JsonMap.optional().meta({ description: 'Of a destination that keeps lists: what each item says beside' }),
  computedEventName: EventName.optional().meta({ description: 'Of a computed trait; `Trait Computed` by default' }),
})

/** Settings as the sync room has them: only those that were given. */
export const sendingFrom = (settings: z.infer<typeof Settings> = {}) => {
  const {
    enteredEventName: entered,
    exitedEventName: exited,
    computedEventName: computed,
    sendTrack,
    sendIdentify,
    extras,
  } = settings
  return {
    sendTrack,
    sendIdentify,
    extras: extras as JsonObject | undefined,
    names: {
      ...(entered === undefined ? {} : { entered }),
      ...(exited === undefined ? {} : { exited }),
      ...(computed === undefined ? {} : { computed }),
    },
  }
}

export const DestinationConnection = z
  .object({
    id: z.string(),
    destination: z.object({
      id: z.string(),
      name: z.string(),
      enabled: z.boolean(),
      metadata: z.object({ slug: z.string(), name: z.string() }),
    }),
    enabled: z.boolean(),
    status: z
      .enum(['Connected', 'Disconnected', 'Disabled'])
      .meta({ description: 'Disconnected: the connection or the destination is switched off; Disabled: both are' }),
    syncStatus: z
      .enum(['Syncing', 'Live', 'Paused'])
      .meta({ description: 'Syncing: whom it is about are being looked through; Live: each change is told at once' }),
    syncedAt: z.string().nullable().meta({ description: 'When all had been looked through last' }),
    includesExisting: z.boolean().meta({ description: 'Whether those are told of, too, who were in before it was made' }),
    externalAudienceId: z.string().nullable().meta({ description: 'The list at a destination that keeps lists' }),
    lastError: z.string().nullable().meta({ description: 'Why a list does not agree yet; it is tried again' }),
    mappings: z.object({ enabled: z.number(), disabled: z.number() }),
    connectionSettings: Settings.required({ sendTrack: true, sendIdentify: true }),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'DestinationConnection' })

const statusOf = ({ enabled, destination_enabled: there }: Row): 'Connected' | 'Disconnected' | 'Disabled' => {
  if (enabled && there) return 'Connected'
  return enabled || there ? 'Disconnected' : 'Disabled'
}

const syncStatusOf = ({ enabled, destination_enabled: there, live, passing }: Row): 'Syncing' | 'Live' | 'Paused' => {
  if (!enabled || !there) return 'Paused'
  return live && !passing ? 'Live' : 'Syncing'
}

/** A connection as it is answered. */
export const connectionFrom = (row: Row): z.infer<typeof DestinationConnection> => ({
  id: row.id,
  destination: {
    id: row.destination_id,
    name: row.destination_name,
    enabled: row.destination_enabled,
    metadata: { slug: row.tool, name: toolOf(row.tool)?.name ?? row.tool },
  },
  enabled: row.enabled,
  status: statusOf(row),
  syncStatus: syncStatusOf(row),
  syncedAt: row.synced_at?.toISOString() ?? null,
  includesExisting: row.since === null,
  externalAudienceId: row.list_id,
  lastError: row.last_error,
  mappings: { enabled: row.mappings_on, disabled: row.mappings_off },
  connectionSettings: {
    sendTrack: row.send_track,
    sendIdentify: row.send_identify,
    ...(Object.keys(row.extras).length === 0 ? {} : { extras: row.extras as z.infer<typeof JsonMap> }),
    ...(row.names.entered === undefined ? {} : { enteredEventName: row.names.entered }),
    ...(row.names.exited === undefined ? {} : { exitedEventName: row.names.exited }),
    ...(row.names.computed === undefined ? {} : { computedEventName: row.names.computed }),
  },
  createdBy: row.created_by,
  updatedBy: row.updated_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})
