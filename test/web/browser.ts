import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'

/** Where pictures and what was downloaded are kept. */
export const SHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

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

/** A browser with one page, whatever it complains of in the console, and how to end it. */
export const openBrowser = async (executablePath: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-chromium-'))
  mkdirSync(SHOTS, { recursive: true })
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`broke: ${error.message}`))
  const close = async (): Promise<void> => {
    await context.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { page, complaints, close }
}

/** Keeps a picture for somebody to look at. */
export const shootTo =
  (page: () => Page) =>
  async (name: string): Promise<void> => {
    await page().screenshot({ path: join(SHOTS, `${name}.png`) })
  }

/** Puts axe into the page, as `axe`. */
export const addAxe = async (page: Page): Promise<void> => {
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
