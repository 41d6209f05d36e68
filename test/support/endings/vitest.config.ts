import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/* Test files that another test runs, to see what they leave behind. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['*.case.ts'], pool: 'forks', hookTimeout: 60_000, testTimeout: 60_000 },
})
