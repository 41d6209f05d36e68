import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { Verdict } from '../event/verdict.ts'
import { askInsert } from '../function/insert.ts'
import type { Arrival } from './arrival.ts'
import type { Call } from './call.ts'
import { openDoor } from './door.ts'
import { type DoorInsert, type Gates, seenOf } from './gates.ts'
import { type Judgement, judge } from './rule.ts'

/*
 * Rules at the door are asked one call at a time and answer at once. An insert function does not: so the rules before it are asked about all calls of
 * a batch, the function about what is left, all at once, and then the rules behind it. Where no source of a batch has one, nothing of this happens.
 */

type Before = Judgement & { readonly seen?: JsonObject; readonly at?: DoorInsert }

const goingOf = (one: Judgement): Call | undefined => ('call' in one ? one.call : one.onward)

const before = (arrival: Arrival, gates: Gates): Before | undefined => {
  const { parsed, sourceId, raw } = arrival
  const at = gates.insertOf(sourceId)
  // Calls that rooms of ours made are theirs: no rule is asked about them, and no function.
  if (!at || parsed.kind === 'problem' || !parsed.call.wire) return undefined
  const verdict = judge(gates.rulesOf(sourceId), parsed.call, raw)
  const going = goingOf(verdict)
  return going?.wire ? { ...verdict, at, seen: seenOf(going, going.wire) } : verdict
}

const asked = async (spaceId: string, judged: ReadonlyMap<Arrival, Before>): Promise<ReadonlyMap<Arrival, Verdict>> => {
  const verdicts = new Map<Arrival, Verdict>()
  const waiting = [...judged].flatMap(([arrival, { at, seen }]) => {
    if (arrival.inserted) verdicts.set(arrival, arrival.inserted)
    return at && seen && !arrival.inserted ? [{ arrival, at, seen }] : []
  })
  const bySource = Map.groupBy(waiting, ({ at }) => at)
  await Promise.all(
    [...bySource].map(async ([at, own]) => {
      const answers = await askInsert(
        spaceId,
        at.insert,
        own.map(({ seen }) => seen),
      )
      for (const [place, { arrival }] of own.entries()) {
        const answer = answers[place]
        if (answer) verdicts.set(arrival, answer)
      }
    }),
  )
  return verdicts
}

const judgedBefore = (arrivals: readonly Arrival[], gates: Gates): ReadonlyMap<Arrival, Before> =>
  new Map(
    arrivals.flatMap((arrival) => {
      const one = before(arrival, gates)
      return one ? [[arrival, one] as const] : []
    }),
  )

const after = ({ at, seen, ...one }: Before, verdict: Verdict | undefined, raw: unknown): Judgement => {
  const going = goingOf(one)
  if (!going || !at || !seen || !verdict) return one
  const outside = 'drop' in one ? one.drop : undefined
  const applied = at.applied(going, seen, verdict, outside !== undefined)
  if (applied !== 'pass' && 'drop' in applied) return { drop: outside ?? applied.drop }
  return judge(at.after, applied === 'pass' ? going : applied.change, raw, outside)
}

/** Asks the rules and the function of each source that has one about its calls; answers nothing of others. @throws Unavailable where no code can be run. */
export const throughInserts = async (
  spaceId: string,
  arrivals: readonly Arrival[],
  gates: Gates,
): Promise<ReadonlyMap<Arrival, Judgement>> => {
  if (!gates.inserting) return new Map()
  const judged = judgedBefore(arrivals, gates)
  const verdicts = await asked(spaceId, judged)
  return new Map([...judged].map(([arrival, one]) => [arrival, after(one, verdicts.get(arrival), arrival.raw)]))
}

/**
 * Asks the insert function of a source about calls before they wait for a transaction: what a function waits for holds up no other source of the
 * space, and its answer goes with the call. The rules before it are asked twice, here and when the call is stored.
 */
export const askAhead = async (db: Db, spaceId: string, arrivals: readonly Arrival[], now: Date): Promise<readonly Arrival[]> => {
  const { arrivals: taken, gates } = await openDoor(db, spaceId, arrivals, now)
  if (!gates.inserting) return arrivals
  const verdicts = await asked(spaceId, judgedBefore(taken, gates))
  return arrivals.map((arrival, place) => {
    const verdict = verdicts.get(taken[place] ?? arrival)
    return verdict ? { ...arrival, inserted: verdict } : arrival
  })
}
