import * as z from 'zod'
import { between, type Counted, lastOf, sourceOverview, WINDOWS, type Window } from '../../ingest/source-overview.ts'
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
  until: z.string(),
  steps: Steps,
  change: Change.meta({ description: 'Per cent more than in the window before; null where there was nothing then' }),
  types: z.array(z.object({ type: z.string(), steps: Steps, change: Change })),
  series: z.array(Steps.extend({ at: z.string() })),
})

const names = Object.keys(WINDOWS) as [Window, ...Window[]]
const Instant = z.iso.datetime({ offset: true, error: 'is no instant like 2026-01-31T12:00:00Z' })
const Asked = z
  .object({
    window: z.enum(names).default('24h').meta({ description: 'Ends now; not asked where `from` is said' }),
    from: Instant.optional().meta({ description: 'Begins a window of your own, within the last 14 days' }),
    to: Instant.optional().meta({ description: 'Its end, not part of it; now where it is left out' }),
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, {
    path: ['from'],
    message: 'is missing: `to` alone is no window',
  })
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
        querystring: Asked,
        response: { 200: z.object({ data: Overview }) },
      },
    },
    async ({ caller: { spaceId }, params: { source }, query: { window, from, to } }) => {
      await refuseUnknownSource(db, spaceId, source)
      await counter.flush()
      const found = await sourceOverview(
        db,
        spaceId,
        source,
        from === undefined ? lastOf(window, now()) : between(new Date(from), to === undefined ? now() : new Date(to), now()),
      )
      return {
        data: {
          from: found.from.toISOString(),
          until: found.until.toISOString(),
          ...wire(found),
          types: found.types.map(({ type, ...counted }) => ({ type, ...wire(counted) })),
          series: found.series.map(({ at, ...steps }) => ({ at: at.toISOString(), ...steps })),
        },
      }
    },
  )
}
