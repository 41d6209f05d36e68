import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CACHE = join(ROOT, 'node_modules', '.cache', 'usher')
/** All that can get into the bundle: the workflows, what they may import, and the SDK. */
const PARTS = [
  'workflows',
  'src/base',
  'node_modules/@temporalio/workflow/package.json',
  'node_modules/@temporalio/worker/package.json',
]

const filesOf = async (part: string): Promise<readonly string[]> => {
  if (part.endsWith('.json')) return [part]
  return (await readdir(join(ROOT, part))).sort().map((file) => join(part, file))
}

const fingerprint = async (): Promise<string> => {
  const hash = createHash('sha256')
  for (const file of (await Promise.all(PARTS.map(filesOf))).flat()) hash.update(file).update(await readFile(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}

// Written beside and renamed: another worker that starts now reads all of it or none.
const keep = async (path: string, code: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, code)
  await rename(`${path}.${process.pid}`, path)
}

/**
 * The workflows as one text for Temporal's sandbox, bundled once for the code as it is now: bundling takes 1 to 5 s, which every start of a
 * worker would wait for. Where nothing may be written it is bundled each time.
 */
export const workflowBundle = async (): Promise<{ readonly code: string }> => {
  const path = join(CACHE, `workflows-${await fingerprint()}.js`)
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept !== undefined) return { code: kept }
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(ROOT, 'workflows', 'index.ts'),
    logger: new DefaultLogger('WARN'),
  })
  await keep(path, code).catch(() => {})
  return { code }
}
