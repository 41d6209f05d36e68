import * as z from 'zod'
import { type Counted, sourceOverview, WINDOWS, type Window } from '../../ingest/source-overview.ts'
import { refuseUnknownSource } from '../../tracking-plan/connect.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Route } from './index.ts'

const Count = z.number()
const Steps = z.object({
  received: Count.meta({ description: 'failed, filtered and eligible together' }),
  failed: Count.meta({ description: 'failed on ingest: nobody can read them' }),
  filtered: Count.meta({ description: 'filtered at source: by a rule, or because they say so themselves' }),
  eligible: Count.meta({ description: 'stored: profiles, audiences and journeys see them' }),
  duplicate: Count.meta({ description: 'came before, and are in none of the others' }),
})
const Change = z.object({
  received: Count.nullable(),
  failed: Count.nullable(),
  filtered: Count.nullable(),
  eligible: Count.nullable(),
  duplicate: Count.nullable(),
})
const Overview = z.object({
  from: z.string(),
  steps: Steps,
  change: Change.meta({ description: 'Per cent more than in the window before; null where there was nothing then' }),
  types: z.array(z.object({ type: z.string(), steps: Steps, change: Change })),
  series: z.array(Steps.extend({ at: z.string() })),
})

const names = Object.keys(WINDOWS) as [Window, ...Window[]]
const wire = ({ steps, change }: Counted) => ({ steps: { ...steps }, change: { ...change } })

/** `GET /sources/:source/overview`: what its calls came to, step by step (spec/connections §2.2). */
export const sourceOverviewRoutes: Route = (app, { db, now, counter }) => {
  app.get(
    '/spaces/:space/sources/:source/overview',
    {
      schema: {
        tags: ['source'],
        summary: 'Received, failed on ingest, filtered at source, eligible: by type and every ten minutes, and how it changed',
        params: SpaceParams.extend({ source: z.string().min(1).max(255) }),
        querystring: z.object({ window: z.enum(names).default('24h') }),
        response: { 200: z.object({ data: Overview }) },
      },
    },
    async ({ caller: { spaceId }, params: { source }, query: { window } }) => {
      await refuseUnknownSource(db, spaceId, source)
      await counter.flush()
      const found = await sourceOverview(db, spaceId, source, window, now())
      return {
        data: {
          from: found.from.toISOString(),
          ...wire(found),
          types: found.types.map(({ type, ...counted }) => ({ type, ...wire(counted) })),
          series: found.series.map(({ at, ...steps }) => ({ at: at.toISOString(), ...steps })),
        },
      }
    },
  )
}
