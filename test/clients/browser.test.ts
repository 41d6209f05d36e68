import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { freePort } from '../../src/dev/port.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import { eventsOf } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { startPart } from '../support/parts.ts'
import { until } from '../support/wait.ts'
import { findChromium } from '../web/browser.ts'
import { type Door, openDoor, type Passed } from './door.ts'
import { LOADERS, openSite, partOf, serveSite } from './site.ts'

/*
 * Segment's SDK for browsers as npm has it, in Chromium, at `usher api` as production runs it: from a site of another origin, and from one that
 * hands what is Usher's on to it. The door between them has its troubles.
 */

const executablePath = findChromium()
if (!executablePath) console.log('skipped: no page is driven, because no chromium was found; `apt install chromium` brings one')
const BATCHING = {
  integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 4, timeout: 300 } } } },
}

const NAMES = ['Order Completed', 'Page Viewed', 'alias', 'group', 'identify']
const CALLS = `
  analytics.page('Docs', 'Home')
  analytics.identify('u1', { email: 'ada@example.com' })
  analytics.track('Order Completed', { revenue: 42.5, products: [{ sku: 'a' }] })
  analytics.group('acme', { employees: 12 })
  analytics.alias('u2')`

const SEGMENT = 'https://cdn.segment.com'
/** Usher as pages of the world see it. */
const SECURE = 'https://events.example'

declare const analytics: { readonly track: (event: string) => Promise<{ readonly event: { readonly integrations: object } }> }
declare const told: readonly string[]

describe.skipIf(!executablePath)('@segment/analytics-next in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-clients-'))
  let usher: string
  let door: Door
  let site: string
  let context: BrowserContext
  let script = ''
  let asked: string[] = []
  let database: Awaited<ReturnType<typeof freshDatabase>>

  beforeAll(async () => {
    atEnd(() => rmSync(folder, { recursive: true, force: true }))
    database = await freshDatabase()
    const port = await freePort()
    usher = `http://127.0.0.1:${port}`
    door = await openDoor(
      usher,
      serveSite(() => script),
    )
    atEnd(door.close)
    const elsewhere = await openSite(() => script)
    atEnd(elsewhere.close)
    site = elsewhere.url
    const api = await startPart('api', { DATABASE_URL: database.url, USHER_PORT: String(port), USHER_PUBLIC_URL: door.url })
    atEnd(api.stop)
    context = await chromium.launchPersistentContext(folder, {
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
    atEnd(() => context.close())
    // Where the script from npm has its parts, unless a site bundles them.
    await context.route(`${SEGMENT}/analytics-next/bundles/**`, (route) => route.fulfill({ path: partOf(route.request().url()) }))
    await context.route(`${SECURE}/**`, async (route) =>
      route.fulfill({ response: await route.fetch({ url: route.request().url().replace(SECURE, door.url) }) }),
    )
    context.on('request', (request) => asked.push(request.url()))
  })

  const makeSource = async (name: string): Promise<{ spaceId: string; writeKey: string; call: ReturnType<typeof callerOf> }> => {
    const [spaceId, now] = [`spa_${name}`, new Date()]
    await createSpace(database.db, { id: spaceId, slug: name, name }, now)
    await createSource(database.db, { spaceId, id: 'src', name, kind: 'web', writeKey: `key_${name}` }, now)
    await createToken(database.db, { spaceId, name: 'test', secret: `token_${name}` }, now)
    return { spaceId, writeKey: `key_${name}`, call: callerOf(spaceId, `token_${name}`) }
  }
  const callerOf =
    (spaceId: string, token: string) =>
    async (method: string, path: string, body?: object): Promise<ReturnType<typeof JSON.parse>> => {
      const answer = await fetch(`${usher}/spaces/${spaceId}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
      return ((await answer.json()) as { data: unknown }).data
    }
  /** A page of the site, with whatever it complains of. */
  const open = async (url: string): Promise<{ page: Page; broke: readonly string[] }> => {
    const page = await context.newPage()
    const broke: string[] = []
    page.on('pageerror', (error) => broke.push(error.message))
    await page.goto(url)
    return { page, broke }
  }
  const shown = async (spaceId: string) =>
    (await eventsOf(database.db, spaceId)).toSorted((a, b) => a['timestamp'] - b['timestamp'] || (a['name'] < b['name'] ? -1 : 1))
  const waitFor = (spaceId: string, names: readonly string[]) =>
    until(`${names.join(', ')} in ${spaceId}`, async () => {
      const events = await shown(spaceId)
      return events.length >= names.length && events
    })
  /** Clears storage that pages of one origin share. */
  const forget = async (): Promise<void> => {
    for (const page of context.pages()) if (page.url().startsWith('http')) await page.close()
    door.calm()
  }
  it.each([
    ['a script from npm on a site of another origin', 'module', {}, ['/v1/a', '/v1/g', '/v1/i', '/v1/p', '/v1/t']],
    ['a script from npm on a site of another origin, in batches', 'module', BATCHING, ['/v1/b']],
    ["Segment's snippet on a site that hands on what is Usher's", 'snippet', {}, ['/v1/a', '/v1/g', '/v1/i', '/v1/p', '/v1/t']],
    ["Segment's snippet, in batches", 'snippet', BATCHING, ['/v1/b']],
  ] as const)(
    'SRC-12 G13 %s: loads with our settings, and what is refused or lost comes again and is there once',
    async (what, loader, options, paths) => {
      const name = `${loader}_${paths.length}`
      const { spaceId, writeKey } = await makeSource(name)
      const at = loader === 'module' ? site : door.url
      script = LOADERS[loader]({ writeKey, cdn: door.url, options, calls: CALLS })
      const from = door.passed.length
      door.trouble(['too many', 'away', 'lost', 'lost', 'too many'])
      const { broke } = await open(at)
      const events = await waitFor(spaceId, NAMES)
      const passed = (): readonly Passed[] => door.passed.slice(from)
      // Until the last answer that was lost has been asked for again.
      await until('nothing is on its way', async () => {
        const done = new Set(passed().flatMap(({ status, messageIds }) => (status === 200 ? messageIds : [])))
        return passed().every(({ messageIds }) => messageIds.every((id) => done.has(id)))
      })
      expect(broke, what).toEqual([])
      expect(events.map((event) => event['name']).toSorted()).toEqual(NAMES)
      expect((await shown(spaceId)).length).toBe(NAMES.length)
      expect([...new Set(passed().map(({ path }) => path))].toSorted()).toEqual(paths)
      expect(
        events.every((event) => event['context'].library.name === 'analytics.js' && event['context'].page.url.startsWith(at)),
      ).toBe(true)
      expect(events.find((event) => event['name'] === 'Order Completed')).toMatchObject({
        properties: { revenue: 42.5, products: [{ sku: 'a' }] },
      })
      // The page may read how long it is to wait, and does; in batches the SDK's own clock may ring before.
      const refused = must(
        passed().find(({ status }) => status === 429),
        'a refusal',
      )
      const again = must(
        passed().find(({ at: when, messageIds }) => when > refused.at && messageIds[0] === refused.messageIds[0]),
        'it again',
      )
      if (options !== BATCHING) expect(again.at - refused.at).toBeGreaterThanOrEqual(990)
      await forget()
    },
  )

  it.each(['http', 'https'] as const)(
    "SRC-12 Segment's snippet, in which only the host is another, at an address of %s: what was called before it came and after is there once",
    async (scheme) => {
      const { spaceId, writeKey } = await makeSource(`snippet_${scheme}`)
      const cdn = scheme === 'http' ? door.url : SECURE
      asked = []
      script = LOADERS.snippet({ writeKey, cdn, options: {}, calls: CALLS.slice(0, CALLS.indexOf('analytics.group')) })
      const { page, broke } = await open(`${site}/?ajs_event=Clicked`)
      await waitFor(spaceId, ['Clicked', 'Order Completed', 'Page Viewed', 'identify'])
      await page.evaluate(() => analytics.track('Later'))
      const events = await waitFor(spaceId, ['Clicked', 'Later', 'Order Completed', 'Page Viewed', 'identify'])
      expect(events.map((event) => event['name']).toSorted()).toEqual([
        'Clicked',
        'Later',
        'Order Completed',
        'Page Viewed',
        'identify',
      ])
      expect([broke, asked.filter((url) => url.startsWith(SEGMENT))]).toEqual([[], []])
      await forget()
    },
  )

  it('SRC-12 G13 what Usher could not take while a page was open is sent by the next page, once', async () => {
    const { spaceId, writeKey } = await makeSource('closed')
    const use = { writeKey, cdn: door.url, options: {}, calls: CALLS }
    script = LOADERS.module(use)
    door.trouble(Array(50).fill('away'))
    const first = await open(site)
    await until(
      'a refusal',
      async () =>
        door.passed.filter(({ headers }) => headers.authorization === `Basic ${btoa(`${writeKey}:`)}`).length >= NAMES.length,
    )
    await first.page.close({ runBeforeUnload: true })
    door.calm()
    expect(await shown(spaceId)).toEqual([])
    script = LOADERS.module({ ...use, calls: '' })
    const { broke } = await open(site)
    await waitFor(spaceId, NAMES)
    expect((await shown(spaceId)).map((event) => event['name']).toSorted()).toEqual(NAMES)
    expect(broke).toEqual([])
    await forget()
  })

  it('SRC-07 SRC-13 an event that is blocked, by a plan or by its switch, goes to no tool in the page, comes to us and is counted as blocked', async () => {
    const { spaceId, writeKey, call } = await makeSource('blocked')
    await call('PATCH', '/sources/src/switches', { type: 'track', name: 'Noise', enabled: false })
    const planned = await makeSource('planned')
    const { trackingPlan } = await planned.call('POST', '/tracking-plans', { name: 'Shop', type: 'LIVE' })
    const rule = { type: 'TRACK', key: 'Sound', version: 1, jsonSchema: { type: 'object' } }
    await planned.call('PATCH', `/tracking-plans/${trackingPlan.id}/rules`, { rules: [rule] })
    await planned.call('POST', `/tracking-plans/${trackingPlan.id}/sources`, { sourceId: 'src' })
    await planned.call('PATCH', '/sources/src/settings', { track: { allowUnplannedEvents: false } })
    for (const [space, key, code, ask] of [
      [spaceId, writeKey, 'event_setting', call],
      [planned.spaceId, planned.writeKey, 'unplanned', planned.call],
    ] as const) {
      script = LOADERS.tool({ writeKey: key, cdn: door.url, options: {}, calls: '' })
      const { page } = await open(site)
      const integrations = await page.evaluate(async () => {
        const sent: Record<string, object> = {}
        for (const event of ['Noise', 'Sound']) sent[event] = (await analytics.track(event)).event.integrations
        return sent
      })
      expect(integrations).toEqual({ Noise: { Tool: true, All: false, 'Segment.io': true }, Sound: { Tool: true } })
      expect(await page.evaluate(() => told)).toEqual(['Sound'])
      await waitFor(space, ['Sound'])
      const drops = await until('the drop', async () => {
        const { drops: found } = await ask('GET', '/sources/src/drops')
        return found.length > 0 && found
      })
      expect(drops).toEqual([expect.objectContaining({ code, count: 1 })])
      expect((await shown(space)).map((event) => event['name'])).toEqual(['Sound'])
      await page.close()
    }
  })
})
