import { readdirSync, readFileSync } from 'node:fs'
import { loadModule } from 'libpg-query'
import { expect, it } from 'vitest'
import { EXCEPTIONS } from '../support/query-exceptions.ts'
import { type Finding, lintQuery } from '../support/query-lint.ts'

await loadModule()

const FOLDER = new URL('../queries/', import.meta.url)

const SEEDED: readonly (readonly [Finding['rule'], string])[] = [
  ['R2', 'select * from profile where id = $1'],
  ['R2', 'select * from profile p join event e on e.profile_id = p.id and e.space_id = p.space_id where p.space_id = $1'],
  ['R2', 'delete from membership where audience_id = $1'],
  ['R2', 'update message set claim = $1 where space_id = $2 and id in (select id from message where claim is null)'],
  ['R2', 'select id from profile where space_id = $1 union all select profile_id from event'],
  ['R4', 'update message set claimed_at = now() where space_id = $1'],
  ['R4', 'insert into outbox (space_id, id) select $1, gen_random_uuid()'],
  ['R6', 'with d as (delete from membership where space_id = $1 returning *) select * from membership where space_id = $1'],
  ['R3', 'with recursive r as (select 1) select * from r'],
  ['R3', 'with c as (select id from profile where space_id = $1) select * from c a, c b'],
  ['R3', 'select 1 from profile o join profile p on p.space_id = $1 and p.id = o.merged_into where o.space_id = $2'],
  ['R3', 'select 1 from profile_identifier i join profile p on p.space_id = $1 and p.id = i.profile_id where i.space_id = $2'],
  ['R5', 'select id from message where space_id = $1 and claim is null limit 10 for update skip locked'],
  [
    'R6',
    'with m as (update journey_run set step = $1 where space_id = $2 returning id) insert into journey_transition (id) select id from m',
  ],
  [
    'limit',
    'delete from profile_change where space_id = $1 and (profile_id, id) in (select profile_id, id from profile_change where space_id = $2 limit 10 for update skip locked)',
  ],
  ['key', 'update profile set space_id = $1 where space_id = $2'],
]

it.each(SEEDED)('finds the seeded fault against %s: %s', (rule, text) => {
  expect(lintQuery(text).map((finding) => finding.rule)).toContain(rule)
})

it('finds nothing in a statement that follows the rules', () => {
  const text = `with gone as (delete from membership where space_id = $1 and audience_id = $2 returning profile_id)
    select count(*) from gone`
  expect(lintQuery(text)).toEqual([])
})

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'))

it.each(files)('G9 %s follows the rules of a statement', (file) => {
  const name = file.replace('.sql', '')
  const allowed = EXCEPTIONS[name]?.rules ?? []
  expect(lintQuery(readFileSync(new URL(file, FOLDER), 'utf8')).filter((finding) => !allowed.includes(finding.rule))).toEqual([])
})
