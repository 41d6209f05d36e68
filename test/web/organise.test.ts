import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { inChromium } from './in-chromium.ts'

/* Audiences put in order, as a marketer does it: folders, a clone, versions compared and restored, a file of the members. */

inChromium(
  'audiences in order',
  { refused: [404, 409, 422, 429] },
  ({ world, page, shoot, heading, accessible, onPhone, onDesktop, wholeOnPhones }) => {
    it('AUD-14 makes a folder, moves an audience into it, and disbands it', async () => {
      await page.goto(`${world.url}/audiences`)
      await page.getByRole('button', { name: 'New folder' }).click()
      await page.getByLabel('Name of the folder').fill('Loyal people')
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.getByText('Nothing is in this folder').waitFor()
      await page.getByRole('button', { name: /^All/ }).click()
      await page.getByLabel('Choose Repeat buyers').check()
      await shoot('folders-choose')
      await page.getByLabel('Move to folder').selectOption({ label: 'Loyal people' })
      await page.getByRole('button', { name: /Loyal people 1/ }).click()
      await page.getByRole('link', { name: 'Repeat buyers' }).waitFor()
      expect(page.url()).toContain('folder=fol_')
      await shoot('folder')
      await accessible('main')
      await page.getByRole('button', { name: 'Disband' }).click()
      await page.getByText(/1 audience goes back to “In no folder”/).waitFor()
      await page.getByRole('button', { name: 'Disband it' }).click()
      await page.getByRole('button', { name: /Loyal people/ }).waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Repeat buyers' }).waitFor()
    })

    it('AUD-17 compares versions in words, says what restoring does, and restores', async () => {
      await world.call('PATCH', '/audiences/repeat_buyers', {
        definition: { query: "event('Order Completed').count() >= 3 AND trait('plan') = 'free'" },
      })
      await page.getByRole('link', { name: 'Repeat buyers' }).click()
      await page.getByRole('tab', { name: 'Versions' }).click()
      await page.locator('ins.word-added').first().waitFor()
      await page.getByRole('button', { name: 'What would restoring it do?' }).click()
      await page.getByText(/enter, .*stay/).waitFor()
      await shoot('versions')
      await accessible('main')
      await page.getByRole('button', { name: 'Restore version 1' }).click()
      await page.getByText('brought back 1').waitFor()
      await page.getByRole('button', { name: /^Version 1/ }).click()
      await page.getByText('It says what is in force.').waitFor()
      expect(await page.getByRole('button', { name: /restor/i }).count()).toBe(0)
      const { audience } = await world.call<{ audience: { version: number } }>('GET', '/audiences/repeat_buyers')
      expect(audience.version).toBe(3)
    })

    it('AUD-12 clones, and the copy opens', async () => {
      await page.getByRole('button', { name: 'Clone' }).click()
      await page.getByRole('button', { name: 'In another space' }).click()
      await page.getByLabel('A token of that space').fill('nobody')
      await page.getByRole('button', { name: 'Look what is missing' }).click()
      await page.getByText(/is no token of a space/).waitFor()
      await shoot('clone')
      await page.getByRole('button', { name: 'In this space' }).click()
      await page.getByLabel('Name').fill('Repeat buyers, winter')
      await page.getByRole('button', { name: 'Make the copy' }).click()
      await page.getByText('Repeat buyers, winter').first().waitFor()
      await page.getByText('did “Order Completed” at least twice').first().waitFor()
    })

    it('AUD-08 says of one that was switched off that it is updated no more', async () => {
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: /; exact / })
        .waitFor()
      await page.getByRole('button', { name: 'Stop updating' }).click()
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: /; as of .*, and not updated since\./ })
        .waitFor()
      await page.getByRole('button', { name: 'Evaluate now' }).click()
      await page.getByText('This was not done').waitFor()
      await shoot('audience-refused')
      const wide = async (where: string) => (await page.locator(where).boundingBox())?.width ?? 0
      expect(await wide('.page-words')).toBeGreaterThan(300)
      await page.goto(`${world.url}/audiences`)
      await heading(/^2 audiences, .*; 1 is switched off, the other is up to date\.$/)
      await page.getByRole('link', { name: 'Repeat buyers, winter' }).click()
      await page.getByRole('button', { name: 'Update again' }).click()
      await page
        .getByRole('heading', { level: 1 })
        .filter({ hasText: /; exact / })
        .waitFor()
    })

    it('AUD-09 deletes the copy, after saying what stays, and not one that a journey begins with', async () => {
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByText(/stays on 5 people as a custom trait “repeat_buyers_winter”/).waitFor()
      await shoot('audience-delete')
      await page.getByRole('button', { name: 'Delete it' }).click()
      await page.getByRole('link', { name: 'Repeat buyers' }).waitFor()
      await page.getByRole('link', { name: 'Repeat buyers, winter' }).waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Repeat buyers' }).click()
      await page.getByRole('link', { name: 'Thank you' }).waitFor()
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByText('It is used. Take it out there first:').waitFor()
      expect(await page.getByRole('button', { name: 'Delete it' }).isDisabled()).toBe(true)
      await page.getByRole('button', { name: 'Not now' }).click()
    })

    it('CSV-01 makes a file of the members and downloads it', async () => {
      await page.goto(`${world.url}/audiences/repeat_buyers?tab=export`)
      await page.getByRole('group', { name: 'Traits', exact: true }).getByLabel('plan').check()
      await page.getByRole('button', { name: 'Make the file' }).click()
      const link = page.getByRole('link', { name: 'Download' })
      await link.waitFor()
      await shoot('export')
      await accessible('main')
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
      expect(download.suggestedFilename()).toMatch(/^repeat_buyers-.*\.csv$/)
      const csv = readFileSync(await download.path(), 'utf8')
      expect(csv).toMatch(/^key,user_id,email,plan\n/)
      expect(csv.trimEnd().split('\n')).toHaveLength(6)
      await page.getByRole('button', { name: 'Make the file' }).click()
      await page.getByText(/was just exported; the next file may be made in \d minutes\./).waitFor()
    })

    it('on a phone a tick stands beside its name, the open tab is in sight, and an edit begins with the sentence', async () => {
      await onPhone()
      const boxOf = async (of: Locator) => must((await of.boundingBox()) ?? undefined, 'it is seen')
      await page.goto(`${world.url}/audiences`)
      const tick = await boxOf(page.getByLabel('Choose Repeat buyers', { exact: true }))
      const name = await boxOf(page.getByRole('link', { name: 'Repeat buyers', exact: true }))
      expect(tick.x + tick.width).toBeLessThanOrEqual(name.x)
      await page.goto(`${world.url}/audiences/repeat_buyers?tab=evaluations`)
      const tab = await boxOf(page.getByRole('tab', { name: 'Evaluation' }))
      expect(tab.x + tab.width).toBeLessThanOrEqual(390)
      await page.goto(`${world.url}/audiences/repeat_buyers/edit`)
      await page.getByTestId('live-count').waitFor()
      const order = [page.getByTestId('live-count'), page.getByLabel('Name'), page.getByText('Some of them')].map(boxOf)
      const tops = (await Promise.all(order)).map(({ y }) => y)
      expect(tops).toEqual(tops.toSorted((a, b) => a - b))
      await onDesktop()
    })

    it('is whole on a phone, and axe finds nothing serious, light and dark', async () => {
      await wholeOnPhones({
        audiences: 'audiences',
        versions: 'audiences/repeat_buyers?tab=versions',
        export: 'audiences/repeat_buyers?tab=export',
      })
    })
  },
)
