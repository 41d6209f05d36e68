import { expect, it } from 'vitest'
import { inChromium } from './in-chromium.ts'

/* Keys to the API, as who runs the shop's servers uses them; and a person who asks to be forgotten. */

inChromium('tokens', {}, ({ world, page, shoot, accessible }) => {
  const traits = async (secret: string): Promise<number> => {
    const at = `${world.url}/v1/spaces/spa_shop/collections/users/profiles/user_id:u1/traits`
    return (await fetch(at, { headers: { authorization: `Basic ${btoa(`${secret}:`)}` } })).status
  }

  it('PRF-09 a token is made, shown once, used, and revoked', async () => {
    await page.goto(`${world.url}/settings`)
    await page.getByLabel('Name of a new token').fill('Shop backend')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const secret = (await page.getByTestId('secret').textContent()) ?? ''
    expect(await traits(secret)).toBe(200)
    await shoot('token-made')
    await accessible()
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByTestId('secret').waitFor({ state: 'detached' })
    await page.reload()
    const row = page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').filter({ hasText: 'Shop backend' })
    await row.getByText('used').waitFor()
    expect(await page.content()).not.toContain(secret)
    await row.getByRole('button', { name: 'Revoke Shop backend' }).click()
    await shoot('token-revoking')
    await row.getByRole('button', { name: 'Revoke “Shop backend” for good' }).click()
    await row.getByText('revoked').waitFor()
    expect(await traits(secret)).toBe(401)
    await page.emulateMedia({ colorScheme: 'dark' })
    await accessible()
    await shoot('tokens-dark')
    await page.emulateMedia({ colorScheme: 'light' })
  })
})
