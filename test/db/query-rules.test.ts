import { readdirSync, readFileSync } from 'node:fs'
import { loadModule } from 'libpg-query'
import { expect, it } from 'vitest'
import { type Finding, lintQuery } from '../support/query-lint.ts'

await loadModule()

const FOLDER = new URL('../queries/', import.meta.url)

const ACROSS = 'asks which spaces have work: one statement for all of them, by indexes that begin with the space'

/** Which statement may break which rule, and why. */
const EXCEPTIONS: Readonly<Record<string, { readonly rules: readonly Finding['rule'][]; readonly why: string }>> = {
  'outbox.spaces': { rules: ['R2'], why: ACROSS },
  'space.to_evaluate': { rules: ['R2'], why: ACROSS },
  'space.to_evaluate_fully': { rules: ['R2'], why: ACROSS },
  'computation.enabled_everywhere': {
    rules: ['R2'],
    why: 'the daily full evaluation lists definitions, a small reference table',
  },
  'message.accounts_with_work': { rules: ['R2'], why: ACROSS },
  'audience_evaluation.record': {
    rules: ['R4'],
    why: 'measures how long its own transaction took: only the database knows, and nothing is decided by it',
  },
}

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
  ['key', 'update profile set space_id = $1 where space_id = $2'],
]

it.each(SEEDED)('finds the seeded fault against %s: %s', (rule, text) => {
  expect(lintQuery(text).map((finding) => finding.rule)).toContain(rule)
})

it('finds nothing in a statement that follows the rules', () => {
  const text = `with gone as (delete from membership where space_id = $1 and audience_id = $2 returning profile_id)
    insert into outbox (space_id, profile_id, id) select $1, profile_id, $3 from gone`
  expect(lintQuery(text)).toEqual([])
})

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'))

it.each(files)('G9 %s follows the rules of a statement', (file) => {
  const name = file.replace('.sql', '')
  const allowed = EXCEPTIONS[name]?.rules ?? []
  expect(lintQuery(readFileSync(new URL(file, FOLDER), 'utf8')).filter((finding) => !allowed.includes(finding.rule))).toEqual([])
})
