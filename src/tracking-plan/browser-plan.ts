import type { Db } from '../db/database.ts'
import { planAt } from './connect.ts'
import { rulesOf } from './rule-rows.ts'
import { controlsOf } from './settings.ts'

type Event = { readonly enabled: boolean; readonly integrations: Readonly<Record<string, never>> }

/** What an SDK in a browser is told of its source's plan: the event's own word wins, then `__default`'s (spec/connections §2.7). */
export type BrowserPlan = {
  readonly track: Readonly<Record<string, Event>>
  readonly identify: { readonly __default: { readonly enabled: true } }
  readonly group: { readonly __default: { readonly enabled: true } }
}

/** Events, each with whether it goes to tools in the page, and what holds for all others. An event that is called as the others' place is left out. */
export const browserPlan = (others: boolean, named: Iterable<readonly [event: string, enabled: boolean]>): BrowserPlan => ({
  track: {
    ...Object.fromEntries(Array.from(named, ([event, enabled]) => [event, { enabled, integrations: {} }])),
    __default: { enabled: others, integrations: {} },
  },
  identify: { __default: { enabled: true } },
  group: { __default: { enabled: true } },
})

/** Everything goes to everybody: what holds without a plan. */
export const EVERY_EVENT: BrowserPlan = browserPlan(true, [])

/** Where unplanned events are blocked, only the planned ones go to tools in the page; all come to us, and are judged at the door. */
export const browserPlanAt = async (db: Db, spaceId: string, sourceId: string): Promise<BrowserPlan> => {
  const plan = await planAt(db, spaceId, sourceId)
  if (!plan || (await controlsOf(db, spaceId, sourceId)).track.allowUnplannedEvents) return EVERY_EVENT
  const planned = (await rulesOf(db, spaceId, plan.id)).filter(({ type }) => type === 'TRACK')
  return browserPlan(
    false,
    planned.map(({ key }) => [key, true]),
  )
}
