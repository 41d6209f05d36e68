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

  it('keeps the console silent', () => {
    expect(complaints).toEqual([])
  })
})
