import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Written } from '../../../src/cli/code/definition.ts'
import { readDefinitions, writeDefinitions } from '../../../src/cli/code/files.ts'

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '')

const options: readonly Written['options'][] = [{}, { filterByExternalIds: ['user_id'] }, { includeHistoricalData: false }]
const ofAccounts: Written['options'] = { recompute: { every: '8 hours' }, honourGroupId: true }
const about = fc.oneof(
  fc.record({ audienceType: fc.constant('USERS' as const), options: fc.constantFrom(...options) }),
  fc.record({ audienceType: fc.constant('ACCOUNTS' as const), options: fc.constantFrom(...options, ofAccounts) }),
)

const written = {
  kind: fc.constant('audience' as const),
  key: fc.constant('one'),
  name: word,
  description: fc.oneof(fc.constant(''), word, fc.constant('two\nlines # and: more')),
  enabled: fc.boolean(),
  query: fc
    .array(fc.oneof(word, fc.constantFrom("event('a  b')", 'AND', '#', ': ', '- ', '\n')), { minLength: 1, maxLength: 30 })
    .map((parts) => `q${parts.join(' ')}`),
}
const definition = fc.tuple(fc.record(written), about).map(([one, whom]) => ({ ...one, ...whom }))

it('reads from a file what was written to it, whatever names and queries hold', async () => {
  await fc.assert(
    fc.asyncProperty(definition, async (one) => {
      const folder = mkdtempSync(join(tmpdir(), 'usher-files-'))
      await writeDefinitions(folder, [one])
      expect(await readDefinitions(folder)).toEqual([one])
    }),
    { numRuns: 200 },
  )
})
