import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* One source, as who looks after the data uses it: what comes in, what was not taken and why, its keys; and how a person came together. */
const AT = '/sources/src_shop'

inChromium('a source', {}, ({ world, page, shoot, accessible }) => {
  const track = (event: unknown, rest: object = {}) => world.track([{ type: 'track', userId: 'u1', event, ...rest }])

  it('SRC-03 SRC-04 SRC-05 shows calls as they come; a pause stops the view and not the count', async () => {
    await page.goto(`${world.url}${AT}`)
    await page.getByText('Order Completed').first().waitFor()
    await track('Cart Viewed', { properties: { total: 39.5, items: ['shoes', 'socks'] } })
    await track(5, { properties: { note: 'a number for a name' } })
    await page.getByRole('button', { name: 'track Cart Viewed' }).click()
    await page.getByText("event: 'Cart Viewed'").waitFor()
    await shoot('source-live')
    await accessible()
    await page.getByRole('button', { name: 'Pause' }).click()
    for (const event of ['One', 'Two', 'Three']) await track(event)
    await page.getByText('3 new').waitFor()
    await track('Four')
    await page.getByText('4 new').waitFor()
    expect(await page.getByText('Two', { exact: true }).count()).toBe(0)
    await shoot('source-paused')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('Two', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'not taken' }).click()
    await page.getByText('not taken: Event not string').waitFor()
    expect(await page.getByText('Two', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'not taken' }).click()
    await page.getByLabel('Find in the calls').fill('socks')
    await page.getByRole('button', { name: 'track Cart Viewed' }).waitFor()
    expect(await page.getByText('Two', { exact: true }).count()).toBe(0)
    await shoot('source-found')
    await accessible()
  })

  it('ING-21 shows what was not taken, why, what to do, and an example', async () => {
    await track(undefined)
    await page.goto(`${world.url}${AT}?tab=dropped`)
    await page
      .getByRole('heading', { name: /2 times something was not taken/ })
      .first()
      .waitFor()
    await page.getByText('An example').first().click()
    await shoot('source-dropped')
    await accessible()
  })

  it('SRC-01 changes a write key without loss: adds one, deletes the old one', async () => {
    await page.goto(`${world.url}${AT}?tab=settings`)
    const keys = page.getByRole('list', { name: 'Write keys' })
    await keys.getByText('key_shop').waitFor()
    await page.getByRole('button', { name: 'Add a write key' }).click()
    await page.getByRole('button', { name: 'Delete the write key key_shop' }).waitFor()
    await shoot('source-settings')
    await accessible()
    await page.getByRole('button', { name: 'Delete the write key key_shop' }).click()
    await keys.getByText('key_shop').waitFor({ state: 'detached' })
    expect(await keys.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
  })

  it('a person’s page says which call brought which identifier', async () => {
    const { profiles } = await world.call<{ profiles: readonly { id: string }[] }>('GET', '/profiles?search=ann')
    await page.goto(`${world.url}/people/${profiles[0]?.id}`)
    const known = page.getByText('How they are known')
    await known.waitFor()
    await page.getByText('ann.reyes@example.com').first().waitFor()
    await known.scrollIntoViewIfNeeded()
    await shoot('person-identity')
    await accessible()
  })
})
