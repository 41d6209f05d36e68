import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Tracking plans and filters, as who looks after the data uses them: infer, connect with the consequences first, read violations, try a filter. */

inChromium('tracking plans', { refused: [422] }, ({ world, page, shoot, heading, accessible }) => {
  const track = (event: string, properties: object) => world.track([{ type: 'track', userId: 'u1', event, properties }])

  it('PRO-07 makes a plan of what a source sent, with one click', async () => {
    await page.goto(`${world.url}/tracking-plans`)
    await heading('No tracking plan yet.')
    await shoot('plans-empty')
    await page.getByLabel('in the last').selectOption('30d')
    await page.getByRole('button', { name: 'Make a plan of it' }).click()
    await heading(/2 rules, not connected to any source/)
    await page.getByText('revenue number').waitFor()
    await shoot('plan')
    await accessible()
  })

  it('PRO-08 takes the plan out as CSV and back: unchanged, changed, and with a bad row that comes back in error_report.csv', async () => {
    const saved = async (button: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
    }
    const upload = async (text: string): Promise<void> => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByLabel('Changed file').click()])
      await chooser.setFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
      await page.getByRole('button', { name: 'Upload CSV' }).click()
    }
    const plan = await saved('Download CSV')
    expect(plan.name).toMatch(/^shop-.*--\d{4}-\d\d-\d\d--\d\d-\d\d-utc\.csv$/)
    await upload(plan.text)
    await page.getByText('0 changes').waitFor()
    await upload(plan.text.replace('revenue,optional,number', 'revenue,optional,money'))
    await page.getByText('1 row is wrong; nothing was changed.').waitFor()
    await shoot('plan-csv-wrong')
    const report = await saved('Save error_report.csv')
    expect([report.name, report.text]).toEqual(['error_report.csv', expect.stringContaining('"money"" is none of')])
    await upload(plan.text.replace('revenue,optional,number', 'revenue,required,number'))
    await page.getByText('changed TRACK Order Completed').waitFor()
    await page.getByText('revenue* number').waitFor()
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page.getByText(/changed.*TRACK Order Completed/).waitFor()
    await page.getByRole('tab', { name: 'Rules' }).click()
    await accessible()
  })

  it('PRO-06 connects a source after showing which names of the last 7 days would be unplanned', async () => {
    await track('Surprise', {})
    await page.getByRole('tab', { name: 'Sources' }).click()
    await page.getByText('1 of 2 names of the last 7 days would be unplanned.').waitFor()
    await shoot('plan-connect')
    await page.getByRole('button', { name: 'Connect this source' }).click()
    await heading(/asked of 1 source/)
    await accessible()
  })

  it('PRO-24 shows violations with an example', async () => {
    await track('Order Completed', { revenue: 'much', currency: 'USD' })
    await page.getByRole('tab', { name: 'Violations' }).click()
    await page.getByText('Invalid type. Expected: number, given: string').click()
    await page.getByText('"revenue": "much"').waitFor()
    await shoot('plan-violations')
    await page.getByLabel('In the last').selectOption('1h')
    await page.getByText('Invalid type. Expected: number, given: string').waitFor()
    expect(page.url()).toContain('window=1h')
    await accessible()
  })

  it('ING-18 tries a filter on a call, switches it on, and shows what it dropped', async () => {
    const { sources } = await world.call<{ sources: readonly { id: string }[] }>('GET', '/sources')
    await page.goto(`${world.url}/sources/${sources[0]?.id}?tab=filters`)
    await page.getByLabel('Name').fill('No debug events')
    await page.getByLabel('Drop a call if').fill('event = oops"')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByRole('alert').filter({ hasText: 'character 13' }).waitFor()
    await page.getByLabel('Drop a call if').fill("match(event, 'Debug *')")
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByText('This call would be dropped.').waitFor()
    await shoot('filter-tried')
    await accessible()
    await page.getByRole('button', { name: 'Drop such calls from now on' }).click()
    await page.getByText('on; dropped nothing in 24 hours').waitFor()
    await track('Debug Click', {})
    await page.reload()
    await page.getByText('on; dropped 1 call in 24 hours').waitFor()
    await page.getByRole('button', { name: 'Switch off No debug events' }).click()
    await page.getByRole('button', { name: 'Delete No debug events' }).waitFor()
  })
})
