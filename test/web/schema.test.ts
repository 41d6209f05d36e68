import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../support/installation.ts'
import { build, openBrowser, shootTo, violations } from './browser.ts'
import { findChromium, startWorld } from './world.ts'

/* The schema page of a source: what came in by name, opened to its properties, and a switch for each. */
const executablePath = findChromium()

describe.skipIf(!executablePath)('a source’s schema in Chromium', () => {
  let world: Installation
  let close: (() => Promise<void>) | undefined
  let page: Page
  let complaints: readonly string[] = []

  beforeAll(async () => {
    build()
    world = await startWorld()
    ;({ page, close, complaints } = await openBrowser(executablePath ?? ''))
  })
  afterAll(() => close?.())
  const shoot = shootTo(() => page)

  it('SRC-06 shows what a source sent, and opens an event to its properties with their frequent values', async () => {
    const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
    await page.goto(`${world.url}/sources/${sources[0]?.id}?tab=schema`)
    await page.getByRole('button', { name: 'Order Completed', exact: true }).click()
    await page.getByText(/"USD" \d+×/).waitFor()
    await shoot('schema')
    expect(await violations(page)).toEqual([])
  })

  it('SRC-07 SRC-10 an event is switched off, archived and found in the archive, and traits have their own switches', async () => {
    await page.getByRole('button', { name: 'Switch off Order Completed' }).click()
    await page.getByRole('button', { name: 'Archive Order Completed' }).click()
    await page.getByText('Nothing came yet.').waitFor()
    await page.getByLabel('Archived or not').selectOption('yes')
    await page.getByRole('button', { name: 'Switch on Order Completed' }).waitFor()
    await page.getByLabel('Archived or not').selectOption('')
    await page.getByLabel('Show').selectOption('identify')
    await page.getByRole('button', { name: 'Switch off plan' }).click()
    await page.getByRole('button', { name: 'Switch on plan' }).waitFor()
    await shoot('schema-traits')
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
