import type { Json, JsonObject } from '../../base/json.ts'
import { bagOf, keysOf, withoutKeys } from '../../catalog/subject.ts'
import { isRetried } from '../../function/failure.ts'
import type { Arrival } from '../../ingest/arrival.ts'
import type { Call } from '../../ingest/call.ts'
import type { Gather } from '../../ingest/gather.ts'
import type { Stored } from '../../ingest/ingest.ts'
import { aroundSeen, parseCall } from '../../ingest/parse.ts'
import type { Problem } from '../../ingest/problems.ts'
import type { Result } from '../../ingest/results.ts'
import type { Source } from '../../space/source.ts'
import type { Inside } from '../door.ts'
import { keep } from './keep.ts'

const withoutOmitted = (item: JsonObject, type: Call['type'], omitted: readonly string[]): JsonObject => {
  if (omitted.length === 0 || type === 'alias') return item
  const bag = bagOf(type)
  const inside: Json = item[bag] ?? null
  return { ...item, [bag]: omitted.reduce((rest: Json, path) => withoutKeys(rest, keysOf(path)), inside) }
}

// Its id is the one that it got here: so what comes twice, and what a replay brings, is known there, too.
const fedTo = (sourceId: string, arrival: Arrival, stored: Stored): readonly Arrival[] => {
  const { parsed } = arrival
  if (parsed.kind !== 'call' || !parsed.call.wire) return []
  const { messageId, type, wire } = parsed.call
  const changed = stored.itemOf(messageId)
  const around = changed ? aroundSeen(wire.around) : wire.around
  const raw: JsonObject = { ...(changed ?? withoutOmitted(wire.item, type, stored.omittedOf(messageId))), messageId }
  return [{ ...arrival, raw, type, sourceId, parsed: parseCall(raw, { ...around, type, sourceId }) }]
}

/*
 * A function that asks for another try, or was over time, has taken nothing and refused nothing. Such a call is not stored, and the request is answered
 * 503 when all else of it is: every SDK sends it again, and what was stored is known by its messageId. So nothing is lost that somebody holds; each try is
 * counted with its code. Files and replays have nobody who sends again: there such a line is refused with the code, and doing it again brings what is missing.
 */
const againOf = (results: readonly Result[]): Problem | undefined =>
  results.find((result): result is Extract<Result, Problem> => result.status === 'dropped' && isRetried(result.code))

/**
 * Stores calls of a source in its space, and what was taken there in each space that it feeds, by that space's own rules. Where one of them
 * cannot store, nothing is answered as stored: who sends again brings it there, and is known here.
 */
export const keepEverywhere = async (
  door: Inside,
  gather: Gather,
  source: Source,
  arrivals: readonly Arrival[],
  bytes: number,
): Promise<Stored & { readonly again: Problem | undefined }> => {
  const stored = await keep(door, gather, source, arrivals, bytes)
  let again = againOf(stored.results)
  for (const feed of source.feeds) {
    const taken = arrivals.filter((_, at) => ['stored', 'duplicate'].includes(stored.results[at]?.status ?? ''))
    const fed = taken.flatMap((arrival) => fedTo(feed.sourceId, arrival, stored))
    if (fed.length > 0) again ??= againOf((await keep(door, gather, feed, fed, bytes)).results)
  }
  return { ...stored, again }
}
