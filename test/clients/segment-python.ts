import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, type Order, PEOPLE, PER_BATCH } from './client.ts'
import { clientsFolder, runTool, triedOnce } from './tool.ts'

const PACKAGE = 'segment-analytics-python==2.4.0'
const SCRIPT = fileURLToPath(new URL('./python/send.py', import.meta.url))
const folder = join(clientsFolder, PACKAGE.replace('==', '-'))
const python = join(folder, 'bin', 'python')

// Made beside its place and moved there when it is whole: a virtual environment names its own folder only in programs that are not used here.
const install = async (): Promise<void> => {
  const making = `${folder}.${process.pid}`
  try {
    await runTool('python3', ['-m', 'venv', making], 120_000)
    await runTool(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', PACKAGE], 240_000)
    if (!existsSync(folder)) await rename(making, folder)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

const obtain = triedOnce(async () => {
  if (!existsSync(python)) await install()
  await runTool(python, ['-c', 'import segment.analytics'], 60_000)
})

const send = async ({ url, writeKey, calls, label }: Order, gzip: boolean): Promise<void> => {
  const words = [SCRIPT, url, writeKey, String(calls), String(PEOPLE), String(PER_BATCH), label, ...(gzip ? ['gzip'] : [])]
  await runTool(python, words, 120_000)
}

const segment = (gzip: boolean): Client => ({
  name: `segment-analytics-python${gzip ? ', gzip' : ''}`,
  gzip,
  honoursRetryAfter: true,
  obtain,
  send: (order) => send(order, gzip),
})

export const segmentPython: Client = segment(false)
export const segmentPythonGzip: Client = segment(true)
