import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Accounts, as a marketer who sells to companies: which there are, who belongs to one, an audience of them. */

const group = (userId: string, groupId: string, traits: object) => ({
  ...{ type: 'group', userId, groupId, traits, messageId: `${userId} in ${groupId}` },
})

inChromium('accounts', {}, async ({ world, page, shoot, heading, accessible, wholeOnPhones }) => {
  // Ann and Grace are of Acme, Hugo of Globex; Initech has nobody who ordered twice.
  await world.track([
    group('u1', 'acme', { name: 'Acme', industry: 'tnt' }),
    group('u7', 'acme', { name: 'Acme' }),
    group('u8', 'globex', { name: 'Globex', industry: 'power' }),
  ])

  it('lists accounts, and shows one with its traits and people', async () => {
    await page.goto(`${world.url}/people`)
    await page.getByRole('link', { name: 'Accounts' }).click()
    await heading('2 accounts, with 3 people.')
    await shoot('accounts')
    await page.getByRole('link', { name: 'Acme' }).click()
    await heading('Acme: 2 people, in 0 audiences.')
    await page.getByText('industry').waitFor()
    await page.getByRole('link', { name: 'Grace Kim' }).waitFor()
    await page.getByRole('link', { name: 'Ann Reyes' }).click()
    await page.getByRole('heading', { name: 'Belongs to' }).waitFor()
    await page.getByRole('link', { name: 'Acme' }).waitFor()
    await shoot('person-of-account')
  })

  it('ACC-01 makes an audience of accounts: any, every or no user', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('combobox', { name: 'About whom' }).selectOption('ACCOUNTS')
    await page.getByRole('button', { name: 'have users who did something' }).click()
    await page.getByRole('combobox', { name: 'Event' }).fill('Order Completed')
    await page.getByRole('spinbutton', { name: 'Amount' }).fill('2')
    const count = page.getByTestId('live-count')
    const quantity = page.getByRole('combobox', { name: 'How many users' })
    await count.filter({ hasText: /^1$/ }).waitFor()
    await page.locator('.builder-side').getByRole('link', { name: 'Acme' }).waitFor()
    await quantity.selectOption('all')
    await count.filter({ hasText: /^0$/ }).waitFor()
    await quantity.selectOption('none')
    await page.locator('.builder-side').getByRole('link', { name: 'Globex' }).waitFor()
    await count.filter({ hasText: /^1$/ }).waitFor()
    await quantity.selectOption('any')
    await page.locator('.builder-side').getByRole('link', { name: 'Acme' }).waitFor()
    await page.getByRole('button', { name: 'have a trait' }).last().click()
    await page.getByRole('combobox', { name: 'Trait' }).fill('industry')
    await page.getByRole('combobox', { name: 'Value' }).fill('tnt')
    await count.filter({ hasText: /^1$/ }).waitFor()
    await shoot('audience-of-accounts-builder')
    await page.getByLabel('Name').fill('Busy companies')
    await page.getByRole('button', { name: 'Save audience' }).click()
    await heading(/^1 account, 1 more than yesterday; exact /)
    await page.getByRole('link', { name: 'Why?' }).click()
    await page.getByText('Acme is in this audience, because:').waitFor()
    await page.getByRole('link', { name: 'Acme' }).click()
    await heading('Acme: 2 people, in 1 audience.')
    await page.getByRole('link', { name: 'Busy companies' }).waitFor()
    await shoot('account')
  })

  it('opens a saved audience of accounts as it was written', async () => {
    await page.goto(`${world.url}/audiences/busy_companies/edit`)
    await page.getByRole('combobox', { name: 'How many users' }).waitFor()
    expect(await page.getByRole('combobox', { name: 'About whom' }).count()).toBe(0)
    await page.getByTestId('live-count').filter({ hasText: /^1$/ }).waitFor()
    await page.getByRole('combobox', { name: 'How many users' }).selectOption('none')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await heading(/^0 accounts/)
    await page
      .getByText(/none of whose users did “Order Completed” at least twice/)
      .first()
      .waitFor()
  })

  it('CSV-01 offers what is known of accounts as the columns of a file of them', async () => {
    await page.goto(`${world.url}/audiences/busy_companies?tab=export`)
    await page.getByRole('group', { name: 'Traits', exact: true }).getByLabel('industry').check()
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(['key', 'group_id', 'industry'])
    expect(await page.getByRole('group', { name: 'Traits', exact: true }).getByLabel('plan').count()).toBe(0)
    await page.getByText(/^0 accounts, as they are at the last evaluation/).waitFor()
    await shoot('audience-of-accounts-export')
  })

  it('CTR-11 CTR-12 makes a computed trait of accounts, of the most active user', async () => {
    await page.goto(`${world.url}/computed-traits/new`)
    await page.getByRole('combobox', { name: 'About' }).selectOption('ACCOUNTS')
    await page.getByRole('combobox', { name: 'Event' }).fill('Order Completed')
    await page.locator('.builder-side .value').filter({ hasText: /^4$/ }).waitFor()
    await page.getByRole('combobox', { name: 'Measure', exact: true }).selectOption('most_frequent')
    await page.getByRole('combobox', { name: 'Of what' }).selectOption('user')
    await page.getByRole('combobox', { name: 'Measured property' }).fill('email')
    await page.locator('.builder-side .value').filter({ hasText: 'ann.reyes@example.com' }).waitFor()
    await shoot('trait-of-accounts')
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('CND-05 warns beside a date that a day has no zone, and what is not compared', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('button', { name: 'have a trait' }).click()
    await page.getByRole('combobox', { name: 'Trait' }).fill('birthday')
    await page.getByRole('combobox', { name: 'Comparison' }).selectOption('before_date')
    await page.getByRole('note').filter({ hasText: 'midnight UTC, for a day has no zone' }).waitFor()
    await shoot('date-without-zone')
    await accessible()
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('is whole on a phone, and axe finds nothing serious, light and dark', async () => {
    await wholeOnPhones({
      accounts: 'accounts',
      account: 'accounts/group_id:acme',
      'audience-of-accounts': 'audiences/busy_companies',
      'audience-of-accounts-edit': 'audiences/busy_companies/edit',
    })
  })
})
