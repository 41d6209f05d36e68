import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../support/installation.ts'
import { build, openBrowser, shootTo, violations } from './browser.ts'
import { findChromium, startWorld } from './world.ts'

/* Somebody asks the shop not to be known any more: what is done on her page, and what it says until it is done. */
const executablePath = findChromium()

describe.skipIf(!executablePath)('privacy in Chromium', () => {
  let world: Installation
  let close: (() => Promise<void>) | undefined
  let page: Page
  let complaints: readonly string[] = []

  beforeAll(async () => {
    build()
    world = await startWorld()
    ;({ page, close, complaints } = await openBrowser(executablePath ?? ''))
  })
  afterAll(() => close?.())

  const shoot = shootTo(() => page)
  const heading = (text: string | RegExp) => page.getByRole('heading', { level: 1 }).filter({ hasText: text }).waitFor()
  const open = async (id: string): Promise<void> => {
    await page.goto(`${world.url}/people/user_id:${id}`)
    await page.getByRole('button', { name: 'Privacy' }).waitFor()
  }
  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'Privacy' }).click()
    await page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  it('CNS-05 suppresses a person after naming her, says so, and lets her in again', async () => {
    await open('u3')
    await choose('Suppress …')
    const dialog = page.getByRole('dialog', { name: 'Suppress Carla Ortiz?' })
    await dialog.getByText('user_id u3').waitFor()
    await shoot('privacy-asked')
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Suppress Carla Ortiz' }).click()
    const told = page.getByRole('region', { name: 'Suppressed' })
    await told.getByText('Nothing is taken of Carla Ortiz').waitFor()
    await shoot('privacy-suppressed')
    expect(await violations(page)).toEqual([])
    await world.track([{ type: 'track', userId: 'u3', event: 'Secret Bought' }])
    await page.reload()
    await told.waitFor()
    expect(await page.getByText('Secret Bought').count()).toBe(0)
    await told.getByRole('button', { name: 'Let them in again' }).click()
    await told.waitFor({ state: 'detached' })
    await world.track([{ type: 'track', userId: 'u3', event: 'Back Again' }])
    await page.reload()
    await page.getByText('Back Again').first().waitFor()
  })

  it('CNS-06 erases a person after naming her, and shows how far it is until she is gone', async () => {
    await open('u4')
    await choose('Erase …')
    const dialog = page.getByRole('dialog', { name: 'Erase Dev Patel?' })
    await dialog.getByRole('button', { name: 'Not now' }).click()
    await dialog.waitFor({ state: 'detached' })
    await choose('Erase …')
    await dialog.getByRole('button', { name: 'Erase Dev Patel' }).click()
    await heading('This person is being erased')
    await page.getByRole('list', { name: 'What was removed' }).getByText('profile', { exact: true }).waitFor()
    await shoot('privacy-erasing')
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await page.content()).not.toContain('Dev Patel')
    // What was on its way is looked for once more after a minute; the clock of the database's rows is set forward, and not waited for.
    await world.pool.query(`update regulation set due_at = now() where status = 'RUNNING'`)
    await world.pool.query(`update regulation_subject set forgotten_at = now() - interval '2 minutes' where status = 'FORGOTTEN'`)
    await heading('This person is erased')
    await shoot('privacy-erased')
    expect(
      (
        await fetch(`${world.url}/spaces/spa_shop/profiles/user_id:u4`, {
          headers: { authorization: 'Bearer token_of_spa_shop' },
        })
      ).status,
    ).toBe(404)
  })

  it('complains of nothing in the console', () => {
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
  })
})
