import { expect, it } from 'vitest'
import { until } from '../support/wait.ts'
import { inChromium } from './in-chromium.ts'

/* What an audience is like as a whole, seen in a browser: whom it shares with others, by what its members can be reached, how its computing goes. */

inChromium('insight into audiences', {}, async ({ world, page, shoot, accessible, onPhone, onDesktop }) => {
  await world.call('POST', '/audiences', { name: 'Pros', definition: { query: "trait('plan') = 'pro'" } })
  await until('the pros to be live', async () => {
    const { audience } = await world.call<{ audience: { status: string } }>('GET', '/audiences/pros')
    return audience.status === 'Live'
  })

  it('PRE-03 PRE-04 the Insights tab says whom two audiences share, and by what the members are known', async () => {
    await page.goto(`${world.url}/audiences/repeat_buyers`)
    await page.getByRole('tab', { name: 'Insights' }).click()
    await page.getByLabel('Compare with').selectOption({ label: 'Pros' })
    await page.getByTestId('overlap').filter({ hasText: '2 people are in both: 50 % of Pros, 40 % of Repeat buyers.' }).waitFor()
    await page.getByText('user_id').first().waitFor()
    await page.getByText('100 %').first().waitFor()
    expect(page.url()).toContain('with=pros')
    // Bars begin and end where the others do, or their lengths say nothing.
    const bars = await page.locator('.share .bar').all()
    const widths = await Promise.all(bars.map(async (bar) => Math.round((await bar.boundingBox())?.width ?? 0)))
    expect(new Set(widths).size).toBe(1)
    await shoot('audience-insights')
    await accessible('main')
  })

  it('PRE-04 the builder says whom the sentence shares with an audience, before it is saved', async () => {
    await page.goto(`${world.url}/audiences/new`)
    await page.getByRole('button', { name: /^Did Order Completed at least twice$/ }).click()
    await page.getByTestId('live-count').filter({ hasText: /^5$/ }).waitFor()
    await page.getByLabel('Compare with').selectOption({ label: 'Pros' })
    await page.getByTestId('overlap').filter({ hasText: '2 people are in both: 40 % of this sentence, 50 % of Pros.' }).waitFor()
    await shoot('builder-overlap')
    await accessible('.builder-side')
  })

  it('PRE-05 a person of the sample opens beside the builder, with traits and events; Escape goes back to the sentence', async () => {
    await page.getByRole('button', { name: 'Ann Reyes' }).click()
    const sheet = page.getByRole('dialog', { name: 'Ann Reyes' })
    await sheet.getByText('plan').first().waitFor()
    await sheet.getByText('free').first().waitFor()
    await sheet.getByText('Order Completed').first().waitFor()
    expect(page.url()).toMatch(/audiences\/new.*beside=/)
    await shoot('builder-person')
    await accessible('.sheet-side')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Ann Reyes' }).click()
    await sheet.getByRole('button', { name: 'Close' }).click()
    await sheet.waitFor({ state: 'detached' })
    await page.getByTestId('live-count').filter({ hasText: /^5$/ }).waitFor()
    await onPhone()
    await page.getByRole('button', { name: 'Bo Lindqvist' }).click()
    await page.getByRole('dialog', { name: 'Bo Lindqvist' }).getByText('Order Completed').first().waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0)
    await page.getByRole('button', { name: 'Close' }).click()
    await onDesktop()
  })

  it('CMP-01 CMP-07 CMP-09 an audience’s page says its mode, and how far its computing is, or its place in the queue', async () => {
    const holder = await world.pool.connect()
    await holder.query(
      `begin; select 1 from audience_state s join audience a on a.id = s.audience_id where a.key = 'pros' for update of s`,
    )
    const { rows } = await world.pool.query(`select id from audience where key = 'pros'`)
    const { id } = rows[0] as { id: string }
    // Its first computation is over, and its row is where the next one is written.
    await world.pool.query(
      `update computation_run set cause = 'edit', lane = 'edits', asked_by = 'Mia', queued_at = now(), due_at = now() + interval '1 hour',
        started_at = now(), finished_at = null, steps = 8, done = 3, attempts = 2 where computation_id = $1`,
      [id],
    )
    await page.goto(`${world.url}/audiences/pros`)
    const computing = page.getByTestId('computing')
    await computing.getByText('The edit is 37 % done.').waitFor()
    await computing.getByText(/by Mia; 3 of 8 steps; attempt 2 of 5$/).waitFor()
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('37')
    await page.getByText('real time', { exact: true }).waitFor()
    await shoot('audience-computing')
    await accessible('main')
    await world.pool.query(`update computation_run set started_at = null, done = 0 where asked_by = 'Mia'`)
    await computing.getByText(/^The edit is about to begin\./).waitFor()
    await world.pool.query(`update computation_run set finished_at = now() where asked_by = 'Mia'`)
    await holder.query('rollback')
    holder.release()
    await computing.waitFor({ state: 'detached' })
    await world.call('POST', '/audiences', {
      name: 'Lately',
      definition: { query: "event('Order Completed').within(30 days).count() >= 1" },
    })
    await page.goto(`${world.url}/audiences/lately`)
    expect(await page.getByText('batch', { exact: true }).getAttribute('title')).toContain('Because of a time window')
  })

  it('PRE-02 the builder shows about how many with the error at once, then exactly, with identifiers where they are asked for', async () => {
    await world.pool.query(`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
      select 'spa_shop', md5('visitor ' || n)::uuid, jsonb_build_object('plan', case when n % 3 = 0 then 'pro' else 'free' end),
        jsonb_build_object('user_id', jsonb_build_array('visitor ' || n)), now(), now() from generate_series(1, 30000) as n`)
    let letThrough = (): void => {}
    const held = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    // Reading the exact number waits until the estimate was seen.
    await page.route('**/audiences/previews/prv_*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${world.url}/audiences/new?as=json`)
    const condition = { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } }
    await page.getByLabel('The condition as JSON').fill(JSON.stringify(condition))
    await page
      .getByTestId('estimate')
      .filter({ hasText: /^≈ (9|10|11),?\d00 ± [\d,]+00$/ })
      .waitFor()
    await page.getByText(/^people, about .* Counting everybody…$/).waitFor()
    await shoot('builder-estimate')
    await accessible('.builder-side')
    letThrough()
    await page
      .getByTestId('live-count')
      .filter({ hasText: /^10,004$/ })
      .waitFor()
    await page.getByRole('button', { name: 'Count who can be reached by what' }).click()
    await page.getByText('100 %').waitFor()
    await shoot('builder-identifiers')
  })
})
