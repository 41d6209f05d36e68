import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Installation } from '../support/installation.ts'
import { build, findChromium, openPage, SHOTS, violations, violationsIn } from './browser.ts'
import { startWorld } from './world.ts'

const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

export type App = {
  readonly world: Installation
  readonly page: Page
  /** Keeps a picture for somebody to look at. */
  readonly shoot: (name: string) => Promise<void>
  /** Waits for the sentence at the top of a page. */
  readonly heading: (text: string | RegExp) => Promise<void>
  /** Presses the button that is called so, or like this. */
  readonly press: (name: string | RegExp) => Promise<void>
  /** Axe finds nothing serious on the page as it is, or nothing at all within a part of it. */
  readonly accessible: (within?: string) => Promise<void>
  /** The page as it is, in light and dark: a picture each, and accessible in both. */
  readonly bothThemes: (name: string) => Promise<void>
  readonly onPhone: () => Promise<void>
  readonly onDesktop: () => Promise<void>
  /** Each page, by the name of its picture, is as wide as a phone and accessible, in light and dark. */
  readonly wholeOnPhones: (pages: Readonly<Record<string, string>>) => Promise<void>
}

const wholeOnPhones = async (
  { world, page, accessible, onPhone, onDesktop }: Omit<App, 'wholeOnPhones'>,
  pages: Readonly<Record<string, string>>,
) => {
  await onPhone()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${world.url}/${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('.block, .card').first().waitFor()
      if (colorScheme === 'dark') await page.screenshot({ path: join(SHOTS, `phone-${name}.png`), fullPage: true })
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(PHONE.width)
      await accessible()
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await onDesktop()
}

const appOn = (world: Installation, page: Page): App => {
  const shoot: App['shoot'] = async (name) => void (await page.screenshot({ path: join(SHOTS, `${name}.png`) }))
  const accessible: App['accessible'] = async (within) =>
    expect(await (within ? violationsIn(page, within) : violations(page)), page.url()).toEqual([])
  const press: App['press'] = (name) => page.getByRole('button', { name, exact: typeof name === 'string' }).click()
  const bothThemes: App['bothThemes'] = async (name) => {
    await shoot(name)
    await accessible()
    await press(/dark/i)
    await shoot(`${name}-dark`)
    await accessible()
    await press(/light/i)
  }
  const app = {
    world,
    page,
    shoot,
    accessible,
    press,
    bothThemes,
    heading: (text: string | RegExp) => page.getByRole('heading', { level: 1 }).filter({ hasText: text }).waitFor(),
    onPhone: () => page.setViewportSize(PHONE),
    onDesktop: () => page.setViewportSize(DESKTOP),
  }
  return { ...app, wholeOnPhones: (pages) => wholeOnPhones(app, pages) }
}

type Options = {
  /** What stands behind the app: eight people of a shop, unless told otherwise. */
  readonly start?: () => Promise<Installation>
  /** What the tests have refused on purpose, by its status: the browser complains of it, too. */
  readonly refused?: readonly number[]
}

/**
 * Tests of the app in a real browser, on an installation of their own: in the end the console has complained of nothing but what was refused on
 * purpose. Where there is no Chromium, one skipped test says so.
 */
export const inChromium = (
  what: string,
  { start = startWorld, refused = [] }: Options,
  tests: (app: App) => void | Promise<void>,
): void => {
  const chromium = findChromium()
  describe(`${what} in Chromium`, async () => {
    if (!chromium) return it.skip('no chromium was found; `apt install chromium` brings one', () => {})
    build()
    const world = await start()
    const { page, complaints } = await openPage(chromium, DESKTOP)
    await tests(appOn(world, page))
    it('complains of nothing but what was refused on purpose', () => {
      const meant = (line: string): boolean => refused.some((status) => line.includes(`status of ${status}`))
      expect(complaints.filter((line) => !meant(line))).toEqual([])
    })
  })
}
