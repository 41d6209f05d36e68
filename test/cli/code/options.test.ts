import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Definition, Written } from '../../../src/cli/code/definition.ts'
import { readDefinitions, writeDefinitions } from '../../../src/cli/code/files.ts'
import { freshDatabase } from '../../support/database.ts'
import { testApi } from '../../support/server.ts'
import { usherAt } from '../../support/usher.ts'

/* A space as files, and the files in another space, with whatever options there are: nothing is lost on the way, and what a file takes back is gone. */
const database = await freshDatabase()
const [one, two] = [await testApi(database, 'spa_one'), await testApi(database, 'spa_two')]
const urls = [await one.server.listen({ host: '127.0.0.1', port: 0 }), await two.server.listen({ host: '127.0.0.1', port: 0 })]
const [first, second] = [usherAt(urls[0] ?? '', one.token), usherAt(urls[1] ?? '', two.token)]

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const days = fc.integer({ min: 1, max: 400 })
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const given = (options: object): Written['options'] =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

const ofUsers = fc.record({ includeHistoricalData: maybe(fc.boolean()), computeWithoutDestinations: maybe(fc.boolean()) })
const ofAccounts = fc.record({
  recompute: maybe(fc.constantFrom('15 minutes', '8 hours', '2 days').map((every) => ({ every }))),
  honourGroupId: maybe(fc.boolean()),
  computeWithoutDestinations: maybe(fc.boolean()),
})
const eligible = fc.record({ filterByExternalIds: maybe(fc.constantFrom(['user_id'], ['email', 'user_id'])) })
const anonymous = fc.record({ includeAnonymousUsers: maybe(fc.boolean()) })

/** The options that may change, and those that are chosen for life. */
const chosen = fc.record({
  users: fc.tuple(ofUsers, maybe(days)),
  accounts: fc.tuple(ofAccounts, maybe(days)),
})

const written = (
  kind: Definition['kind'],
  key: string,
  audienceType: Written['audienceType'],
  query: string,
  options: object,
) => ({
  ...{ kind, key, name: key, description: '', enabled: true, audienceType, query },
  options: given(options),
})

type Chosen = typeof chosen extends fc.Arbitrary<infer T> ? T : never
type ForLife = { readonly eligible: object; readonly anonymous: object }
const definitionsOf = (run: number, { users, accounts }: Chosen, life: ForLife): readonly Definition[] => {
  const did = "event('Login').count()"
  const [forAudience, forTrait] = [
    (look: number | undefined) => ({ backfillEventDataDays: look }),
    (look: number | undefined) => ({ backfillDurationDays: look }),
  ]
  return [
    written('computed_trait', `trait_${run}`, 'USERS', did, { ...users[0], ...forTrait(users[1]), ...life.anonymous }),
    written('computed_trait', `of_accounts_${run}`, 'ACCOUNTS', did, { ...accounts[0], ...forTrait(accounts[1]) }),
    written('audience', `people_${run}`, 'USERS', `${did} >= 1`, { ...users[0], ...forAudience(users[1]), ...life.eligible }),
    written('audience', `accounts_${run}`, 'ACCOUNTS', `ANY ${did} >= 1`, { ...accounts[0], ...forAudience(accounts[1]) }),
  ]
}

let run = 0
it(`every option makes the round trip from a space to files to another space, and an edit arrives (SEED=${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(chosen, chosen, eligible, anonymous, async (before, after, who, anybody) => {
      run += 1
      const folders = [0, 1, 2].map(() => mkdtempSync(join(tmpdir(), 'usher options ')))
      const [made = '', pulled = '', again = ''] = folders
      const life = { eligible: who, anonymous: anybody }
      await writeDefinitions(made, definitionsOf(run, before, life))
      await first('apply', made, '--remove')
      expect(await first('plan', made)).toContain('Nothing to do.')
      await first('pull', pulled)
      expect(await readDefinitions(pulled)).toEqual(expect.arrayContaining([...(await readDefinitions(made))]))
      await second('apply', pulled, '--remove')
      await second('pull', again)
      expect(await readDefinitions(again)).toEqual(await readDefinitions(pulled))
      await writeDefinitions(pulled, definitionsOf(run, after, life))
      await second('apply', pulled)
      expect(await second('plan', pulled)).toContain('Nothing to do.')
      for (const folder of folders) rmSync(folder, { recursive: true })
    }),
    { seed: SEED, numRuns: 12 },
  )
})
