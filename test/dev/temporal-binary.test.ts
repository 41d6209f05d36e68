import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findTemporal, obtainTemporal } from '../../src/dev/temporal-binary.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher temporal '))
const binary = (path: string, runs = true): string => {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `#!/bin/sh\nexit ${runs ? 0 : 1}\n`)
  chmodSync(file, 0o755)
  return file
}

let named: string, installed: string, cached: string, fetched: string
const cache = join(folder, 'cache')
beforeAll(() => {
  named = binary('named/temporal-of-mine')
  installed = binary('path/temporal')
  cached = binary('cache/temporal')
  fetched = binary('cache only download/temporal-cli-1.24.0')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the Temporal CLI is found by its variable, on the PATH, in the cache, as a download, in this order', () => {
  const path = join(folder, 'path')
  expect(findTemporal(named, path, cache)).toEqual({ path: named, from: 'TEMPORAL_CLI_PATH' })
  expect(findTemporal(undefined, path, cache)).toEqual({ path: installed, from: 'the PATH' })
  expect(findTemporal(undefined, '', cache)).toEqual({ path: cached, from: 'the cache' })
  expect(findTemporal(undefined, '', join(folder, 'cache only download'))).toEqual({ path: fetched, from: "the SDK's download" })
  expect(findTemporal(undefined, '', join(folder, 'nothing here'))).toBeUndefined()
})

it('one that does not run is passed over', () => {
  const broken = binary('broken/temporal', false)
  expect(findTemporal(broken, join(folder, 'broken'), cache)?.from).toBe('the cache')
  expect(findTemporal(join(folder, 'not there'), '', cache)?.from).toBe('the cache')
})

it('when none can be had the error says why each way failed and what to do', async () => {
  const told: string[] = []
  const offline = { fetch: () => Promise.reject(new Error('no network')) }
  const search = { cliPath: '/not/there', path: '', cache: join(folder, 'empty'), ...offline, go: [] }
  const failure = await obtainTemporal(search, (what) => told.push(what)).catch((error: Error) => error.message)
  expect(told).toEqual(['downloading it, once', 'building it with Go, once: about 5 minutes'])
  for (const part of [
    'TEMPORAL_CLI_PATH: /not/there does not run',
    'downloading: no network',
    'there is no Go',
    'set TEMPORAL_ADDRESS',
  ])
    expect(failure).toContain(part)
})
