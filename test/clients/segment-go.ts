import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from '../../src/base/hash.ts'
import { type Client, PEOPLE, PER_BATCH } from './client.ts'
import { clientsFolder, runTool, triedOnce } from './tool.ts'

const SOURCE = fileURLToPath(new URL('./go/', import.meta.url))
const textOf = (name: string): string => readFileSync(join(SOURCE, name), 'utf8')
const folder = join(clientsFolder, `analytics-go-${sha256(textOf('go.sum') + textOf('main.go')).slice(0, 16)}`)
const program = join(folder, 'send')

const build = async (): Promise<void> => {
  const go = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go'
  await mkdir(folder, { recursive: true })
  const made = join(folder, `send.${process.pid}`)
  await runTool(go, ['build', '-o', made, '.'], 240_000, { cwd: SOURCE, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' } })
  await rename(made, program)
}

export const segmentGo: Client = {
  name: 'analytics-go',
  gzip: false,
  honoursRetryAfter: false,
  obtain: triedOnce(async () => {
    if (!existsSync(program)) await build()
  }),
  send: ({ url, writeKey, calls, label }) =>
    runTool(program, [url, writeKey, String(calls), String(PEOPLE), String(PER_BATCH), label], 120_000),
}
