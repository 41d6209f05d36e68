import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page, type ViewportSize } from 'playwright-core'
import { atEnd } from '../support/ending.ts'

/** Where pictures and what was downloaded are kept. */
export const SHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

/** Debian's or anybody's Chromium, where there is one. */
export const findChromium = (): string | undefined =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'].find((path) =>
    existsSync(path),
  )

/** Builds the app, in a process of its own: this one runs with NODE_ENV=test, and would build React's development half. */
export const build = (): void => {
  const code = `const { buildWeb } = await import('./src/api/web.ts'); await buildWeb()`
  const { NODE_ENV: _, ...env } = process.env
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the app could not be built:\n${stderr}`)
}

/** A browser's one page, and whatever it complains of in the console; closed when the test file is done. */
export const openPage = async (executablePath: string, viewport: ViewportSize) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-chromium-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(SHOTS, { recursive: true })
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: FLAGS,
    viewport,
  })
  atEnd(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => complaints.push(`broke: ${error.message}`))
  return { page, complaints }
}

/** Puts axe into the page, as `axe`. */
const addAxe = async (page: Page): Promise<void> => {
  await page.evaluate(AXE)
}

type Violation = { readonly id: string; readonly impact: string; readonly nodes: string }

/** What axe calls serious or critical on the page as it is, outside the letter that a mail's sender wrote. */
export const violations = async (page: Page): Promise<readonly Violation[]> => {
  await addAxe(page)
  return page.evaluate(`axe.run({ exclude: [['iframe.letter'], ['iframe']] }, { resultTypes: ['violations'], iframes: false })
    .then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + ' | ' + (node.any[0]?.message ?? node.all[0]?.message ?? '')).join(' ;; ') })))`)
}

/** All that axe finds inside a part of the page, of any weight. */
export const violationsIn = async (page: Page, where: string): Promise<readonly string[]> => {
  await addAxe(page)
  return page.evaluate(async (within) => {
    type Axe = { run: (within: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    const { violations: found } = await (globalThis as unknown as { axe: Axe }).axe.run(within)
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  }, where)
}
