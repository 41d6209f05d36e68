import { expect, it } from 'vitest'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* Names that nobody chose with a screen in mind: 300 letters without a space, from a program. */
const LONG = 'E'.repeat(300)

inChromium('names without end', {}, ({ world, page, shoot, onPhone, onDesktop }) => {
  it('every page of a source, its plan and its people is as wide as a phone', async () => {
    await world.track([
      { type: 'identify', userId: LONG, messageId: 'M'.repeat(100), traits: { name: LONG, [LONG]: LONG } },
      { type: 'track', userId: LONG, event: LONG, properties: { [LONG]: LONG } },
    ])
    const inferred = { sourceId: 'src_shop', window: '7d', name: LONG.slice(0, 100) }
    const { trackingPlan } = await world.call<{ trackingPlan: { id: string } }>('POST', '/tracking-plans/inferences', inferred)
    const { profiles } = await world.call<{ profiles: readonly { id: string }[] }>('GET', `/profiles?search=${LONG}`)
    await onPhone()
    for (const path of [
      'sources',
      'sources/src_shop',
      'sources/src_shop?tab=schema',
      'tracking-plans',
      `tracking-plans/${trackingPlan.id}`,
      'people',
      `people/${profiles[0]?.id}`,
    ]) {
      await page.goto(`${world.url}/${path}`)
      await page.getByText('EEEEEE').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390)
    }
    await shoot('phone-long-person')
    await onDesktop()
  })

  it('a link to the last tab shows it, where there is no room for all of them', async () => {
    await onPhone()
    await page.goto(`${world.url}/sources/src_shop?tab=settings`)
    const tab = page.getByRole('tab', { name: 'Settings' })
    await tab.waitFor()
    await until('it to be in view', async () => {
      const { x, width } = (await tab.boundingBox()) ?? { x: Number.NaN, width: 0 }
      return x >= 0 && x + width <= 390
    })
    await onDesktop()
  })
})
