import { execFile, execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Unavailable } from '../base/errors.ts'

export type TemporalBinary = { readonly path: string; readonly from: string }

/** What finding one needs to know; `cache` is the folder where ours is kept. */
export type Search = {
  readonly cliPath: string | undefined
  readonly path: string
  readonly cache?: string
  readonly fetch?: (url: string, options: RequestInit) => Promise<unknown>
  /** Where Go is looked for beside the PATH. */
  readonly go?: readonly string[]
}

// Later tags carry a `replace` line, which `go install` refuses.
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'
const DOWNLOADS = 'https://temporal.download/'
const BUILD_LIMIT_MS = 20 * 60_000

export const cacheFolder = join(homedir(), '.cache', 'usher', 'bin')
export const cachedBinary = join(cacheFolder, 'temporal')

const mayRun = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const runs = (path: string): boolean => {
  if (!mayRun(path)) return false
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

const onPath = (name: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(mayRun)

// The SDK names its download by version and only itself knows how.
const downloaded = (cache: string): string | undefined => {
  try {
    const file = readdirSync(cache).find((name) => name.startsWith('temporal-') && !name.includes('downloading'))
    return file && runs(join(cache, file)) ? join(cache, file) : undefined
  } catch {
    return undefined
  }
}

/** The Temporal CLI that is there already, and where it was found; undefined when it must be fetched or built first. */
export const findTemporal = (
  cliPath: string | undefined,
  path: string,
  cache: string = cacheFolder,
): TemporalBinary | undefined => {
  if (cliPath && runs(cliPath)) return { path: cliPath, from: 'TEMPORAL_CLI_PATH' }
  const installed = onPath('temporal', path)
  if (installed && runs(installed)) return { path: installed, from: 'the PATH' }
  const cached = join(cache, 'temporal')
  if (runs(cached)) return { path: cached, from: 'the cache' }
  const fetched = downloaded(cache)
  return fetched ? { path: fetched, from: "the SDK's download" } : undefined
}

const download = async ({ fetch: ask = fetch }: Search, cache: string): Promise<TemporalBinary> => {
  // Where a firewall swallows packets the SDK would wait for minutes.
  await ask(DOWNLOADS, { method: 'HEAD', signal: AbortSignal.timeout(5_000) })
  const { TestWorkflowEnvironment } = await import('@temporalio/testing')
  const executable = { type: 'cached-download', downloadDir: cache, ttl: '365 days' } as const
  await (await TestWorkflowEnvironment.createLocal({ server: { executable } })).teardown()
  const path = downloaded(cache)
  if (!path) throw new Error('the download does not run on this machine')
  return { path, from: "the SDK's download" }
}

const build = async ({ path, go: places = ['/usr/local/go/bin/go'] }: Search, cache: string): Promise<TemporalBinary> => {
  const go = onPath('go', path) ?? places.find(mayRun)
  if (!go) throw new Error('there is no Go on the PATH')
  const folder = join(cache, 'building')
  const { environmentWith } = await import('../config.ts')
  await promisify(execFile)(go, ['install', '-ldflags', '-s -w', GO_PACKAGE], {
    env: environmentWith({ GOBIN: folder, CGO_ENABLED: '0' }),
    timeout: BUILD_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  // Renamed when complete, so that two builds side by side never show half a file.
  renameSync(join(folder, 'temporal'), join(cache, 'temporal'))
  rmSync(folder, { recursive: true, force: true })
  return { path: join(cache, 'temporal'), from: 'a build with Go' }
}

const said = (error: unknown): string => {
  const { message, cause } = error as Error
  const whole = [message, cause instanceof Error ? cause.message : ''].filter((part) => part !== '').join(': ')
  return (whole.split('\n').findLast((line) => line.trim() !== '') ?? whole).slice(0, 300)
}

/** Finds the Temporal CLI in five ways, in order, telling each that takes time. @throws Unavailable with why each failed and what to do. */
export const obtainTemporal = async (search: Search, tell: (what: string) => void): Promise<TemporalBinary> => {
  const cache = search.cache ?? cacheFolder
  const there = findTemporal(search.cliPath, search.path, cache)
  if (there) return there
  const failures: string[] = []
  mkdirSync(cache, { recursive: true })
  try {
    tell('downloading it, once')
    return await download(search, cache)
  } catch (error) {
    failures.push(`downloading: ${said(error)}`)
  }
  try {
    tell('building it with Go, once: about 5 minutes')
    return await build(search, cache)
  } catch (error) {
    failures.push(`building with Go: ${said(error)}`)
  }
  throw new Unavailable('temporal', notFoundText(search, cache, failures))
}

const notFoundText = ({ cliPath }: Search, cache: string, failures: readonly string[]): string =>
  [
    'There is no Temporal CLI here, and none could be had:',
    cliPath ? `  TEMPORAL_CLI_PATH: ${cliPath} does not run` : '  TEMPORAL_CLI_PATH: not set',
    '  the PATH: no `temporal` that runs',
    `  the cache: none in ${cache}`,
    ...failures.map((failure) => `  ${failure}`),
    'One of these helps:',
    '  · install it (https://docs.temporal.io/cli, or `brew install temporal`) so that `temporal` is on the PATH',
    `  · copy a \`temporal\` binary to ${join(dirname(join(cache, 'x')), 'temporal')}`,
    '  · set TEMPORAL_CLI_PATH to one',
    '  · set TEMPORAL_ADDRESS to a Temporal server that runs already, for example 127.0.0.1:7233',
  ].join('\n')
