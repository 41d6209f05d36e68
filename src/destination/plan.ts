import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { DestinationRow, MappingRow } from '../db/rows/destination.ts'
import { type Gate, PASS } from '../event/verdict.ts'
import { askFilter } from '../filter/gate.ts'
import type { Answer } from '../fql/compile.ts'
import { transformationGate, transformationsAt } from '../transformation/gate.ts'
import { consentsFor } from './consent.ts'
import type { Action, Destination, Settings } from './destination.ts'
import { toolOf } from './destinations/index.ts'
import type { AskedFilter } from './filter-gate.ts'
import { actionsOf, listDestinationFilters } from './filters.ts'
import { findDestination } from './instances.ts'
import { integrationFiltersAt } from './integration-filter.ts'
import { listMappings } from './mappings.ts'
import { openSettings } from './settings.ts'

/** A mapping that is switched on, ready to be asked. */
export type ReadyMapping = {
  readonly row: MappingRow
  readonly action: Action
  readonly fits: (call: JsonObject) => Answer
}

/** Everything that is asked about a call for one destination, as it is now. */
export type Plan = {
  readonly destination: DestinationRow
  readonly tool: Destination
  /** Settings as the tool reads them, or why they cannot be read. */
  readonly settings: { readonly open: Settings } | { readonly failure: string }
  readonly mappings: readonly ReadyMapping[]
  readonly filters: readonly (AskedFilter & { readonly since: Date })[]
  /** Events that the schema page keeps from this tool. */
  readonly off: ReadonlySet<string>
  /** The consents that a call must carry, all of them. */
  readonly consents: readonly string[]
  readonly transformations: Gate
}

/** How an event is written in `off`. */
export const subjectKey = (type: string, name: string): string => `${type} ${name}`

const readyMappings = (tool: Destination, rows: readonly MappingRow[]): readonly ReadyMapping[] =>
  rows.flatMap((row) => {
    const action = row.enabled && Object.hasOwn(tool.actions, row.action) ? tool.actions[row.action] : undefined
    return action ? [{ row, action, fits: askFilter(row.trigger) }] : []
  })

const openedOf = (db: Db, tool: Destination, { settings }: DestinationRow): Plan['settings'] => {
  try {
    return { open: openSettings(db, tool, settings) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

/** The plan of a destination as it is now; undefined where it is gone, or its tool is. */
export const loadPlan = async (db: Db, spaceId: string, destinationId: string): Promise<Plan | undefined> => {
  const destination = await findDestination(db, spaceId, destinationId)
  const tool = destination && toolOf(destination.tool)
  if (!destination || !tool) return undefined
  const sourceId = destination.source_id
  const filters = (await listDestinationFilters(db, spaceId, destinationId)).filter(({ enabled }) => enabled)
  const transformations = await transformationsAt(db, spaceId, sourceId, tool.slug)
  const off = await integrationFiltersAt(db, spaceId, sourceId, tool.slug)
  return {
    destination,
    tool,
    settings: openedOf(db, tool, destination),
    mappings: readyMappings(tool, await listMappings(db, spaceId, destinationId)),
    filters: filters.map(({ id, title, condition, actions, created_at }) => ({
      id,
      title,
      condition,
      actions: actionsOf(actions),
      since: created_at,
    })),
    consents: await consentsFor(db, spaceId, tool.slug),
    off: new Set(off.map(({ type, name }) => subjectKey(type, name))),
    transformations: transformations.length === 0 ? () => PASS : transformationGate(transformations),
  }
}
