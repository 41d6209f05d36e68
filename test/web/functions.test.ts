import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Code of one's own at a source: made, tried, saved, deployed, connected, changed, compared, restored. */
inChromium('functions', { refused: [422] }, async (app) => {
  const { world, page, press, heading, bothThemes, accessible, wholeOnPhones } = app
  const { sources } = await world.call<{ sources: readonly { id: string; name: string; writeKeys: readonly string[] }[] }>(
    'GET',
    '/sources',
  )
  const [source] = sources
  const code = () => page.getByLabel('Code', { exact: true })
  const path = (): string => new URL(page.url()).pathname.slice(1)
  const CODE = `async function onTrack(event, settings) {
  console.log('saw', event.event)
  if (event.event === 'Noise') throw new DropEvent('only noise')
  event.properties = { ...event.properties, total: 2, shop: settings.shop }
  return event
}`

  it('is made with code that leaves everything as it is', async () => {
    await page.goto(`${world.url}/functions`)
    await heading('No function: events are stored as they come.')
    await bothThemes('functions-empty')
    await page.getByLabel('Name').fill('Tidy orders')
    await press('Make it')
    await heading('Tidy orders: saved, and not deployed.')
    expect(await code().inputValue()).toContain('async function onTrack')
  })

  it('is tried on events before it is saved: what goes on, what it logged, and why one is dropped', async () => {
    await code().fill(CODE)
    await press('Try it')
    await page.getByText('onTrack changes it. This goes on:').waitFor()
    await page.getByText('changed properties.total').waitFor()
    await page.getByLabel('What it logged').filter({ hasText: 'saw Order Completed' }).waitFor()
    await bothThemes('function-tried')
    await page.getByLabel('An event, or a list of them').fill('[{"type":"track","event":"Noise"},{"type":"page","name":"P"}]')
    await press('Try it')
    await page.getByText('onTrack drops it: only noise.').waitFor()
    await page.getByText('onPage: Unsupported Event Type: there is no onPage').waitFor()
  })

  it('FUN-13 says where code is wrong, is saved, and is live when it is deployed', async () => {
    await code().fill('function onTrack(event) {\n  return event +\n}')
    await press('Save')
    await page.getByRole('alert').filter({ hasText: 'line 3, column 1' }).waitFor()
    await code().fill(CODE)
    await press('Ask for a setting')
    await page.getByLabel('Name of setting 1').fill('shop')
    await page.getByLabel('shop required').check()
    await press('Save and deploy')
    await heading('Tidy orders runs at no source.')
  })

  it('FUN-11 is connected to a source with its settings, and runs there', async () => {
    await page.getByLabel('Another source').selectOption(source?.id ?? '')
    await press(/^Run it on what/)
    await page.getByRole('alert').filter({ hasText: 'settings.shop' }).waitFor()
    await page.getByLabel('shop *').fill('web')
    await press(/^Run it on what/)
    await heading('Tidy orders runs at 1 source.')
    await press(/^Settings at/)
    await page.getByLabel(/^Seconds that one event may take/).fill('10')
    await press('Save the settings')
    await page.getByText('at most 10 s for one event').waitFor()
    await press(/^Settings at/)
    await bothThemes('function-connected')
    const answer = await fetch(`${world.url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ writeKey: source?.writeKeys[0], userId: 'u', event: 'Noise', messageId: 'noise of the test' }),
    })
    expect(await answer.json()).toMatchObject({ results: [{ status: 'dropped', code: 'DROP_EVENT' }] })
  })

  it('FUN-14 compares versions and restores one', async () => {
    await code().fill(CODE.replace('total: 2', 'total: 3'))
    await press('Save')
    await heading(/without what was saved last/)
    await page.getByRole('button', { name: 'Compare' }).first().click()
    await page.getByLabel('What differs from it in the latest version').filter({ hasText: 'total: 3' }).waitFor()
    await bothThemes('function-versions')
    await press('Restore version 2')
    await page.getByText('restored from version 2').waitFor()
    expect(await code().inputValue()).toContain('total: 2')
  })

  it('is whole on a phone, and is deleted with what it was', async () => {
    const own = path()
    await wholeOnPhones({ functions: 'functions', function: own })
    await page.goto(`${world.url}/${own}`)
    await press('Delete')
    await page.getByText('What 1 source sends is stored as it comes from then on.').waitFor()
    await accessible('[role=dialog]')
    await press('Delete it')
    await heading('No function: events are stored as they come.')
  })
})
