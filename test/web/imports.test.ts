import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { startInstallation } from '../support/installation.ts'
import { SHOTS } from './browser.ts'
import { inChromium } from './in-chromium.ts'

/* Files of people and of calls, as a marketer brings them: what comes in, how far it is, what was refused and why. */
const HOUR_MS = 3_600_000

const calls = (count: number): string =>
  Array.from(
    { length: count },
    (_, n) =>
      `${JSON.stringify({ type: 'track', userId: `u${n % 50}`, event: 'Order Completed', timestamp: new Date(Date.now() - (count - n) * HOUR_MS).toISOString(), properties: { revenue: n } })}\n`,
  ).join('')

inChromium('imports', { start: startInstallation, refused: [403, 422] }, (app) => {
  const { world, page, shoot, heading, accessible, onPhone } = app
  const choose = async (button: string, name: string, content: string | Buffer): Promise<void> => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByLabel(button).click()])
    await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })
  }

  it('CSV-04 CSV-06 brings people from a CSV file, from the page of people', async () => {
    await page.goto(`${world.url}/people`)
    await page.getByRole('link', { name: 'Import people' }).click()
    await heading('No file came in within 30 days.')
    await shoot('imports-empty')
    await choose('File of people', 'people.csv', 'user_id,email,plan\nada,ada@example.com,pro\n,,free\n')
    await page.getByRole('button', { name: 'Import people' }).click()
    await heading('1 row taken, 1 line refused.')
    await page.getByText('every identifier of this row is blank').waitFor()
    await shoot('import-of-people')
    expect(page.url()).toMatch(/\/imports\/imp_/)
  })

  it('CSV-05 says what is wrong with a file of people, and keeps what was chosen', async () => {
    await page.goto(`${world.url}/imports`)
    await choose('File of people', 'wrong.csv', 'plan\npro\n')
    await page.getByRole('button', { name: 'Import people' }).click()
    await page.getByText('has no column that says who it is').waitFor()
    await page.getByText('wrong.csv').waitFor()
    await shoot('import-refused')
  })

  it('brings calls of the past piece by piece, with progress, and says which lines were refused', async () => {
    await page.goto(`${world.url}/imports`)
    await choose('File of calls', 'history.ndjson', `${calls(30_000)}{"type":"track","userId":"u1"}\nno json\n`)
    await page.getByRole('button', { name: 'Import calls' }).click()
    const sending = page.getByTestId('sending')
    await sending.getByText(/calls? a second/).waitFor()
    await shoot('import-sending')
    // It goes on while one looks elsewhere.
    await page.getByRole('link', { name: 'Accounts' }).click()
    await page.getByRole('link', { name: 'Imports' }).click()
    await sending.getByText('history.ndjson: 30,000 calls taken, 2 lines refused').waitFor({ timeout: 60_000 })
    await sending.getByRole('link', { name: 'Report' }).click()
    await heading('30,000 calls taken, 2 lines refused.')
    await page.getByText('30,001').first().waitFor()
    await page.getByText(/event is missing/).waitFor()
    await shoot('import-of-calls')
  })

  it('takes CSV packed with gzip, and says what a file of another kind should be', async () => {
    await page.goto(`${world.url}/imports`)
    await choose('File of calls', 'clicks.csv.gz', gzipSync('\ufefftype,userId,event,timestamp\ntrack,ada,Clicked,2024-05-01\n'))
    await page.getByRole('button', { name: 'Import calls' }).click()
    const sending = page.getByTestId('sending')
    await sending.getByText('clicks.csv.gz: 1 call taken, none refused').waitFor()
    await page.getByRole('button', { name: 'Take another file' }).click()
    await choose('File of calls', 'bad.csv', 'type,user\ntrack,ada\n')
    await page.getByRole('button', { name: 'Import calls' }).click()
    await sending.getByText('"user" is no field of a call').waitFor()
    await heading(/^3 files within 30 days: none under way, 3 lines refused\.$/)
    await shoot('imports')
  })

  it('ING-22 connects a source of another space from the page of sources, with its last month', async () => {
    const at = new Date()
    const { pool } = world
    await pool.query(`insert into space (id, slug, name, created_at) values ('spa_other', 'other', 'Other shop', $1)`, [at])
    await pool.query(
      `insert into source (space_id, id, name, kind, created_at) values ('spa_other', 'src_other', 'Till', 'server', $1)`,
      [at],
    )
    await pool.query(`insert into write_key (key, space_id, source_id) values ('key_other', 'spa_other', 'src_other')`)
    await pool.query(
      `insert into api_token (hash, id, space_id, name, created_at) values ($1, 'tok_other', 'spa_other', 'other', $2)`,
      [sha256('token_other'), at],
    )
    const batch = [1, 2, 3].map((n) => ({
      ...{ type: 'track', userId: `till ${n}`, event: 'Paid', messageId: `paid ${n}` },
      timestamp: new Date(Date.now() - n * 24 * HOUR_MS).toISOString(),
    }))
    await fetch(`${world.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: 'key_other', batch }) })
    await page.goto(`${world.url}/sources`)
    await page.getByLabel('Source', { exact: true }).fill('src_other')
    await page.getByLabel('Token of its space').fill('wrong')
    await page.getByRole('button', { name: 'Connect the source' }).click()
    await page.getByText('The token of the other space is not known.').waitFor()
    await page.getByLabel('Token of its space').fill('token_other')
    await page.getByRole('button', { name: 'Connect the source' }).click()
    await page.getByText('from the space spa_other').waitFor()
    await page.getByRole('link', { name: '3 calls taken, none refused' }).waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: 'From other spaces' }).scrollIntoViewIfNeeded()
    await shoot('source-connected')
    await accessible()
    await page.getByRole('link', { name: '3 calls taken, none refused' }).click()
    await heading('3 calls taken, none refused.')
  })

  it('axe finds nothing serious, light and dark; a phone reads it', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.goto(`${world.url}/imports`)
      await page.getByRole('link', { name: 'history.ndjson' }).waitFor()
      await accessible()
      await shoot(`imports-${scheme}`)
      await page.getByRole('link', { name: 'history.ndjson' }).click()
      await heading('30,000 calls taken')
      await accessible()
    }
    await onPhone()
    await page.goto(`${world.url}/imports`)
    await page.getByRole('link', { name: 'history.ndjson' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    await page.screenshot({ path: join(SHOTS, 'imports-phone.png'), fullPage: true })
  })
})
