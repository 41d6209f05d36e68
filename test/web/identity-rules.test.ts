import { expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { inChromium } from './in-chromium.ts'

/* By what people are recognised, as somebody sets it who has no API at hand. */

inChromium('identity rules', { refused: [403, 422] }, ({ world, page, shoot, press, accessible, heading, wholeOnPhones }) => {
  type Rule = { readonly type: string; readonly [key: string]: unknown }
  const ruleOf = async (type: string): Promise<Rule | undefined> =>
    (await world.call<{ rules: readonly Rule[] }>('GET', '/identity-rules')).rules.find((rule) => rule.type === type)
  const row = (type: string) => page.getByRole('row').filter({ has: page.getByRole('button', { name: type, exact: true }) })
  const sheet = page.getByRole('dialog')
  const closed = (): Promise<void> => sheet.waitFor({ state: 'detached' })

  /** A sheet lies over the switch of themes, so the browser switches. */
  const inBoth = async (name: string): Promise<void> => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await accessible()
      if ((await sheet.count()) > 0) await accessible('.sheet-side')
      await shoot(`${name}-${colorScheme}`)
    }
  }

  it('IDR-07 shows every type with what holds for it, the one that is kept longest first', async () => {
    await page.goto(`${world.url}/settings`)
    await page.getByRole('link', { name: 'Identity rules' }).click()
    await heading('People are recognised by 13 types of identifiers; all are treated as usual.')
    const types = await page.locator('tbody tr .rule-name').allTextContents()
    expect(types.slice(0, 3)).toEqual(['user_id', 'email', 'android.id'])
    await row('user_id').getByText('at most 1').waitFor()
    await row('email').getByText('traits.email, context.traits.email, context.externalIds').waitFor()
    await inBoth('identity-rules')
  })

  it('IDR-03 IDR-16 adds a type, and says beside each field what is wrong with it', async () => {
    await press('Add a type')
    await sheet.getByLabel('Type').fill('Loyalty')
    await press('Add it')
    await sheet.getByText(/Is no type: write small letters/).waitFor()
    await sheet.getByLabel('Type').fill('email')
    await press('Add it')
    await sheet.getByText(/Email is there already/).waitFor()
    await sheet.getByLabel('Type').fill('loyalty_id')
    await sheet.getByLabel('Values on one profile, at most').fill('0')
    await sheet.getByLabel('Kept').selectOption('by a number')
    await sheet.getByLabel('Priority').fill('5000')
    await sheet.getByLabel('My own, in place of them').check()
    await sheet.getByLabel('Values that name nobody').fill('none\nunknown')
    await sheet.getByLabel('Patterns that name nobody').fill('^x\n(')
    await press('Add it')
    await sheet.locator('.beside').first().waitFor()
    expect(await sheet.locator('.beside').allTextContents()).toEqual([
      'Is no whole number from 1 to 1,000.',
      'Is neither a whole number from 1 to 1,000 nor "last".',
    ])
    await sheet.getByLabel('Values on one profile, at most').fill('1')
    await sheet.getByLabel('Kept').selectOption('as usual')
    await press('Add it')
    await sheet.getByText(/Line 2 is no pattern that can be used/).waitFor()
    await inBoth('identity-rule-wrong')
    await sheet.getByLabel('Patterns that name nobody').fill('^x')
    await press('Add it')
    await closed()
    await row('loyalty_id').getByText('your rule').waitFor()
    expect(await ruleOf('loyalty_id')).toMatchObject({ limit: 1, period: 'ever', priority: null, readsTraits: true })
    expect((await ruleOf('loyalty_id'))?.['blocked']).toEqual(['none', 'unknown', { regex: '^x' }])
  })

  it('IDR-16 changes what is changed and nothing else, by the keyboard alone', async () => {
    await page.goto(`${world.url}/identity-rules?type=email`)
    await sheet.getByLabel('Values on one profile, at most').waitFor()
    await world.call('PATCH', '/identity-rules/email', { blocked: ['nobody@example.com'] })
    await sheet.getByLabel('Counted').selectOption('weekly')
    await sheet.getByLabel('Values on one profile, at most').fill('2')
    await page.keyboard.press('Enter')
    await closed()
    await row('email').getByText('at most 2 in any 7 days').waitFor()
    await row('android.id').getByRole('button').click()
    await sheet.getByLabel('Kept').selectOption('behind all others')
    await inBoth('identity-rule-last')
    await press('Save')
    await closed()
    expect((await page.locator('tbody tr .rule-name').allTextContents()).at(-1)).toBe('android.id')
    await row('android.id').getByRole('button').click()
    expect(await sheet.getByLabel('Kept').inputValue()).toBe('last')
    await page.keyboard.press('Escape')
    await closed()
    await world.call('DELETE', '/identity-rules/android.id')
    expect(await ruleOf('email')).toMatchObject({ limit: 2, period: 'weekly', blocked: ['nobody@example.com'] })
    await row('phone').getByRole('button').press('Enter')
    await page.keyboard.press('Escape')
    await closed()
    expect(await page.evaluate('document.activeElement.textContent')).toBe('phone')
    expect(new URL(page.url()).search).toBe('')
  })

  it('IDR-16 resets a type after saying what that is', async () => {
    await row('email').getByRole('button').click()
    await press('Reset email')
    await sheet.getByText('Identifiers that people have already stay with them.').waitFor()
    await shoot('identity-rule-reset')
    await press('Forget what was said of email')
    await closed()
    await row('email').getByText('at most 5').waitFor()
    expect(await ruleOf('email')).toMatchObject({ stored: false, limit: 5 })
  })

  it('IDR-16 takes the rules of another space by its token', async () => {
    const at = new Date()
    await world.pool.query(`insert into space (id, slug, name, created_at) values ('spa_other', 'other', 'Other shop', $1)`, [at])
    await world.pool.query(
      `insert into api_token (hash, id, space_id, name, created_at) values ($1, 'tok_other', 'spa_other', 'other', $2)`,
      [sha256('token_other'), at],
    )
    await world.pool.query(
      `insert into identifier_rule (space_id, type, value_limit, period) values ('spa_other', 'crm_id', 3, 'monthly')`,
    )
    await press('Copy from another space')
    await sheet.getByText('1 rule of your own is lost').waitFor()
    await sheet.getByLabel('Token of the other space').fill('wrong')
    await press('Take its rules')
    await sheet.getByText(/manages no space/).waitFor()
    await inBoth('identity-rules-copy')
    await sheet.getByLabel('Token of the other space').fill('token_other')
    await press('Take its rules')
    await closed()
    await row('crm_id').getByText('at most 3 in any 30 days').waitFor()
    expect(await ruleOf('loyalty_id')).toBeUndefined()
  })

  it('is whole on a phone', () =>
    wholeOnPhones({ 'identity-rules': 'identity-rules', 'identity-rule': 'identity-rules?type=crm_id', settings: 'settings' }))
})
