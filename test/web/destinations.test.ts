import { expect, it } from 'vitest'
import { startFake } from '../support/fakes/http.ts'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* Where calls go: a destination is made, mapped, switched on, filtered, tried and deleted, and each call says what became of it. */

type Mapping = { readonly name: string; readonly enabled: boolean; readonly trigger: string; readonly settings: object }

inChromium('destinations', { refused: [422] }, async (app) => {
  const { world, page, shoot, heading, press, accessible, bothThemes, wholeOnPhones } = app
  let mended = false
  const tool = await startFake(({ path, body }) =>
    path === '/broken' || (body.includes('Refused Order') && !mended)
      ? { status: 400, body: { error: 'we do not know this order' } }
      : { status: 200, body: { taken: true } },
  )
  const id = (): string => /destinations\/([^?]+)/.exec(page.url())?.[1] ?? ''
  const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click()
  const mappings = async () =>
    (await world.call<{ mappings: readonly Mapping[] }>('GET', `/destinations/${id()}/mappings`)).mappings
  const order = (event: string, messageId: string) => ({
    ...{ type: 'track', userId: 'u1', event, messageId },
    properties: { revenue: 42, card: '4111' },
  })

  it('has a page in the left side that says what to do where there is none', async () => {
    await page.goto(world.url)
    await page.getByRole('link', { name: 'Destinations', exact: true }).click()
    await heading('No destination: what comes in stays in Usher.')
    await page.getByText('A destination hands calls on to another tool').waitFor()
    await bothThemes('destinations-empty')
  })

  it('makes one from a tool’s settings, whose presets are mappings that are off', async () => {
    await page.getByLabel('Tool').selectOption('Customer.io (Actions)')
    await page.getByLabel('Site ID').waitFor()
    await page.getByLabel('Region').waitFor()
    await press('Make the destination')
    await page.getByRole('alert').first().waitFor()
    await shoot('destination-new-wrong')
    await accessible()
    await page.getByLabel('Tool').selectOption('Webhooks (Actions)')
    await page.getByText('It comes with 1 mapping, switched off').waitFor()
    await page.getByLabel('Name').fill('Warehouse hook')
    const secret = page.getByLabel('Shared Secret', { exact: true })
    await secret.fill('between us')
    expect(await secret.getAttribute('type')).toBe('password')
    await bothThemes('destination-new')
    await press('Make the destination')
    await heading('Warehouse hook: no mapping is on: it gets nothing yet.')
    await page.getByText('Send for every call').waitFor()
    expect((await mappings()).map(({ enabled }) => enabled)).toEqual([false])
    await bothThemes('destination-mappings')
  })

  it('says what is wrong with a mapping where it is wrong', async () => {
    await press('Switch on Send every call')
    await page.getByRole('alert').filter({ hasText: 'URL is missing' }).waitFor()
    await press('Add a mapping')
    const form = page.getByRole('form', { name: 'A new mapping' })
    await form.getByLabel('Name', { exact: true }).fill('Orders')
    const trigger = form.getByLabel('For which calls')
    await trigger.fill('type = "track" and event = ')
    await form.getByRole('alert').filter({ hasText: 'ends too early' }).waitFor()
    await shoot('destination-trigger-wrong')
    await trigger.fill('type = "track" and event in ["Order Paid", "Refused Order"] and properties.revenue > 10')
    await form.getByText('This is track calls where the event is one of “Order Paid”, “Refused Order” and').waitFor()
    await form.getByLabel('URL', { exact: true }).fill(`${tool.url}/hook`)
    await form.getByText('That is the whole call.').waitFor()
    await form.getByLabel('How Headers is filled').selectOption('key by key')
    await form.getByLabel('Key 1 of Headers', { exact: true }).fill('a/b')
    await form.getByLabel('Value of a/b in Headers', { exact: true }).fill('$.userId')
    await form.getByRole('button', { name: 'Make the mapping' }).click()
    await form.getByRole('alert').filter({ hasText: 'a name has no "/"' }).waitFor()
    await shoot('destination-field-wrong')
    await form.getByLabel('Key 1 of Headers', { exact: true }).fill('x-person')
  })

  it('makes a mapping with fields from the call, values and texts, and switches it on', async () => {
    const form = page.getByRole('form', { name: 'A new mapping' })
    await form.getByLabel('How Data is filled').selectOption('key by key')
    await form.getByLabel('Key 1 of Data', { exact: true }).fill('total')
    await form.getByLabel('Value of total in Data', { exact: true }).fill('$.properties.revenue')
    await press('A key of Data')
    await form.getByLabel('Key 2 of Data', { exact: true }).fill('greeting')
    await form.getByLabel('How greeting in Data is filled').selectOption('a text with {{parts}}')
    await form.getByLabel('Value of greeting in Data', { exact: true }).fill('Order of {{userId}}: {{event}}')
    await bothThemes('destination-mapping-form')
    await form.getByRole('button', { name: 'Make the mapping' }).click()
    await form.waitFor({ state: 'detached' })
    expect((await mappings())[1]).toMatchObject({
      enabled: false,
      settings: {
        url: `${tool.url}/hook`,
        method: 'POST',
        headers: { 'x-person': { '@path': '$.userId' } },
        data: {
          total: { '@path': '$.properties.revenue' },
          greeting: { '@template': 'Order of {{userId}}: {{event}}' },
        },
      },
    })
    await press('Switch on Orders')
    await heading('Warehouse hook: nothing came in 24 hours.')
  })

  it('shows a call that was delivered with request and response, and one that failed with its reason', async () => {
    await tab('Deliveries')
    await page.getByText('Nothing came yet').waitFor()
    await accessible()
    await world.track([order('Order Paid', 'm-paid'), order('Refused Order', 'm-refused'), order('Other', 'm-other')])
    const list = page.getByRole('list', { name: 'Deliveries' })
    await list.getByText('Delivered').waitFor()
    await list.getByText('Failed').waitFor()
    await list.getByText('No mapping is about such a call').waitFor()
    await shoot('destination-deliveries')
    await page.getByRole('button', { name: 'Order Paid' }).click()
    await page.getByText('"greeting": "Order of u1: Order Paid"').waitFor()
    await page.getByText('"taken": true').waitFor()
    await page.getByText('Attempt 1 by Orders').waitFor()
    await bothThemes('destination-delivered')
    await page.getByLabel('Of one call').fill('m-refused')
    await page.getByRole('button', { name: 'Refused Order' }).click()
    await page.getByText('The tool says that the request is wrong').first().waitFor()
    await page.getByText('we do not know this order').first().waitFor()
    await bothThemes('destination-failed')
    await heading('Warehouse hook: 1 call failed in 24 hours.')
    await page.getByLabel('Of one call').fill('')
    await page.getByRole('button', { name: 'Other', exact: true }).waitFor()
    await world.track([order('Order Paid', 'm-later')])
    await press('1 new')
    await until('it to be shown', async () => (await page.getByRole('button', { name: 'Order Paid' }).count()) === 2)
    await page.getByRole('button', { name: /Find anything/ }).click()
    await page.getByRole('dialog', { name: 'Find anything' }).getByText('Warehouse hook').click()
    await page.goto(`${world.url}/destinations/${id()}?tab=deliveries&status=filtered`)
    await page.getByText('No such call').waitFor()
  })

  it('keeps calls back and leaves properties out by filters that were tried first', async () => {
    await tab('Filters')
    await page.getByText('No filter: it gets every call of its source').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('No cards')
    await page.getByLabel('Condition', { exact: true }).fill('event ! "x"')
    await page.getByRole('alert').filter({ hasText: 'character' }).waitFor()
    await page.getByLabel('Condition', { exact: true }).fill('type = "track"')
    await page.getByText('This is track calls.').waitFor()
    await page.getByLabel('Then').selectOption('send it without some properties')
    await page.getByLabel('Left out').fill('properties.revenue, properties.currency')
    await press('Try it')
    await page.getByText('This is what would be sent:').waitFor()
    await bothThemes('destination-filters')
    await press('Filter from now on')
    await page.getByText('Track calls are sent without properties.revenue, properties.currency.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('A tenth')
    await page.getByLabel('When').selectOption('any call comes')
    await page.getByLabel('Then').selectOption('send only some of them')
    await press('Filter from now on')
    await page.getByText('All calls are sent in 10 % of cases.').waitFor()
    await press('Edit A tenth')
    await page.getByLabel('Then').selectOption('do not send it')
    await press('Try it')
    await page.getByText('This call would not be sent.').waitFor()
    await press('Save the filter')
    await page.getByText('All calls are not sent.').waitFor()
    await accessible()
    for (const name of ['No cards', 'A tenth']) {
      await press(`Switch off ${name}`)
      await press(`Delete ${name}`)
    }
    await page.getByText('No filter: it gets every call of its source').waitFor()
  })

  it('MAP-20 sends a test call and shows what the tool answered to each mapping', async () => {
    await tab('Test')
    await page.getByRole('button', { name: 'Identify', exact: true }).click()
    await press('Send it to Webhooks (Actions)')
    await page.getByText('No trigger of a mapping fits the call.').waitFor()
    await page.getByLabel('As it would travel').fill(JSON.stringify(order('Order Paid', 'm-test')))
    const before = tool.calls.length
    await press('Send it to Webhooks (Actions)')
    await page.getByText('1 mapping fits this call.').waitFor()
    await page.getByText('The tool took it').waitFor()
    expect(tool.calls.length).toBe(before + 1)
    await bothThemes('destination-test')
  })

  it('SRC-15 sends what failed again, after saying how many calls that is', async () => {
    mended = true
    await page.goto(`${world.url}/destinations/${id()}?tab=deliveries&status=failed`)
    await page.getByRole('link', { name: 'send what failed again' }).click()
    await page.getByText('Nothing was sent again yet').waitFor()
    expect(await page.getByLabel('Send', { exact: true }).inputValue()).toBe('failed')
    await page.getByLabel('Until').fill('2031-01-01T00:00')
    await press('See how many')
    await page.getByRole('alert').filter({ hasText: 'not in the past' }).waitFor()
    await page.getByLabel('Until').fill('')
    await press('See how many')
    await page.getByText('1 call would go to Webhooks (Actions) again').waitFor()
    await bothThemes('destination-replay')
    await press('Send 1 call again')
    await page.getByText('1 of 1 call: 1 delivered').waitFor()
    await page.getByText('Done').waitFor()
  })

  it('pauses, resumes and cancels a replay', async () => {
    const path = `/destinations/${id()}`
    const made = { name: 'Completed', actionId: 'send', enabled: true, trigger: 'event = "Order Completed"' }
    const { mapping } = await world.call<{ mapping: { id: string } }>('POST', `${path}/mappings`, {
      ...made,
      settings: { url: tool.url },
    })
    await world.call('PATCH', path, { ratePerSecond: 1 })
    await page.getByLabel('Send', { exact: true }).selectOption('all')
    await page.getByLabel('From').fill(new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 16))
    await page.getByLabel('Only events named').fill('Order Completed')
    await press('See how many')
    await press('Send 14 calls again')
    await page.getByText('Under way').waitFor()
    await press('Pause')
    await page.getByText('Paused').waitFor()
    await bothThemes('destination-replay-paused')
    await press('Resume')
    await page.getByText('Under way').waitFor()
    await press('Cancel')
    await page.getByText('Cancelled').waitFor()
    await world.call('PATCH', path, { ratePerSecond: null })
    await world.call('DELETE', `${path}/mappings/${mapping.id}`)
  })

  it('duplicates a mapping, edits the copy, and deletes it', async () => {
    await tab('Mappings')
    await press('Duplicate Orders')
    const form = page.getByRole('form', { name: 'The mapping Copy of Orders' })
    expect(await form.getByLabel('Value of greeting in Data', { exact: true }).inputValue()).toBe(
      'Order of {{userId}}: {{event}}',
    )
    await form.getByLabel('URL', { exact: true }).fill(`${tool.url}/broken`)
    await press('Save the mapping')
    await press('Delete Copy of Orders')
    await page.getByText('cannot be brought back').waitFor()
    await shoot('destination-mapping-delete')
    await press('Delete the mapping')
    await until('it to be gone', async () => (await mappings()).length === 2)
  })

  it('keeps an event from a tool on the page of its source', async () => {
    const destination = id()
    const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
    const source = sources[0]?.id ?? ''
    await page.goto(`${world.url}/sources/${source}?tab=schema`)
    const box = page.getByLabel('Order Paid goes to Webhooks (Actions)', { exact: true })
    expect(await box.isChecked()).toBe(true)
    await box.uncheck()
    await until('the switch', async () => {
      const { integrationFilters } = await world.call<{ integrationFilters: readonly object[] }>(
        'GET',
        `/sources/${source}/integration-filters`,
      )
      return integrationFilters.length === 1
    })
    await bothThemes('source-schema-tools')
    await world.track([order('Order Paid', 'm-kept')])
    const kept = async () => {
      const path = `/destinations/${destination}/deliveries?messageId=m-kept`
      const { deliveries } = await world.call<{ deliveries: readonly { status: string }[] }>('GET', path)
      return deliveries[0]?.status === 'filtered'
    }
    await until('the call to be kept back', kept)
    await tab('Destinations')
    await page.getByRole('link', { name: 'Warehouse hook' }).waitFor()
    await bothThemes('source-destinations')
    await page.goto(`${world.url}/destinations`)
    await heading('Warehouse hook: calls failed in 24 hours.')
    await page.getByText('sends the calls of Shop to Webhooks (Actions)').waitFor()
    await page.getByText('last error').waitFor()
    await bothThemes('destinations')
    await wholeOnPhones({
      destinations: 'destinations',
      'destination-mappings': `destinations/${destination}`,
      'destination-filters': `destinations/${destination}?tab=filters`,
      'destination-deliveries': `destinations/${destination}?tab=deliveries`,
      'destination-test': `destinations/${destination}?tab=test`,
      'destination-replay': `destinations/${destination}?tab=replay`,
      'destination-settings': `destinations/${destination}?tab=settings`,
      'source-schema-tools': `sources/${source}?tab=schema`,
    })
    await page.goto(`${world.url}/destinations/${destination}?tab=settings`)
  })

  it('renames it, switches it off, never shows its secret, and deletes it saying what is lost', async () => {
    const secret = page.getByLabel('Shared Secret', { exact: true })
    expect([await secret.inputValue(), await secret.getAttribute('placeholder')]).toEqual([
      '',
      'Kept; type another one to change it',
    ])
    await page.getByLabel('Name', { exact: true }).fill('Store hook')
    await page.getByLabel('Minutes for which it is tried again').fill('20000')
    await press('Save the settings')
    await page.getByRole('alert').first().waitFor()
    await page.getByLabel('Minutes for which it is tried again').fill('20')
    await press('Save the settings')
    await page.getByText('Saved: it holds from the next call on.').waitFor()
    await heading(/^Store hook:/)
    await press('Switch it off')
    await heading('Store hook: switched off: it gets nothing.')
    await bothThemes('destination-settings')
    await press('Delete the destination…')
    await page.getByText('Lost for good: its settings and keys').waitFor()
    await shoot('destination-delete')
    await accessible()
    await press('Delete it for good')
    await heading('No destination: what comes in stays in Usher.')
  })
})
