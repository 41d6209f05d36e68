import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { summaryLine, summaryLines } from '../../src/dev/screen.ts'
import { readSummary } from '../../src/dev/summary.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const { db, ...rest } = await freshDatabase()
const api = await testApi({ db, ...rest }, 'spa_test')
await testApi({ db, ...rest }, 'spa_decoy')

const NOW = new Date('2026-03-15T10:00:00Z')
const id = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`
const DEFINITION = {
  entry: { type: 'audience', audience: 'a' },
  exits: [],
  start: 'write',
  steps: {
    wait: { type: 'delay', for: '1 minute', next: null },
    write: { type: 'send', name: 'Email: hello', channel: 'email', template: 't', purpose: 'marketing', next: 'wait' },
  },
}

const fill = async (spaceId: string): Promise<void> => {
  const text = JSON.stringify(DEFINITION)
  await sql`insert into profile (space_id, id, created_at, updated_at) select ${spaceId}, unnest(${[id(1), id(2), id(3)]}::uuid[]), ${NOW}, ${NOW}`.execute(
    db,
  )
  await sql`update profile set merged_into = ${id(1)} where space_id = ${spaceId} and id = ${id(3)}`.execute(db)
  await sql`insert into journey (space_id, id, key, name, status, live_version, created_by, updated_by, created_at, updated_at)
    values (${spaceId}, 'jou_1', 'hello', 'Hello', 'live', 1, 'me', 'me', ${NOW}, ${NOW})`.execute(db)
  await sql`insert into journey_version (space_id, journey_id, version, definition, status, published_by, published_at)
    values (${spaceId}, 'jou_1', 1, ${text}::jsonb, 'live', 'me', ${NOW})`.execute(db)
  for (const [n, step, status] of [
    [1, 'wait', 'active'],
    [2, null, 'completed'],
  ] as const)
    await sql`insert into journey_run (space_id, profile_id, id, journey_id, version, entry_key, root_id, step, status,
        entered_at, entered_mark, arrived_at, arrived_mark)
      values (${spaceId}, ${id(n)}, ${id(n)}, 'jou_1', 1, 'k', ${id(n)}, ${step}, ${status}, ${NOW}, '', ${NOW}, '')`.execute(db)
  await sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at)
    select ${spaceId}, p, p, 1, 'write', null, 'wait', ${NOW}::timestamptz from unnest(${[id(1), id(2)]}::uuid[]) p`.execute(db)
}

it('the summary counts one space: people, runs at each step in the order of the journey, those who ended', async () => {
  await fill('spa_test')
  await fill('spa_decoy')
  const summary = await readSummary(db, api.spaceId)
  expect(summary).toEqual({
    events: 0,
    profiles: 2,
    audiences: [],
    journeys: [
      {
        name: 'Hello',
        status: 'live',
        ended: 1,
        steps: [
          { name: 'Email: hello', here: 0, passed: 2 },
          { name: 'wait', here: 1, passed: 0 },
        ],
      },
    ],
    messages: {},
    channels: {},
  })
  expect(summaryLine(summary, 61_000)).toBe(
    '01:01 · 0 events · 2 profiles · no in audiences · 1 runs inside, 1 ended · messages: none',
  )
  const before = { ...summary, profiles: 1 }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
  const lines = summaryLines(summary, before).map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''))
  expect(lines.find((line) => line.includes('Profiles'))).toMatch(/Profiles +2 {2}\+1$/)
  expect(lines.find((line) => line.includes('Hello'))).toContain('live · 1 inside · 1 ended')
})
