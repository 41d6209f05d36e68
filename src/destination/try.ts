import type { JsonObject } from '../base/json.ts'
import { type InsertFunction, insertInto, withIds } from './deliver.ts'
import type { Outgoing } from './destination.ts'
import { matching, requestOf, type Stop } from './pipeline.ts'
import type { Plan, ReadyMapping } from './plan.ts'
import { type Exchange, exchange, type Reach } from './send.ts'

/** What one mapping made of a tried call: a request that was sent, or why there is none. */
export type Tried = { readonly mappingId: string; readonly mappingName: string } & (
  | { readonly exchange: Exchange }
  | { readonly stop: Stop }
)
/** What a tried call came to; `stopped` says why no mapping was asked for a request. */
export type Trial = { readonly stopped?: { readonly reason: string; readonly detail: string }; readonly tried: readonly Tried[] }

type Around = Reach & {
  readonly messageId: string
  readonly insert?: InsertFunction | undefined
}

const completed = (call: JsonObject, { messageId, now }: Around): JsonObject => {
  const at = now().toISOString()
  return { messageId, timestamp: at, receivedAt: at, ...call }
}

const tryOne = async (plan: Plan, mapping: ReadyMapping, call: JsonObject, { now, hosts, messageId }: Around): Promise<Tried> => {
  const named = { mappingId: mapping.row.id, mappingName: mapping.row.name }
  const request: Outgoing | Stop = requestOf(plan, mapping, call, now())
  if ('kind' in request) return { ...named, stop: request }
  const ids = { message_id: typeof call['messageId'] === 'string' ? call['messageId'] : messageId, id: messageId, attempts: 1 }
  return { ...named, exchange: await exchange(withIds(request, ids), { now, hosts }) }
}

/**
 * Sends one call for real to all mappings of a destination that are switched on and fit it, past filters and transformations, and answers what was sent
 * and what came back (spec/connections §3.6). Nothing is stored.
 */
export const tryCall = async (plan: Plan, given: JsonObject, around: Around): Promise<Trial> => {
  const call = completed(given, around)
  const type = plan.tool.supported.find((one) => one === call['type'])
  if (!type)
    return {
      stopped: { reason: 'UNSUPPORTED_EVENT_TYPE', detail: `${plan.tool.name} takes ${plan.tool.supported.join(', ')}.` },
      tried: [],
    }
  const matched = matching(plan, call)
  if (matched.kind === 'stop') return { stopped: matched, tried: [] }
  const inserted = await insertInto(around, plan, matched)
  switch (inserted.kind) {
    case 'matched': {
      const tried: Tried[] = []
      for (const mapping of inserted.mappings) tried.push(await tryOne(plan, mapping, inserted.call, around))
      return { tried }
    }
    case 'stop':
    case 'retry':
    case 'failed':
      return { stopped: inserted, tried: [] }
    case 'delivered':
    case 'left':
      return { tried: [] }
  }
}
