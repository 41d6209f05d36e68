import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../support/installation.ts'
import { until } from '../support/wait.ts'
import { addAxe, build, openBrowser, shootTo } from './browser.ts'
import { findChromium, startWorld } from './world.ts'

/* What an audience is like as a whole, seen in a browser: whom it shares with others, by what its members can be reached, how its computing goes. */
const executablePath = findChromium()

describe.skipIf(!executablePath)('insight into audiences, in Chromium', () => {
  let world: Installation
  let close: (() => Promise<void>) | undefined
  let page: Page
  let complaints: readonly string[] = []

  beforeAll(async () => {
    build()
    world = await startWorld()
    await world.call('POST', '/audiences', { name: 'Pros', definition: { query: "trait('plan') = 'pro'" } })
    await until('the pros to be live', async () => {
      const { audience } = await world.call<{ audience: { status: string } }>('GET', '/audiences/pros')
      return audience.status === 'Live'
    })
    ;({ page, close, complaints } = await openBrowser(executablePath ?? ''))
  })
  afterAll(() => close?.())

  const shoot = shootTo(() => page)
  const violations = async (where = 'main'): Promise<readonly string[]> => {
    await addAxe(page)
    return page.evaluate(async (within) => {
      type Axe = { run: (within: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      const { violations: found } = await (globalThis as unknown as { axe: Axe }).axe.run(within)
      return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    }, where)
  }

  it('PRE-03 PRE-04 the Insights tab says whom two audiences share, and by what the members are known', async () => {
    await page.goto(`${world.url}/audiences/repeat_buyers`)
    await page.getByRole('tab', { name: 'Insights' }).click()
    await page.getByLabel('Compare with').selectOption({ label: 'Pros' })
    await page.getByTestId('overlap').filter({ hasText: '2 people are in both: 50 % of Pros, 40 % of Repeat buyers.' }).waitFor()
    await page.getByText('user_id').first().waitFor()
    await page.getByText('100 %').first().waitFor()
    expect(page.url()).toContain('with=pros')
    await shoot('audience-insights')
    expect(await violations()).toEqual([])
  })

  it('PRE-04 the builder says whom the sentence shares with an audience, before it is saved', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('button', { name: /^Did Order Completed at least twice$/ }).click()
    await page.getByTestId('live-count').filter({ hasText: /^5$/ }).waitFor()
    await page.getByLabel('Compare with').selectOption({ label: 'Pros' })
    await page.getByTestId('overlap').filter({ hasText: '2 people are in both: 40 % of this sentence, 50 % of Pros.' }).waitFor()
    await shoot('builder-overlap')
    expect(await violations('.builder-side')).toEqual([])
  })

  it('PRE-02 the builder shows about how many with the error at once, then exactly, with identifiers where they are asked for', async () => {
    await world.pool.query(`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
      select 'spa_shop', md5('visitor ' || n)::uuid, jsonb_build_object('plan', case when n % 3 = 0 then 'pro' else 'free' end),
        jsonb_build_object('user_id', jsonb_build_array('visitor ' || n)), now(), now() from generate_series(1, 30000) as n`)
    let letThrough = (): void => {}
    const held = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    // Reading the exact number waits until the estimate was seen.
    await page.route('**/audiences/previews/prv_*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${world.url}/audiences/new?as=json`)
    const condition = { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } }
    await page.getByLabel('The condition as JSON').fill(JSON.stringify(condition))
    await page
      .getByTestId('estimate')
      .filter({ hasText: /^≈ (9|10|11),?\d00 ± [\d,]+00$/ })
      .waitFor()
    await page.getByText(/^people, about .* Counting everybody…$/).waitFor()
    await shoot('builder-estimate')
    expect(await violations('.builder-side')).toEqual([])
    letThrough()
    await page
      .getByTestId('live-count')
      .filter({ hasText: /^10,004$/ })
      .waitFor()
    await page.getByRole('button', { name: 'Count who can be reached by what' }).click()
    await page.getByText('100 %').waitFor()
    await shoot('builder-identifiers')
  })

  it('keeps the console silent', () => {
    expect(complaints).toEqual([])
  })
})
