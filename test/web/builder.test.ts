import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* Writing and changing an audience, as a marketer does it: several values, what must follow, as text, and two people who edit the same. */

inChromium('the builder of audiences', { refused: [409, 503] }, ({ world, page, shoot, heading, accessible, bothThemes }) => {
  const count = page.getByTestId('live-count')
  const counts = (n: number) => count.filter({ hasText: new RegExp(`^${n}$`) }).waitFor()
  const box = (name: string, of: Locator | typeof page = page) => of.getByRole('combobox', { name, exact: true })
  const settled = () =>
    until('the edit to be in', async () => {
      const { audience } = await world.call<{ audience: { status: string } }>('GET', '/audiences/repeat_buyers')
      return audience.status === 'Live'
    })
  const queryOf = async (): Promise<string> => {
    const { audience } = await world.call<{ audience: { definition: { query: string } } }>('GET', '/audiences/repeat_buyers')
    return audience.definition.query
  }

  it('asks for another value with an empty field, takes Enter for what was typed, and forgets what is left empty', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('button', { name: 'have a trait' }).click()
    await box('Trait').fill('plan')
    await box('Comparison').selectOption('one_of')
    await box('Value 1').fill('pr')
    await page.getByRole('option', { name: 'pro' }).waitFor()
    await page.keyboard.press('Enter')
    expect(await box('Value 1').inputValue()).toBe('pr')
    await counts(0)
    await box('Value 1').fill('pro')
    await counts(4)
    await page.getByRole('button', { name: '+ or' }).click()
    await page.getByText('Something in the sentence is still missing.').waitFor()
    await page.keyboard.type('fr')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await box('Value 2').inputValue()).toBe('free')
    await counts(8)
    await page.getByRole('button', { name: '+ or' }).click()
    await page.getByLabel('Name').click()
    await box('Value 3').waitFor({ state: 'detached' })
    await counts(8)
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('AUD-17 CND-08 writes what must follow an event, and not', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('button', { name: 'did or did not do something' }).click()
    await box('Event').fill('Order Completed')
    await page.getByRole('button', { name: '+ and then…' }).click()
    await box('Event after it').fill('Order Completed')
    // Everybody's last order has none after it.
    await counts(8)
    await box('Followed by or not').selectOption('yes')
    await counts(5)
    await box('How soon after').selectOption('within')
    await page.getByLabel('After: how many').fill('2')
    await page.getByRole('button', { name: '+ where…' }).first().click()
    await box('Property').fill('revenue')
    await box('Comparison').selectOption('at_least')
    await box('Value').fill('30')
    await counts(1)
    await page.getByText(/\(and then did “Order Completed” where “revenue” is at least 30, within 2 days of it\)/).waitFor()
    await bothThemes('builder-funnel')
  })

  it('shows it as a query and reads one, and says where one is wrong', async () => {
    await page.getByRole('tab', { name: 'Query' }).click()
    const query = page.getByLabel('The condition as a query')
    expect(await query.inputValue()).toBe(
      "event('Order Completed').where(event('Order Completed').where(property('revenue') >= 30).within(parent: 2 days).count() >= 1).count() >= 1",
    )
    await query.fill("trait('repeat_buyers') = true AND trait('plan'")
    await page.getByRole('alert').filter({ hasText: 'found the end, expected ")"' }).waitFor()
    await page.getByText('What is written cannot be read yet.').waitFor()
    await shoot('builder-query-wrong')
    await accessible('main')
    await query.fill("trait('repeat_buyers') = true AND trait('plan') = 'pro'")
    await counts(2)
    await page.getByRole('tab', { name: 'Sentence' }).click()
    await box('Audience').waitFor()
    expect(await box('Audience').inputValue()).toBe('repeat_buyers')
  })

  it('refuses JSON that is no condition, and does not keep it', async () => {
    await page.getByRole('tab', { name: 'JSON' }).click()
    await page.getByLabel('The condition as JSON').fill('{ "type": "and" }')
    await page.getByRole('alert').filter({ hasText: 'conditions' }).waitFor()
    await page.goto(`${world.url}/audiences/new`)
    await counts(2)
    const place = await page.evaluate(`Object.keys(localStorage).find((key) => key.startsWith('usher.audience.draft'))`)
    // Each space has a draft of its own.
    expect(place).toBe('usher.audience.draft.spa_shop.new')
    await page.evaluate(`localStorage.setItem('${place}', '{"draft":{"name":"Broken","condition":{"type":"and"}}}')`)
    await page.reload()
    await heading('Say whom you mean.')
  })

  it('AUD-17 says whom an edit brings in and takes out, and does not write over what somebody else saved meanwhile', async () => {
    await page.goto(`${world.url}/audiences/repeat_buyers/edit`)
    await counts(5)
    await page.getByLabel('Amount').fill('3')
    await page.getByTestId('effect').filter({ hasText: '0 people enter, 4 exit, 1 stays.' }).waitFor()
    await shoot('audience-edit')
    await accessible('main')
    // Whoever is called away finds it as it was left.
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.goto(`${world.url}/audiences/repeat_buyers/edit`)
    await page.getByText('You wrote this before and did not save it.').waitFor()
    await counts(1)
    await world.call('PATCH', '/audiences/repeat_buyers', { definition: { query: "event('Order Completed').count() >= 1" } })
    await settled()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText(/was changed meanwhile: version 2/).waitFor()
    await shoot('audience-edit-late')
    await accessible('main')
    expect(await queryOf()).toBe("event('Order Completed').count() >= 1")
    await page.getByRole('button', { name: 'Save mine all the same' }).click()
    await heading(/^1 person/)
    expect(await queryOf()).toBe("event('Order Completed').count() >= 3")
  })

  it('keeps what was written when the API is away, and says so', async () => {
    await settled()
    await page.goto(`${world.url}/audiences/repeat_buyers/edit`)
    await counts(1)
    expect(await page.getByText('You wrote this before').count()).toBe(0)
    await page.getByLabel('Name').fill('Best buyers')
    await page.route('**/audiences/aud_*', (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({
            status: 503,
            json: { error: { code: 'database', message: 'The database is away. Try again in a minute.' } },
          })
        : route.continue(),
    )
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('alert').filter({ hasText: 'It was not saved' }).filter({ hasText: 'Try again in a minute.' }).waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Best buyers')
    await page.unroute('**/audiences/aud_*')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Best buyers').first().waitFor()
  })
})
