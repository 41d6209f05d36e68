import { expect, it } from 'vitest'
import { startFake } from '../support/fakes/http.ts'
import { inChromium } from './in-chromium.ts'

/* What destinations are told of an audience and a computed trait: connected, paused, removed on their pages. */

inChromium('connections', {}, async (app) => {
  const { world, page, press, accessible, shoot } = app
  const tool = await startFake(() => ({ status: 200, body: { externalId: 'list 1' } }))
  const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
  const make = (metadataId: string, name: string, settings: object) =>
    world.call('POST', '/destinations', { sourceId: sources[0]?.id, metadataId, name, settings })
  await make('actions-webhook', 'A hook', {})
  await make('actions-webhook-audiences', 'A list', { createAudienceUrl: `${tool.url}/lists`, membersUrl: `${tool.url}/members` })
  await world.call('POST', '/computed-traits', { name: 'Orders made', definition: { query: "event('Order Completed').count()" } })
  const choices = () => page.getByLabel('Destination', { exact: true }).locator('option').allTextContents()

  it('an audience is offered every destination, filled into a list, paused and removed', async () => {
    await page.goto(`${world.url}/audiences/repeat_buyers?tab=destinations`)
    await page.getByText('No destination is told of it').waitFor()
    expect((await choices()).toSorted()).toEqual(['A hook (Webhooks (Actions))', 'A list (Webhook Audiences)'])
    await page.getByLabel('Destination', { exact: true }).selectOption('A list (Webhook Audiences)')
    await press('Connect it')
    await page.getByText('Webhook Audiences, a list').waitFor()
    await page.getByText('live', { exact: true }).last().waitFor()
    await accessible()
    await shoot('connections')
    await press('Pause A list')
    await page.getByRole('button', { name: 'Go on with A list' }).waitFor()
    await press('Remove A list')
    await press('Remove it')
    await page.getByText('No destination is told of it').waitFor()
  })

  it('CTR-17 a computed trait is not offered a tool that keeps lists', async () => {
    await page.goto(`${world.url}/computed-traits/orders_made?tab=destinations`)
    await page.getByText('No destination is told of it').waitFor()
    await page.getByLabel('Destination', { exact: true }).waitFor()
    expect(await choices()).toEqual(['A hook (Webhooks (Actions))'])
    await press('Connect it')
    await page.getByText('No mapping of it is on: it gets nothing yet.').waitFor()
  })
})
