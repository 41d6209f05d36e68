import { expect, it } from 'vitest'
import { lastWholeHour } from '../../src/alert/check-volumes.ts'
import type { Installation } from '../support/installation.ts'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* The forms of who looks after the data: a plan's rules, what a source does with what breaks it, libraries, transformations, alerts. */
const HOUR_MS = 3_600_000

type Rule = { readonly key: string; readonly jsonSchema: { readonly properties: { readonly properties: object } } }

// Of an event of which 400 an hour are usual, 90 came in the last hour: the worker finds that by itself, also when the next hour begins before.
const quietHour = async ({ pool }: Installation, source: string): Promise<void> => {
  const week = 168 * HOUR_MS
  const hour = lastWholeHour(new Date()).getTime()
  for (const [at, count] of [
    [hour - 2 * week, 400],
    [hour - week, 400],
    [hour, 90],
  ] as const)
    await pool.query('insert into event_hour values ($1, $2, $3, $4, $5, $6)', [
      'spa_shop',
      new Date(at),
      source,
      'track',
      'Cart Viewed',
      count,
    ])
  await pool.query(
    'insert into alert_check (space_id, hour) values ($1, $2) on conflict (space_id) do update set hour = excluded.hour',
    ['spa_shop', new Date(hour - HOUR_MS)],
  )
}

inChromium('plans, transformations and alerts', { refused: [422] }, async (app) => {
  const { world, page, shoot, heading, press, accessible, bothThemes, onPhone, onDesktop } = app
  const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
  const source = sources[0]?.id ?? ''
  await quietHour(world, source)

  const planId = (): string => /tracking-plans\/([^?]+)/.exec(page.url())?.[1] ?? ''
  const rulesOf = async (id: string) => (await world.call<{ rules: readonly Rule[] }>('GET', `/tracking-plans/${id}/rules`)).rules
  const make = async (name: string, kind: string): Promise<void> => {
    await page.goto(`${world.url}/tracking-plans`)
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('It is').selectOption(kind)
    await press('Make it')
    await heading(new RegExp(name))
  }

  it('writes an event with its properties row by row: types, required, null, permitted values, what lies inside', async () => {
    await make('Web shop', 'LIVE')
    await press('An event')
    await page.getByLabel('Event', { exact: true }).fill('Order Completed')
    const property = async (name: string, kind: string, inside = '') => {
      await page
        .getByLabel(inside ? `Name of another property of ${inside}` : 'Name of another property', { exact: true })
        .fill(name)
      await press(inside ? `Add the property to ${inside}` : 'Add the property')
      await page.getByLabel(`Type of ${inside ? `${inside}.` : ''}${name}`, { exact: true }).selectOption(kind)
    }
    await property('revenue', 'number')
    await page.getByLabel('revenue required').check()
    await property('season', 'string')
    await page.getByLabel('Permitted values of season').selectOption('one of')
    await page.getByLabel('Values of season, with | between them').fill('fall | winter | spring')
    await property('coupon', 'string')
    await page.getByLabel('coupon or null').check()
    await page.getByLabel('Permitted values of coupon').selectOption('pattern')
    await page.getByLabel('Pattern of coupon').fill('^[A-Z]{4}$')
    await property('order', 'object')
    await property('id', 'string', 'order')
    await property('products', 'array')
    await page.getByLabel('Type of products.$', { exact: true }).selectOption('object')
    await property('price', 'number', 'products.$')
    await bothThemes('rule-form')
    await press('Add the rule')
    await page.getByText('coupon string or null, season string, revenue* number').waitFor()
    await heading('Web shop: 1 rule, not connected to any source.')
    const [rule] = await rulesOf(planId())
    expect([rule?.key, rule?.jsonSchema]).toMatchObject([
      'Order Completed',
      {
        required: ['properties'],
        properties: {
          properties: {
            required: ['revenue'],
            properties: {
              revenue: { type: 'number' },
              season: { type: 'string', enum: ['fall', 'winter', 'spring'] },
              coupon: { type: ['string', 'null'], pattern: '^[A-Z]{4}$' },
              order: { type: 'object', properties: { id: { type: 'string' } } },
              products: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } },
            },
          },
        },
      },
    ])
  })

  it('renames an event, edits a rule as JSON Schema, and says why one is refused', async () => {
    await press('Edit Order Completed')
    await page.getByLabel('Event', { exact: true }).fill('Purchased')
    await press('Edit as JSON Schema')
    const text = page.getByLabel('JSON Schema of the whole call')
    const before = await text.inputValue()
    await text.fill(before.replace('"pattern": "^[A-Z]{4}$"', '"pattern": "(?!x)"'))
    await press('Save the rule')
    await page.getByRole('alert').filter({ hasText: 'linear time' }).waitFor()
    await text.fill(before)
    await press('Save the rule')
    await page.getByRole('button', { name: 'Edit Purchased' }).waitFor()
    expect((await rulesOf(planId())).map(({ key }) => key)).toEqual(['Purchased'])
  })

  it('decides what a source does with what is not planned and with what breaks its rule', async () => {
    await page.getByRole('tab', { name: 'Sources' }).click()
    await press('Connect this source')
    await page.getByRole('button', { name: /^Allow, block, leave out at/ }).click()
    await page.getByLabel('An event that is not planned').selectOption('block')
    await page.getByLabel('What breaks its rule').selectOption('omit')
    await page.getByLabel('Identify: a trait that is not planned').selectOption('omit')
    await bothThemes('plan-controls')
    await press('Save what it does')
    await page.getByText('Saved: it holds from the next call on.').waitFor()
    const { settings } = await world.call<{ settings: object }>('GET', `/sources/${source}/settings`)
    expect(settings).toMatchObject({
      track: { allowUnplannedEvents: false, allowEventOnViolations: true, allowPropertiesOnViolations: false },
      identify: { allowUnplannedTraits: false },
    })
    await page.getByLabel('An event that is not planned').selectOption('allow')
    await press('Save what it does')
    await page.getByText('Saved: it holds from the next call on.').waitFor()
  })

  it('PRO-25 makes a library, follows it in a plan, and shows its rows as edited only there', async () => {
    const plan = planId()
    await make('Product', 'PROPERTY_LIBRARY')
    await press('The group of properties')
    await page.getByLabel('Name of another property', { exact: true }).fill('sku')
    await press('Add the property')
    await press('Add the rule')
    await heading('Product: a library of properties, 1 rule.')
    await page.goto(`${world.url}/tracking-plans/${plan}?tab=libraries`)
    await page.getByLabel('Purchased', { exact: true }).check()
    await bothThemes('plan-libraries')
    await press('Take it and follow it')
    await page.getByText('its properties are in Purchased').waitFor()
    await page.getByRole('tab', { name: 'Rules' }).click()
    await page.getByText('synced with Product').waitFor()
    await press('Edit Purchased')
    await page.getByText('of a library').waitFor()
    expect(await page.getByLabel('Type of sku').isDisabled()).toBe(true)
    expect(await page.getByLabel('Event', { exact: true }).isDisabled()).toBe(true)
    await accessible()
    await page.goto(`${world.url}/tracking-plans`)
    await heading('1 tracking plan, 1 library.')
    await shoot('plans')
    await accessible()
  })

  it('PRO-26 tries a transformation on a call, makes it, and the debugger shows what it did', async () => {
    await page.goto(`${world.url}/transformations`)
    await heading('No transformation: calls are stored as they come.')
    await page.getByLabel('Name', { exact: true }).fill('Tidy orders')
    await page.getByLabel('named').fill('order_completed')
    await page.getByLabel('It is called').fill('Purchased')
    await press('Rename a property')
    await page.getByLabel('The property').fill('order.id')
    await page.getByLabel('is called', { exact: true }).fill('a.b.c.d.e')
    await press('Try it')
    await page.getByRole('alert').filter({ hasText: '5 levels deep' }).waitFor()
    await page.getByLabel('is called', { exact: true }).fill('order_id')
    await press('Try it')
    await page.getByText('This is what would be stored:').waitFor()
    await page.getByText('"order_id": "o-1"').waitFor()
    await bothThemes('transformation')
    await press('Change such calls from now on')
    await page.getByText('renames order.id to order_id; calls the event “Purchased”').waitFor()
    await heading('1 transformation, all on.')
    await page.goto(`${world.url}/sources/${source}`)
    await page.getByRole('heading', { level: 2, name: /Waiting for calls|The last/ }).waitFor()
    await world.track([
      { type: 'track', userId: 'u1', event: 'order_completed', properties: { order: { id: 'o-9' }, revenue: 1, sku: 's' } },
    ])
    await page.getByRole('button', { name: 'track order_completed' }).click()
    await page.getByText('Tidy orders: renamed order.id to order_id').waitFor()
    await shoot('debugger-changes')
    await accessible()
    await page.goto(`${world.url}/transformations`)
    await press('Switch off Tidy orders')
    await press('Delete Tidy orders')
    await heading('No transformation: calls are stored as they come.')
  })

  it('shows alerts, and where they are posted', async () => {
    const found = async () => (await world.call<{ alerts: readonly object[] }>('GET', '/alerts')).alerts.length > 0
    await until('the worker to look', found, 90_000)
    await page.goto(`${world.url}/alerts`)
    await heading('1 thing is unusual at your sources.')
    await page.getByText('Cart Viewed fell to 90 an hour, where 400 are usual').waitFor()
    await page.getByLabel('Post each alert to').fill('http://127.0.0.1:9/hook')
    await press('Save')
    await press('Post a sample')
    await page.getByText(/cannot be reached/).waitFor()
    await bothThemes('alerts')
    await onPhone()
    await shoot('alerts-phone')
    await onDesktop()
  }, 120_000)
})
