import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { obtainTemporal } from '../src/dev/temporal-binary.ts'

/*
 * `npm test`: types, lint and all tests, on real Postgres and real Temporal. Words are handed to vitest: `npm test -- test/audience`.
 * The last line is always `N passed, N failed, N skipped`; types and lint are one test each.
 */

type Count = { readonly passed: number; readonly failed: number; readonly skipped: number }

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const say = (text: string): void => void process.stdout.write(`${text}\n`)

// The programs of our own packages, by the Node that runs this.
const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name)

const runProgram = (name: string, words: readonly string[], added: Readonly<Record<string, string>> = {}): Promise<number> =>
  new Promise((resolve) => {
    say(`\n> ${name} ${words.join(' ')}`)
    const child = spawn(bin(name), [...words], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...added },
    })
    child.once('error', (error) => {
      say(String(error))
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })

const checked = async (name: string, words: readonly string[]): Promise<Count> => {
  const failed = (await runProgram(name, words)) === 0 ? 0 : 1
  return { passed: 1 - failed, failed, skipped: 0 }
}

type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

/** A file that does not load has no tests to fail, and something that breaks between tests belongs to none: each counts as one failure. */
const counted = (report: Report, code: number): Count => {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const failed = report.numFailedTests + broken
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

const tested = async (words: readonly string[], temporal: string): Promise<Count> => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-report-'))
  const file = join(folder, 'report.json')
  const code = await runProgram(
    'vitest',
    ['run', '--config', 'test/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...words],
    { TEMPORAL_CLI_PATH: temporal },
  )
  try {
    return counted(JSON.parse(readFileSync(file, 'utf8')) as Report, code)
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const findTemporal = async (): Promise<string | undefined> => {
  try {
    const search = { cliPath: process.env['TEMPORAL_CLI_PATH'], path: process.env['PATH'] ?? '' }
    const { path, from } = await obtainTemporal(search, (what) => say(`Temporal CLI: ${what}`))
    say(`Temporal CLI from ${from}: ${path}`)
    return path
  } catch (error) {
    say((error as Error).message)
    return undefined
  }
}

const main = async (words: readonly string[]): Promise<void> => {
  const temporal = await findTemporal()
  const counts = [await checked('tsc', []), await checked('biome', ['check', '.'])]
  counts.push(temporal ? await tested(words, temporal) : { passed: 0, failed: 1, skipped: 0 })
  const sum = (key: keyof Count): number => counts.reduce((total, count) => total + count[key], 0)
  process.exitCode = sum('failed') === 0 ? 0 : 1
  say(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
}

await main(process.argv.slice(2))
