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

const planOfTrack = (track: Readonly<Record<string, Event>>): BrowserPlan => ({
  track,
  identify: { __default: { enabled: true } },
  group: { __default: { enabled: true } },
})

/** Everything goes to everybody: what holds without a plan. */
export const EVERY_EVENT: BrowserPlan = planOfTrack({ __default: { enabled: true, integrations: {} } })

/** Where unplanned events are blocked, only the planned ones go to tools in the page; all come to us, and are judged at the door. */
export const browserPlanAt = async (db: Db, spaceId: string, sourceId: string): Promise<BrowserPlan> => {
  const plan = await planAt(db, spaceId, sourceId)
  if (!plan || (await controlsOf(db, spaceId, sourceId)).track.allowUnplannedEvents) return EVERY_EVENT
  const planned = (await rulesOf(db, spaceId, plan.id)).filter(({ type }) => type === 'TRACK')
  return planOfTrack({
    __default: { enabled: false, integrations: {} },
    ...Object.fromEntries(planned.map(({ key }) => [key, { enabled: true, integrations: {} }])),
  })
}
