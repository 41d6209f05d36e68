import type { Arrival } from '../../ingest/arrival.ts'
import type { Gather } from '../../ingest/gather.ts'
import type { Stored } from '../../ingest/ingest.ts'
import { askAhead } from '../../ingest/insert.ts'
import { stepOf } from '../../ingest/step-count.ts'
import { isTraceless } from '../../ingest/suppressed.ts'
import type { Inside } from '../door.ts'

type From = { readonly spaceId: string; readonly sourceId: string; readonly inserting?: boolean }

/** Stores calls of one source, and says so to all who want to know: the debugger, the catalogue, evaluations and journeys. */
export const keep = async (
  door: Inside,
  gather: Gather,
  { spaceId, sourceId, inserting = false }: From,
  arrivals: readonly Arrival[],
  bytes: number,
): Promise<Stored> => {
  const asked = inserting ? await askAhead(door.db, spaceId, arrivals, door.now()) : arrivals
  const stored = await gather(spaceId, asked)
  const { results, announced, delivering, profileOf, omittedOf, didOf, itemOf } = stored
  // Who is suppressed leaves no trace, here neither.
  const shown = arrivals.flatMap((arrival, place) => {
    const result = results[place]
    return result && !(result.status === 'dropped' && isTraceless(result)) ? [[arrival, result] as const] : []
  })
  door.tail.note(spaceId, sourceId, {
    arrivals: shown.map(([arrival]) => arrival),
    results: shown.map(([, result]) => result),
    profileOf,
    didOf,
    bytes,
  })
  for (const [place, arrival] of arrivals.entries()) {
    const result = results[place]
    if (result) door.counter.step(spaceId, stepOf(arrival, result))
  }
  door.tally.note(spaceId, sourceId, { arrivals, results, omittedOf, itemOf })
  if (results.some((result) => result.status === 'stored')) door.notify('profile_change')
  if (announced) door.notify('outbox')
  if (delivering) door.notify('event_delivery')
  return stored
}
