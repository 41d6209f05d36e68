import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { makeNextExport } from '../../src/audience/export/make.ts'
import { createProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const api = await testApi(database)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })

const usher = usherAt(url, api.token)

const bought = {
  type: 'event',
  event: { name: 'Order Completed' },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
}
const folder = mkdtempSync(join(tmpdir(), 'usher-cli-'))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

await api.server.inject({
  method: 'POST',
  url: '/v1/batch',
  headers: { authorization: `Basic ${btoa(`${api.writeKey}:`)}` },
  payload: {
    batch: [
      { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com', name: 'Ada' } },
      { type: 'track', userId: 'ada', event: 'Order Completed', properties: { revenue: 42 } },
      { type: 'identify', userId: 'bob', traits: { email: 'bob@example.com', name: 'Bob' } },
    ],
  },
})
await api.call('POST', `/spaces/${api.spaceId}/audiences`, { name: 'Buyers', definition: { condition: bought } })
await evaluateFullyDue(database.db, new Date())
await evaluateDue(database.db, new Date())

it('lists audiences with their sizes, as a table and as JSON', async () => {
  expect(await usher('audience', 'list')).toMatch(/key +people[\s\S]*buyers +1 /)
  expect(JSON.parse(await usher('audience', 'list', '--json'))).toMatchObject({
    audiences: [{ key: 'buyers', size: { count: 1 } }],
  })
})

it('shows members, and says why somebody is in and somebody is not', async () => {
  expect(await usher('audience', 'members', 'buyers')).toContain('ada@example.com')
  expect(await usher('audience', 'explain', 'buyers', 'user_id:ada')).toMatch(
    /^In this audience since \d{4}-.*\.\n✓ did “Order Completed”\n {4}1 found, asked for 1\n {4}· \d{4}-.* {2}Order Completed\n$/,
  )
  expect(await usher('audience', 'explain', 'buyers', 'email:bob@example.com')).toMatch(/^Not in this audience\.\n✗ /)
})

it('PRE-06 says how an audience is evaluated: the query, its plan, the last evaluations, what hangs on what', async () => {
  expect(await usher('audience', 'explain', 'buyers')).toMatch(
    /^select [\s\S]*\n\$1 = "[\s\S]*\nPlan\n[\s\S]*\nLast evaluations\n {2}\d{4}-.* {2}full {2}[\d,]+ ms {2}\+1 −0\n[\s\S]*\nRefers to: events Order Completed\nUsed by: nothing\n$/,
  )
  expect(await usher('audience', 'explain', 'buyers', '--analyze')).toContain('Execution Time')
  expect(JSON.parse(await usher('--json', 'audience', 'explain', 'buyers'))).toMatchObject({
    analyzed: false,
    plan: expect.any(Array),
  })
})

it('previews a condition from a file', async () => {
  expect(await usher('audience', 'preview', file('bought.json', bought))).toMatch(
    /^1 people: .*Order Completed[\s\S]*ada@example.com/,
  )
})

it('shows a person', async () => {
  expect(await usher('profile', 'show', 'user_id:ada')).toMatch(/email: ada@example.com[\s\S]*name: Ada[\s\S]*buyers/)
})

it('IDR-07 IDR-11 shows and changes by what people are recognised', async () => {
  expect(await usher('identity', 'rules')).toMatch(
    /user_id +1 +ever.*userId, context\.externalIds[\s\S]*email +5 +ever.*traits\.email, context\.traits\.email/,
  )
  const words = ['--limit', '2', '--period', 'weekly', '--block', 'none', 'n/a', '--block-pattern', '^x']
  expect(await usher('identity', 'set', 'loyalty_id', ...words)).toMatch(
    /loyalty_id +2 +weekly +– +none, n\/a, \/\^x\/ +\S*traits\.loyalty_id.* you/,
  )
  expect(await usher('identity', 'set', 'loyalty_id', '--usual-blocked', '--no-read-traits')).toMatch(
    /loyalty_id +2 .*the usual +context\.externalIds +you/,
  )
  expect(await usher('identity', 'set', 'loyalty_id', '--priority', 'last')).toMatch(/loyalty_id +2 +weekly +last .*\s*$/)
  await expect(usher('identity', 'set', 'loyalty_id', '--priority', 'first')).rejects.toThrow(/neither .* nor "last"/)
  await expect(usher('identity', 'set', 'user_id', '--limit', 'many')).rejects.toThrow(/limit/)
  expect(await usher('identity', 'reset', 'loyalty_id')).not.toContain('loyalty_id')
})

it('says every problem of a journey that cannot be published', async () => {
  const definition = {
    entry: { type: 'audience', audience: 'nobody' },
    start: 'a',
    steps: { a: { type: 'send', channel: 'sms', template: 'none', next: null } },
  }
  await api.call('POST', `/spaces/${api.spaceId}/journeys`, { name: 'Broken', definition })
  expect(await usher('journey', 'list')).toMatch(/broken +draft/)
  await expect(usher('journey', 'publish', 'broken')).rejects.toThrow(/entry\.audience: [\s\S]*steps\.a\.template: /)
})

it('says what is wrong, and what to do', async () => {
  await expect(usher('audience', 'members', 'none')).rejects.toThrow('There is no audience "none"')
  await expect(usher('send-test', 'none', '--to', 'a@example.com')).rejects.toThrow(/template/)
  const nowhere = createProgram(readConfig({ USHER_HOME: folder }), () => {})
  await expect(nowhere.parseAsync(['audience', 'list'], { from: 'user' })).rejects.toThrow('npm start')
  const away = createProgram(readConfig({ USHER_URL: 'http://127.0.0.1:9', USHER_TOKEN: 'x' }), () => {})
  await expect(away.parseAsync(['audience', 'list'], { from: 'user' })).rejects.toThrow('Nobody answers')
})

it('shows a journey as a plan in words, what its branches ask of the run included', async () => {
  await api.call('POST', `/spaces/${api.spaceId}/journeys`, {
    name: 'Thanks',
    key: 'thanks',
    definition: {
      entry: { type: 'event', event: 'Order Completed', frequency: 'once' },
      start: 'big',
      steps: {
        big: {
          type: 'split',
          branches: [
            {
              name: 'Big order',
              condition: {
                type: 'and',
                conditions: [
                  {
                    type: 'journey_context',
                    event: 'Order Completed',
                    path: 'revenue',
                    compare: { operator: 'at_least', value: 100 },
                  },
                  { type: 'audience', audience: 'buyers' },
                ],
              },
              next: null,
            },
          ],
          otherwise: { next: null },
        },
      },
    },
  })
  expect(await usher('journey', 'show', 'thanks')).toBe(`"Thanks" is draft.

On Order Completed, only the first time
Split: Big order / Everyone else
  Big order: “revenue” of this run's “Order Completed” is at least 100, and is part of “Buyers”
`)
})

it('AUD-12 AUD-17 CSV-01 clones, lists and compares versions, and exports', async () => {
  expect(await usher('audience', 'clone', 'buyers', '--name', 'Buyers too')).toMatch(/^buyers_too: did “Order Completed”/)
  await api.call('PATCH', `/spaces/${api.spaceId}/audiences/buyers_too`, {
    definition: { query: "event('Order Completed').count() >= 2" },
  })
  expect(await usher('audience', 'versions', 'buyers_too')).toMatch(/2 +in force [\s\S]*\n +1 /)
  expect(await usher('audience', 'versions', 'buyers_too', '--compare', '1..2')).toContain('count() >= [-1-]{+2+}')
  expect(await usher('audience', 'versions', 'buyers_too', '--restore', '1')).toMatch(/^buyers_too: /)
  const path = join(folder, 'buyers.csv')
  const exporting = usher('audience', 'export', 'buyers', '--file', path, '--ids', 'email', '--traits', 'name')
  const context = { db: database.db, now: () => new Date(), newClaim: () => 'test' }
  await until('a file is made', () => makeNextExport(context))
  expect(await exporting).toMatch(/^1 people as of .*buyers\.csv\n$/)
  expect(readFileSync(path, 'utf8')).toMatch(/^key,email,name\n[0-9a-f-]+,ada@example\.com,Ada\n$/)
})
