import * as z from 'zod'
import { alertOf, type ListedAlert, listAlerts } from '../../alert/alert.ts'
import { type AlertSetting, alertSettingOf, writeAlertSetting } from '../../alert/setting.ts'
import { type AlertBody, alertBody, postAlert, refuseNobodys } from '../../alert/tell.ts'
import { Refused, Unavailable } from '../../base/errors.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['alert']
const Alert = z
  .object({
    id: z.string(),
    kind: z.enum(['volume_drop', 'volume_surge', 'violations']),
    source: z.object({ id: z.string(), name: z.string() }),
    openedAt: z.string(),
    closedAt: z.string().nullable().meta({ description: 'Since when it is over' }),
    events: z.array(
      z.object({
        type: z.string(),
        name: z.string(),
        count: z.number().meta({ description: 'Of the last hour that was looked at' }),
        expected: z.number().optional().meta({ description: 'What the same hour of the last four weeks had' }),
        fields: z.array(z.string()),
        lastAt: z.string(),
        closedAt: z.string().optional(),
      }),
    ),
    told: z.enum(['nobody', 'waiting', 'sent', 'failed']),
    toldAt: z.string().nullable(),
    toldError: z.string().nullable(),
  })
  .meta({ id: 'Alert' })

const shown = (alert: ListedAlert): z.infer<typeof Alert> => ({
  ...alertBody(alert),
  told: alert.told,
  toldAt: alert.told_at?.toISOString() ?? null,
  toldError: alert.told_error,
})

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/alerts',
    {
      schema: {
        tags,
        summary: 'What went wrong at the sources, the newest first: volumes that dropped or surged, plans that are broken',
        params: SpaceParams,
        querystring: z.object({ status: z.enum(['open', 'all']).default('all') }),
        response: { 200: z.object({ data: z.object({ alerts: z.array(Alert) }) }) },
      },
    },
    async ({ caller, query }) => ({
      data: { alerts: (await listAlerts(db, caller.spaceId, query.status === 'open')).map(shown) },
    }),
  )
  app.get(
    '/spaces/:space/alerts/:id',
    {
      schema: {
        tags,
        summary: 'One alert',
        params: SpaceParams.extend({ id: z.uuid() }),
        response: { 200: z.object({ data: z.object({ alert: Alert }) }) },
      },
    },
    async ({ caller, params }) => ({ data: { alert: shown(await alertOf(db, caller.spaceId, params.id)) } }),
  )
}

const Setting = z
  .object({
    volume: z.boolean(),
    violations: z.boolean(),
    url: z.string().nullable(),
    secret: z.string().meta({ description: 'Signs what is posted: `usher-signature: t=…,v1=<hex HMAC-SHA256 of "t.body">`' }),
  })
  .meta({ id: 'AlertSetting' })
const Url = z.url({ protocol: /^https?$/, error: 'is no address: write https://…' }).max(2_000)
const One = z.object({ data: z.object({ settings: Setting }) })
const settingOf = ({ volume, violations, url, secret }: AlertSetting) => ({ volume, violations, url, secret })

const setting = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/alert-settings',
    { schema: { tags, summary: 'What the space hears of, and where', params: SpaceParams, response: { 200: One } } },
    async ({ caller }) => ({ data: { settings: settingOf(await alertSettingOf(door.db, caller.spaceId)) } }),
  )
  app.patch(
    '/spaces/:space/alert-settings',
    {
      schema: {
        tags,
        summary: 'Change it; `url: null` tells nobody, `newSecret` signs with another secret from now on',
        params: SpaceParams,
        body: z.strictObject({
          volume: z.boolean().optional(),
          violations: z.boolean().optional(),
          url: Url.nullable().optional(),
          newSecret: z.literal(true).optional(),
        }),
        response: { 200: One },
      },
    },
    async ({ caller, body: { newSecret, volume, violations, url } }) => {
      if (url) refuseNobodys(url)
      const there = await alertSettingOf(door.db, caller.spaceId)
      const secret = newSecret || there.secret === '' ? `whs_${Buffer.from(door.random(24)).toString('hex')}` : there.secret
      const wanted: AlertSetting = {
        volume: volume ?? there.volume,
        violations: violations ?? there.violations,
        url: url === undefined ? there.url : url,
        secret,
      }
      await writeAlertSetting(door.db, { spaceId: caller.spaceId, by: caller.name, now: door.now() }, wanted)
      return { data: { settings: wanted } }
    },
  )
}

const SAMPLE: AlertBody = {
  id: '00000000-0000-8000-8000-000000000000',
  kind: 'volume_drop',
  source: { id: 'src_sample', name: 'A sample' },
  openedAt: '2026-01-01T00:00:00.000Z',
  closedAt: null,
  events: [{ type: 'track', name: 'Order Completed', count: 90, expected: 200, fields: [], lastAt: '2026-01-01T00:00:00.000Z' }],
}

const trying = (app: App, { db, now }: Door): void => {
  app.post(
    '/spaces/:space/alert-settings/tests',
    {
      schema: {
        tags,
        summary: 'Post a sample alert, signed like a real one, and say what came back',
        params: SpaceParams,
        response: { 200: z.object({ data: z.object({ taken: z.boolean(), message: z.string() }) }) },
      },
    },
    async ({ caller: { spaceId } }) => {
      const { url, secret } = await alertSettingOf(db, spaceId)
      if (url === null) throw new Refused('no_url', 'There is no address to post alerts to: set one first.')
      try {
        await postAlert(url, secret, spaceId, SAMPLE, now())
        return { data: { taken: true, message: `${new URL(url).host} took it` } }
      } catch (error) {
        if (error instanceof Refused || error instanceof Unavailable) return { data: { taken: false, message: error.message } }
        throw error
      }
    },
  )
}

/** `/spaces/:space/alerts` and where they are posted (spec/connections §1.8). */
export const alertRoutes: Route = (app, door) => {
  reading(app, door)
  setting(app, door)
  trying(app, door)
}
