import { must } from '../../../src/base/must.ts'
import type { Connection } from '../../../src/db/connect.ts'
import { readTemplateFiles } from '../../../src/dev/sample/template-files.ts'
import type { JourneyDraft } from '../../../src/journey/definition.ts'
import { JourneyDefinition } from '../../../src/journey/definition.ts'
import { createJourney } from '../../../src/journey/journeys.ts'
import { publishJourney } from '../../../src/journey/publish.ts'
import { createAccount } from '../../../src/message/account.ts'
import { createSource, createSpace } from '../../../src/space/space.ts'
import { NewTemplateContent } from '../../../src/template/source.ts'
import { createTemplate } from '../../../src/template/template.ts'

export const SPACE = 'spa_bench'
export const WRITE_KEY = 'bench'
export const ACCOUNT = 'acc_bench'

/** The address of the n-th person (from 1), and the user id behind it. */
export const addressOf = (n: number): string => `person${n}@example.com`
export const userOf = (n: number): string => `user ${n}`

const people = (count: number): readonly string[] => [
  `insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
    select '${SPACE}', md5('person ' || n)::uuid,
      jsonb_build_object('email', 'person' || n || '@example.com', 'first_name', 'Person ' || n, 'plan', (array['free','pro'])[1 + n % 2]),
      jsonb_build_object('user_id', jsonb_build_array('user ' || n), 'email', jsonb_build_array('person' || n || '@example.com')), now(), now()
    from generate_series(1, ${count}) as n`,
  `insert into profile_identifier (space_id, type, value, profile_id, created_at)
    select '${SPACE}', i.type, i.value, md5('person ' || n)::uuid, now()
    from generate_series(1, ${count}) as n cross join lateral (values ('user_id', 'user ' || n), ('email', 'person' || n || '@example.com')) as i (type, value)`,
  `insert into subscription (space_id, channel, address, status, origin, updated_at)
    select '${SPACE}', 'email', 'person' || n || '@example.com', 'subscribed', 'bench', now() from generate_series(1, ${count}) as n`,
  'vacuum analyze profile, profile_identifier, subscription',
]

const addTemplate = async ({ db }: Connection): Promise<void> => {
  const file = must(
    readTemplateFiles().find(({ key }) => key === 'win_back'),
    'the template win_back',
  )
  const content = NewTemplateContent.parse({ channel: file.channel, source: file.source })
  await createTemplate(db, SPACE, { key: file.key, name: file.name, content }, new Date())
}

/** A space with subscribed people, the sample's template `win_back`, and an account at a provider that never says "slower". */
export const openShop = async (connection: Connection, count: number, provider: string): Promise<void> => {
  const now = new Date()
  await createSpace(connection.db, { id: SPACE, slug: 'bench', name: 'bench' }, now)
  await createSource(connection.db, { spaceId: SPACE, id: 'src', name: 'bench', kind: 'server', writeKey: WRITE_KEY }, now)
  for (const statement of people(count)) await connection.pool.query(statement)
  await addTemplate(connection)
  const settings = { apiKey: 'SG.bench', from: 'shop@example.com', baseUrl: provider }
  const account = { id: ACCOUNT, channel: 'email', kind: 'sendgrid', name: 'bench', settings, ratePerSecond: 100_000 } as const
  await createAccount(connection.db, SPACE, account, now)
}

/** Makes a journey and publishes it, as the API does. */
export const publish = async ({ db, pool }: Connection, key: string, draft: JourneyDraft): Promise<void> => {
  const definition = JourneyDefinition.parse(draft)
  await createJourney(db, SPACE, { id: `jou_${key}`, name: key, key, definition, by: 'bench' }, new Date())
  await publishJourney(db, SPACE, key, { by: 'bench' }, new Date())
  await pool.query(`select pg_notify('usher', 'outbox')`)
}
