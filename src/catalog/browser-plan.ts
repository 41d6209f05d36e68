import type { Db } from '../db/database.ts'
import { type BrowserPlan, browserPlan, browserPlanAt, EVERY_EVENT } from '../tracking-plan/browser-plan.ts'
import { planAt } from '../tracking-plan/connect.ts'
import { switchedOff } from './switch.ts'

/**
 * What an SDK in a browser is told of its source: which events go to no tool in the page, because the plan blocks them or, where none is
 * connected, because they are switched off (spec/connections §2.4, §2.7).
 */
export const blockedInBrowsers = async (db: Db, spaceId: string, sourceId: string): Promise<BrowserPlan> => {
  if (await planAt(db, spaceId, sourceId)) return browserPlanAt(db, spaceId, sourceId)
  const off = (await switchedOff(db, spaceId, sourceId)).filter(({ type, path }) => type === 'track' && path === '')
  return off.length === 0
    ? EVERY_EVENT
    : browserPlan(
        true,
        off.map(({ name }) => [name, false]),
      )
}
