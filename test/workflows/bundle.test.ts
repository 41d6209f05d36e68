import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { expect, it } from 'vitest'

it('G11 the workflow bundle is pure: no database, no validation, no node', async () => {
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url))
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  const modules = [...code.matchAll(/!\*\*\* (\S+) \*\*\*!/g)].map(([, name]) => name ?? '')
  const ours = modules.filter((name) => /^\.\/(src|workflows)\//.test(name))
  expect(ours.filter((name) => !/^\.\/(workflows|src\/base)\//.test(name))).toEqual([])
  expect(ours).toContain('./workflows/walk.ts')
  expect(modules.filter((name) => /node_modules\/(zod|kysely|pg|pino)\//.test(name))).toEqual([])
  expect(code).not.toMatch(/\bkysely\b|\bzod\b|pg-pool/i)
})
