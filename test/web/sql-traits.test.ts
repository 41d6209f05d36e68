import { expect, it } from 'vitest'
import { customerDatabase } from '../sql-trait/warehouse.ts'
import { inChromium } from './in-chromium.ts'

/* SQL traits, from nothing: connect a warehouse, look at the rows of a query, save it, see what each run changed. */

inChromium('SQL traits', { refused: [404, 409, 422] }, async ({ world, page, shoot, heading, wholeOnPhones }) => {
  const customer = await customerDatabase()
  await customer.run(`create table customers (user_id text, spent numeric, store text);
  insert into customers values ('u1', 120.5, 'Oslo'), ('u2', 80, 'Bergen'), ('new', 10, null)`)

  it('SQT-01 connects a warehouse, which is tried first, and refuses a login that does not work', async () => {
    await page.goto(`${world.url}/sql-traits`)
    await heading('No SQL trait yet.')
    await page.getByRole('button', { name: 'Connect a warehouse first' }).first().click()
    await page.getByRole('button', { name: 'Connect a warehouse', exact: true }).first().click()
    const { host, port, database, username, password } = customer.login
    for (const [label, value] of Object.entries({
      Name: 'Shop',
      Host: host,
      Port: String(port),
      Database: database,
      User: username,
    }))
      await page.getByLabel(label, { exact: true }).fill(value)
    await page.getByLabel('Connection').selectOption('disable')
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong')
    await page.getByRole('button', { name: 'Try it and connect' }).click()
    await page.getByRole('alert').first().waitFor()
    await shoot('warehouse-refused')
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('button', { name: 'Try it and connect' }).click()
    await heading('1 warehouse that SQL traits may read from.')
    await page.getByRole('button', { name: 'Try the connection' }).click()
    await page.getByText('answers').waitFor()
    await shoot('warehouses')
  })

  it('SQT-02 SQT-03 says beside the query what is wrong with it, and marks whom the space knows', async () => {
    await page.getByRole('link', { name: 'From SQL' }).click()
    await page.getByRole('button', { name: 'New SQL trait' }).first().click()
    const text = page.getByLabel('Query')
    await text.fill('select spent from customers')
    await page.getByRole('button', { name: 'Ask the query' }).click()
    await page.getByText(/answers no column that says whose the traits are/).waitFor()
    await shoot('sql-trait-refused')
    await text.fill('select user_id, spent, store from customers')
    await page.getByRole('button', { name: 'Ask the query' }).click()
    await page.getByText('3 rows, each with a user_id of its own').waitFor()
    await page.getByText('1 of the 3 shown is not known').waitFor()
    expect(await page.locator('.sheet').getByText('known', { exact: true }).count()).toBe(3)
    await page.getByLabel('Name').fill('From the shop')
    await shoot('sql-trait-editor')
  })

  it('SQT-07 says beside the times that they are too near', async () => {
    await page.getByLabel('Runs every day at').fill('06:00, 06:30')
    await page.getByRole('button', { name: 'Save and run' }).click()
    await page.getByText(/nearer than 60 minutes/).waitFor()
    await page.getByLabel('Runs every day at').fill('06:00, 18:00')
    await page.getByRole('button', { name: 'Ask the query' }).click()
    await page.getByText('3 rows, each with a user_id of its own').waitFor()
    await page.getByRole('button', { name: 'Save and run' }).click()
    await heading(/^3 rows .*; runs next in/)
    await page.getByText('3 rows: 3 new or changed, 1 of them not known before').waitFor()
  })

  it('SQT-04 SQT-05 shows what a run changed, and why one failed', async () => {
    await customer.run("update customers set spent = 130 where user_id = 'u1'; delete from customers where user_id = 'u2'")
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.getByText('2 rows: 1 new or changed, 1 gone, whose traits were taken away').waitFor({ timeout: 30_000 })
    await customer.run('alter table customers rename to clients')
    await page.getByRole('button', { name: 'Run now' }).click()
    await heading(/^The last run failed/)
    await page.getByText(/relation "customers" does not exist/).waitFor()
    await shoot('sql-trait')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Traits' }).click()
    await page.getByRole('link', { name: 'From SQL' }).click()
    await heading('1 SQL trait; 1 query failed.')
    await shoot('sql-traits')
  })

  it('is changed from its next run on', async () => {
    await page.getByRole('link', { name: 'From the shop' }).click()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Query').fill('select user_id, spent from clients')
    await page.getByRole('button', { name: 'Ask the query' }).click()
    await page.getByText('2 rows, each with a user_id of its own').waitFor()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('button', { name: 'Run now' }).click()
    await heading(/^2 rows /)
  })

  it('is whole on a phone, and axe finds nothing serious, light and dark', async () => {
    const { sqlTraits } = await world.call<{ sqlTraits: readonly { id: string }[] }>('GET', '/sql-traits')
    await wholeOnPhones({
      'sql-traits': 'sql-traits',
      'sql-trait': `sql-traits/${sqlTraits[0]?.id}`,
      'sql-trait-new': 'sql-traits/new',
      warehouses: 'warehouses',
    })
  })

  it('a warehouse is not forgotten while a trait reads from it; a trait goes, and its values stay', async () => {
    await page.goto(`${world.url}/warehouses`)
    await page.getByRole('button', { name: 'Forget' }).click()
    await page.getByText('It is used. Delete what reads from it first:').waitFor()
    await page.getByRole('dialog').getByRole('link', { name: 'From the shop' }).waitFor()
    expect(await page.getByRole('button', { name: 'Forget it' }).isDisabled()).toBe(true)
    await shoot('warehouse-forget')
    await page.getByRole('button', { name: 'Not now' }).click()
    await page.getByRole('link', { name: 'From SQL' }).click()
    await page.getByRole('link', { name: 'From the shop' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText(/\(spent\) stays on the profiles as custom traits/).waitFor()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await heading('No SQL trait yet.')
  })
})
