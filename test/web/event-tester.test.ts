import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* Somebody who wires an app up tries a call before its users do: what it would do, and, sent, that it did so. */
const AT = '/sources/src_shop?tab=test'

inChromium('the event tester', { refused: [422] }, ({ world, page, shoot, accessible, onPhone, onDesktop }) => {
  const write = (call: object) => page.getByLabel('As it would travel').fill(JSON.stringify(call, null, 2))
  const attempt = () => page.getByRole('button', { name: 'See what it would do' }).click()
  const section = (name: string) => page.getByRole('region', { name })

  it('event tester: shows every effect of a call and stores nothing, then sends it and follows what happens', async () => {
    await page.goto(`${world.url}${AT}`)
    await page.getByText('Write a call, or choose one').waitFor()
    await shoot('event-tester-empty')
    await accessible()
    // The sixth of the world bought once: one more order makes a repeat buyer, who is thanked.
    await write({
      type: 'track',
      userId: 'u6',
      event: 'Order Completed',
      properties: { revenue: 80, currency: 'USD' },
      context: { traits: { phone: '+43 660 1234567' } },
    })
    await attempt()
    await section('Audiences').getByText('Enters Repeat buyers').waitFor()
    await section('Journeys').getByText('Starts Thank you').waitFor()
    await section('Who it is about').getByText('Is about the profile Farid Haddad').waitFor()
    await section('Who it is about').getByText('Attaches phone +436601234567').waitFor()
    await page.getByText('nothing was stored').waitFor()
    await shoot('event-tester')
    await accessible()
    const { audience } = await world.call<{ audience: { size: { count: number } } }>('GET', '/audiences/repeat_buyers')
    expect(audience.size.count).toBe(5)
    await page.getByRole('button', { name: 'Send it for real' }).click()
    await page.getByText('It was sent, and it is stored.').waitFor()
    await section('Audiences').getByText('happened', { exact: true }).waitFor()
    await section('Journeys').getByText('happened', { exact: true }).waitFor()
    expect(await page.getByText('not yet').count()).toBe(0)
    await shoot('event-tester-sent')
    await accessible()
  })

  it('event tester: says why a call is not taken and what to do, in the dark, too', async () => {
    await page.goto(`${world.url}${AT}`)
    await write({ type: 'track', userId: 'u1', properties: { total: 5 } })
    await attempt()
    await page.getByText('Is not taken: event_not_defined').waitFor()
    await page.getByText('name what happened').waitFor()
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.evaluate("document.documentElement.setAttribute('data-mantine-color-scheme', 'dark')")
    await shoot('event-tester-refused-dark')
    await accessible()
    await page.getByLabel('As it would travel').fill('{')
    await page.getByText('This is no JSON object.').waitFor()
    expect(await page.getByRole('button', { name: 'See what it would do' }).isDisabled()).toBe(true)
    await page.emulateMedia({ colorScheme: 'light' })
  })

  it('event tester: a call of the debugger is tried again as a new one', async () => {
    await world.track([{ type: 'track', userId: 'u1', event: 'Cart Viewed', messageId: 'cart-1', properties: { items: 2 } }])
    await page.goto(`${world.url}/sources/src_shop`)
    await page.getByRole('button', { name: 'track Cart Viewed' }).click()
    await page.getByRole('link', { name: 'Try it again' }).click()
    const text = await until('the call to be there', async () => {
      const there = await page.getByLabel('As it would travel').inputValue()
      return there.includes('Cart Viewed') && there
    })
    expect(JSON.parse(text)).toEqual({ type: 'track', userId: 'u1', event: 'Cart Viewed', properties: { items: 2 } })
    await attempt()
    await page.getByText('Is stored as “Cart Viewed” (track)').waitFor()
    await onPhone()
    await shoot('event-tester-phone')
    await accessible()
  })

  it('SRC-02 the overview of a source says what its calls came to, step by step', async () => {
    await onDesktop()
    const call = { type: 'track', userId: 'u1', event: 'Order Completed', messageId: 'twice' }
    await world.track([call, call, { type: 'track', userId: 'u1' }, { ...call, messageId: 'not', integrations: { All: false } }])
    await page.goto(`${world.url}/sources/src_shop?tab=overview`)
    await page.getByText('is failed, filtered and eligible together').waitFor()
    const { steps } = await world.call<{ steps: Record<string, number> }>('GET', '/sources/src_shop/overview')
    expect(steps['received']).toBe((steps['failed'] ?? 0) + (steps['filtered'] ?? 0) + (steps['eligible'] ?? 0))
    expect(steps).toMatchObject({ failed: 1, filtered: 1, duplicate: 1 })
    await page.getByText('1 more came before').waitFor()
    await shoot('source-overview')
    await accessible()
    await page.goto(`${world.url}/sources`)
    await page.getByText('last call').first().waitFor()
    await shoot('sources-list')
    await accessible()
  })

  it('SRC-19 an app is made, a source is connected to it, and refuses its bare write key', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await page.goto(`${world.url}/oauth-apps`)
    await page.getByText('No program proves who it is yet.').waitFor()
    await page.getByLabel('Name').fill('Shop server')
    await page.getByLabel('Public key, PEM').fill('nonsense')
    await page.getByRole('button', { name: 'Make the app' }).click()
    await page.getByText('is no public key in PEM').waitFor()
    await page.getByLabel('Public key, PEM').fill(publicKey.export({ type: 'spki', format: 'pem' }).toString())
    await page.getByRole('button', { name: 'Make the app' }).click()
    await page.getByText('1 program can prove who it is.').waitFor()
    await shoot('oauth-apps')
    // The refused key above is what the console speaks of.
    await page.goto(`${world.url}/sources/src_shop?tab=settings`)
    await page.getByLabel('OAuth app').selectOption({ label: 'Shop server' })
    await page.getByRole('button', { name: 'Refuse the bare write key' }).click()
    await page.getByText('A write key alone lets nothing in').waitFor()
    await shoot('source-oauth')
    await accessible()
    await page.getByRole('button', { name: 'Let the write key in again' }).click()
    await page.getByText('A write key alone still lets calls in').waitFor()
  })
})
