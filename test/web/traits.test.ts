import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Traits, as a marketer makes and reads them: a computed trait from a sentence, whose values they are, an edit, a refusal, its end. */

inChromium('traits', { refused: [404, 409, 422] }, ({ world, page, shoot, heading, wholeOnPhones }) => {
  it('makes a computed trait from a sentence, with its values while it is written', async () => {
    await page.goto(`${world.url}/computed-traits`)
    await heading('No computed trait yet.')
    await shoot('traits-empty')
    await page.getByRole('button', { name: 'New computed trait' }).first().click()
    await page.getByRole('combobox', { name: 'Event' }).fill('Order')
    await page.getByRole('option', { name: /Order Completed/ }).click()
    const count = page.getByTestId('live-count')
    await count.filter({ hasText: /^8$/ }).waitFor()
    await page.getByRole('combobox', { name: 'Measure', exact: true }).selectOption('sum')
    await page.getByRole('combobox', { name: 'Measured property' }).fill('revenue')
    await page.getByText(/on average, from 25 to 90/).waitFor()
    await page.getByRole('button', { name: '+ where…' }).click()
    await page.getByRole('combobox', { name: 'Property', exact: true }).fill('revenue')
    await page.getByRole('combobox', { name: 'Comparison' }).selectOption('at_least')
    await page.getByRole('combobox', { name: 'Value' }).fill('30')
    await count.filter({ hasText: /^5$/ }).waitFor()
    await page.getByLabel('Name').fill('Spent on larger orders')
    await shoot('trait-builder')
    await page.getByRole('button', { name: 'Save trait' }).click()
    await heading(/^5 people have it, .* on average, from 30 to 65; exact /)
    await page.getByRole('link', { name: 'Ann Reyes' }).waitFor()
    await shoot('trait')
  })

  it('opens the people behind a bar', async () => {
    await page.getByRole('link', { name: /^65/ }).click()
    await page.getByRole('link', { name: 'Bo Lindqvist' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Ann Reyes' }).waitFor()
    expect(page.url()).toContain('value=65')
    await page.getByRole('button', { name: '65' }).click()
    await page.getByRole('link', { name: 'Bo Lindqvist' }).waitFor()
  })

  it.each([
    ['count', undefined],
    ['average', '27.5'],
    ['min', '25'],
    ['max', '35'],
    ['most_frequent', 'USD'],
    ['first', 'USD'],
    ['last', 'USD'],
    ['unique', 'USD'],
    ['unique_count', '1'],
  ])('writes %s, of which the first value is %s', async (kind, value) => {
    await page.goto(`${world.url}/computed-traits/new`)
    await page.getByRole('combobox', { name: 'Event' }).fill('Order Completed')
    await page.getByRole('combobox', { name: 'Measure', exact: true }).selectOption(kind)
    if (value !== undefined) {
      const property = /USD|^1$/.test(value) ? 'currency' : 'revenue'
      await page.getByRole('combobox', { name: 'Measured property' }).fill(property)
      await page.locator('.builder-side .value').filter({ hasText: value }).first().waitFor()
    }
    await page
      .getByTestId('live-count')
      .filter({ hasText: /^[58]$/ })
      .waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('CTR-10 says beside the window that a session is too short, and CTR-14 what an edit may not change', async () => {
    await page.goto(`${world.url}/computed-traits/new`)
    await page.getByRole('combobox', { name: 'Event' }).fill('Order Completed')
    await page.getByRole('combobox', { name: 'When' }).selectOption('session')
    await page.getByRole('spinbutton', { name: 'Session: how many' }).fill('29')
    await page
      .getByRole('alert')
      .filter({ hasText: '29 minutes is no pause between sessions: write 30 minutes to 90 days' })
      .waitFor()
    await shoot('trait-refused')
    await page.getByRole('spinbutton', { name: 'Session: how many' }).fill('45')
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByLabel('Name').fill('Spent on larger orders')
    await page.getByRole('button', { name: 'Save trait' }).click()
    await page.getByText(/The key "spent_on_larger_orders" is or was used/).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.goto(`${world.url}/computed-traits/spent_on_larger_orders/edit`)
    await page.getByRole('combobox', { name: 'When' }).selectOption('within')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText(/is real-time for life/).waitFor()
  })

  it('says what an edit does to the values that are there, and shows the versions', async () => {
    await page.goto(`${world.url}/computed-traits/spent_on_larger_orders/edit`)
    await page.getByRole('combobox', { name: 'Value' }).fill('35')
    await page.getByText('5 values change').waitFor()
    await shoot('trait-edit')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await heading(/^1 person has it, always 35; exact /)
    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.locator('ins.word-added').first().waitFor()
    await page.getByRole('button', { name: 'What would restoring it do?' }).click()
    await page.getByText('5 values change').waitFor()
    await shoot('trait-versions')
  })

  it('shows the drift that the look at everybody found', async () => {
    await page.getByRole('button', { name: 'Compute now' }).click()
    await page.getByRole('tab', { name: 'Evaluation' }).click()
    await page.getByText('none: every kept value was what it should be').waitFor({ timeout: 30_000 })
    await shoot('trait-evaluation')
    await page.goto(`${world.url}/computed-traits`)
    await heading('1 computed trait; all of them up to date.')
    await page.getByText('none', { exact: true }).waitFor()
    await shoot('traits')
  })

  it('is not deleted while something uses it, and then says what stays', async () => {
    const condition = { type: 'trait', path: 'spent_on_larger_orders', compare: { operator: 'at_least', value: 50 } }
    await world.call('POST', '/audiences', { name: 'Spenders', definition: { condition } })
    await page.goto(`${world.url}/computed-traits/spent_on_larger_orders`)
    await page.getByRole('link', { name: 'Spenders' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('It is used. Take it out there first:').waitFor()
    expect(await page.getByRole('button', { name: 'Delete it' }).isDisabled()).toBe(true)
    await shoot('trait-used')
    await world.call('PATCH', '/audiences/spenders', { enabled: false })
    await world.call('DELETE', '/audiences/spenders')
    await page.goto(`${world.url}/computed-traits/spent_on_larger_orders`)
    await page.getByText('Nothing asks for it yet').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText(/stays on 1 person as a custom trait/).waitFor()
    await page.getByRole('button', { name: 'Not now' }).click()
  })

  it('is whole on a phone, and axe finds nothing serious, light and dark', async () => {
    await wholeOnPhones({
      'computed-traits': 'computed-traits',
      'computed-trait': 'computed-traits/spent_on_larger_orders',
      'computed-trait-new': 'computed-traits/new',
    })
  })

  it('deletes it, and the list is empty again', async () => {
    await page.goto(`${world.url}/computed-traits/spent_on_larger_orders`)
    await page.getByText('Nothing asks for it yet').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await heading('No computed trait yet.')
  })
})
