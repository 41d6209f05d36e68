import { it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* The schema page of a source: what came in by name, opened to its properties, and a switch for each. */

inChromium('a source’s schema', {}, ({ world, page, shoot, accessible }) => {
  it('SRC-06 shows what a source sent, and opens an event to its properties with their frequent values', async () => {
    const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
    await page.goto(`${world.url}/sources/${sources[0]?.id}?tab=schema`)
    await page.getByRole('button', { name: 'Order Completed', exact: true }).click()
    await page.getByText(/"USD" \d+×/).waitFor()
    await shoot('schema')
    await accessible()
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
    await accessible()
  })
})
