import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Somebody asks the shop not to be known any more: what is done on her page, and what it says until it is done. */

inChromium('privacy', { refused: [404] }, ({ world, page, shoot, heading, accessible }) => {
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
    await accessible()
    await dialog.getByRole('button', { name: 'Suppress Carla Ortiz' }).click()
    const told = page.getByRole('region', { name: 'Suppressed' })
    await told.getByText('Nothing is taken of Carla Ortiz').waitFor()
    await shoot('privacy-suppressed')
    await accessible()
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
    await accessible()
    await page.emulateMedia({ colorScheme: 'dark' })
    await accessible()
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
})
