import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/*
 * The main job in a real browser, as a marketer does it: overview, a new audience with its live count, why somebody is in it, the journey it
 * feeds, the person, the mail. The console is silent and no request fails. Pictures of each screen are kept for somebody to look at.
 */

/** Every page that can be reached without naming a thing that a test must make first. */
const PLACES = [
  '',
  'audiences',
  'audiences/new',
  'audiences/repeat_buyers',
  'computed-traits',
  'computed-traits/new',
  'journeys',
  'journeys/thank_you?view=canvas',
  'journeys/thank_you?view=list&step=wait',
  'journeys/thank_you?view=refusals',
  'people',
  'messages',
  'templates',
  'sources',
  'settings',
  'mailbox',
]

inChromium('the app', {}, ({ world, page, shoot, heading, accessible, onPhone, onDesktop }) => {
  const go = (name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click()

  it('tells today in one sentence, and moves by itself', async () => {
    await page.goto(world.url)
    await heading('4 messages to 4 people from 1 journey in 24 hours; nothing needs you.')
    await page.getByText(/events\/s/).waitFor()
    await page.getByRole('link', { name: /8 people/ }).waitFor()
    await shoot('overview')
  })

  it('makes an audience from a sentence, counted while it is written', async () => {
    await go('Audiences')
    await heading(/^1 audience, 5 changes in 24 hours; all of them up to date\.$/)
    await page.getByRole('button', { name: 'New audience' }).click()
    await heading('Say whom you mean.')
    await page.getByRole('button', { name: /^Did Order Completed at least twice$/ }).click()
    const count = page.getByTestId('live-count')
    await count.filter({ hasText: /^5$/ }).waitFor()
    await page.getByRole('button', { name: 'have a trait' }).click()
    await page.getByRole('combobox', { name: 'Trait' }).fill('pl')
    await page.getByRole('option', { name: /^plan/ }).click()
    await page.getByRole('combobox', { name: 'Value' }).fill('pro')
    await count.filter({ hasText: /^2$/ }).waitFor()
    await shoot('audience-builder')
    await page.getByRole('button', { name: 'AND', exact: true }).click()
    await count.filter({ hasText: /^7$/ }).waitFor()
    await page.getByRole('button', { name: 'OR', exact: true }).click()
    await page.getByLabel('Name').fill('Loyal pros')
    await page.getByRole('button', { name: 'Save audience' }).click()
    await heading(/^2 people, 2 more than yesterday; exact /)
    await page.getByRole('link', { name: 'Bo Lindqvist' }).waitFor()
    await shoot('audience')
  })

  it('says why somebody is in it, and why somebody is not', async () => {
    await page.getByRole('tab', { name: 'Why' }).click()
    await page.getByLabel('Test a person').last().fill('Bo L')
    await page.getByRole('button', { name: /Bo Lindqvist/ }).click()
    await page.getByText('is in this audience, because:').waitFor()
    await page.getByText('2 found, asked for 2').waitFor()
    await shoot('audience-explained')
    await page.getByLabel('Test a person').last().fill('Ann')
    await page.getByRole('button', { name: /Ann Reyes/ }).click()
    await page.getByText('is not in this audience, because:').waitFor()
    await page.getByText('it is free, asked for pro').waitFor()
  })

  it('PRE-06 shows how it is evaluated: the query, its plan, how long it took', async () => {
    await page.getByRole('tab', { name: 'Evaluation' }).click()
    await page.getByText(/^select [\s\S]*from profile p/).waitFor()
    await page
      .getByText(/\d ms$/)
      .first()
      .waitFor()
    await page.getByRole('heading', { name: 'The plan' }).waitFor()
    await shoot('audience-evaluation')
    await page.getByRole('button', { name: 'Run it and measure' }).click()
    await page.getByText(/Execution Time/).waitFor()
  })

  it('reads out a condition that it has no words to write, and keeps it', async () => {
    await go('Audiences')
    await page.getByRole('button', { name: 'New audience' }).click()
    await page.getByRole('tab', { name: 'JSON' }).click()
    const count = { kind: 'count' }
    const soon = { name: 'Refund', betweenParent: ['1 hour', '2 hours'] }
    const refunded = { type: 'event', event: soon, measure: count, compare: { operator: 'equals', value: 0 } }
    const event = { name: 'Order Completed', where: refunded }
    const conditions = [
      { type: 'event', event, measure: count, compare: { operator: 'at_least', value: 3 } },
      { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'FREE', ignoreCase: true } },
    ]
    await page.getByLabel('The condition as JSON').fill(JSON.stringify({ type: 'and', conditions }))
    await page.getByTestId('live-count').filter({ hasText: /^1$/ }).waitFor()
    await page.getByRole('tab', { name: 'Sentence' }).click()
    const cards = page.locator('.builder .group')
    await cards.getByText('(and then did not do “Refund” between 1 hour and 2 hours after it)').waitFor()
    await cards.getByText('“plan” is “FREE” (in any case)').waitFor()
    await page.getByTestId('live-count').filter({ hasText: /^1$/ }).waitFor()
    await shoot('audience-read-out')
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('shows the journey with everybody in it, as a canvas and as a list', async () => {
    await go('Journeys')
    await page.getByRole('link', { name: 'Thank you' }).click()
    await heading('5 runs in flight, 5 entered in 24 hours; 0 completed, 0 left early.')
    const wait = page.locator('[data-step="wait"]')
    await wait.filter({ hasText: '5 here now' }).waitFor()
    await page.getByText('Everyone else').first().waitFor()
    await shoot('journey')
    await wait.click()
    await page.getByRole('link', { name: 'Ann Reyes' }).waitFor()
    expect(page.url()).toContain('step=wait')
    await page.getByRole('button', { name: 'List' }).click()
    await page.getByRole('button', { name: /Wait 2 days/ }).waitFor()
    await page.getByRole('link', { name: 'Bo Lindqvist' }).click()
    await heading(/On the way, goes on in 2 days/)
    await page.getByText('not sent', { exact: false }).or(page.getByText('skipped')).first().waitFor()
    await shoot('run')
  })

  it('says what pausing does before it is done, and lets it be', async () => {
    await page.goBack()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Nobody enters any more. The 5 runs in flight go on to the end as planned.').waitFor()
    await page.getByRole('button', { name: 'Not now' }).click()
  })

  it('tells a person’s whole story in one line of time', async () => {
    await go('People')
    await page.getByLabel('Search people').fill('Ann')
    await page.getByRole('link', { name: 'Ann Reyes' }).click()
    await heading(/^Ann Reyes: .* subscribed on 1 address/)
    for (const line of [
      'Entered audience “Repeat buyers”',
      'Entered journey “Thank you”',
      /Email “.*” was sent/,
      'Order Completed',
    ])
      await page.getByText(line).first().waitFor()
    await shoot('person')
    await page.getByRole('button', { name: 'Messages' }).click()
    await page.getByText('Entered journey “Thank you”').waitFor({ state: 'detached' })
    expect(page.url()).toContain('kinds=message')
  })

  it('gives every message its reason, and shows what arrived', async () => {
    await go('Messages')
    await page.getByRole('button', { name: 'skipped' }).click()
    await page.getByRole('link', { name: 'Bo Lindqvist' }).waitFor()
    await page
      .getByText(/Not sent/)
      .first()
      .waitFor()
    await shoot('messages')
    await go('Mailbox')
    await heading('4 messages caught here; nothing leaves this machine.')
    await page.frameLocator('iframe.letter').locator('body').filter({ hasText: /\w/ }).waitFor()
    await shoot('mailbox')
  })

  it('finds everything by name from the keyboard', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Find anything' }).fill('loyal')
    await page.getByRole('option', { name: /Loyal pros/ }).waitFor()
    await page.keyboard.press('Enter')
    await heading(/^2 people/)
  })

  it('fits a phone, in the dark', async () => {
    await onPhone()
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const path of [
      '',
      'audiences',
      'audiences/repeat_buyers',
      'audiences/new',
      'journeys/thank_you',
      'people',
      'messages',
      'mailbox',
    ]) {
      await page.goto(`${world.url}/${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('load')
      const wider = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(wider, `${path || 'overview'} is wider than the phone`).toBe(0)
      await shoot(`phone-${path.replaceAll('/', '-') || 'overview'}`)
    }
  })

  it('is open to everybody: axe finds nothing serious on any page, light and dark', async () => {
    await onDesktop()
    const person = `people/${encodeURIComponent('email:ann.reyes@example.com')}`
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of [...PLACES, person]) {
        await page.goto(`${world.url}/${path}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await accessible()
      }
    }
  }, 180_000)
})
