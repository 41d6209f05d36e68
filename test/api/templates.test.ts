import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { loadTemplateVersion, templateByKey } from '../../src/template/template.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const decoy = await testApi(database, 'spa_decoy')
const path = '/spaces/spa_test/templates'
const mjml = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>`
const email = {
  name: 'Welcome!',
  channel: 'email',
  source: { subject: 'Hi {{ profile.traits.first_name | default: "you" }}', mjml: mjml('Hello') },
}
const make = (body: object) => api.call('POST', path, body)

it('makes a template under the key of its name, with its variables and advice', async () => {
  const { status, body } = await make(email)
  expect(status).toBe(201)
  expect(body.data.template).toMatchObject({
    id: expect.stringMatching(/^tpl_/),
    key: 'welcome',
    channel: 'email',
    version: 1,
    source: email.source,
    variables: ['profile.traits.first_name', 'unsubscribe_url'],
    warnings: [],
  })
  expect((await make(email)).body.error.code).toBe('template_exists')
})

it('T01 T09 names every field that is wrong, of shape and of Liquid', async () => {
  const refused = await make({ ...email, key: 'bad', source: { mjml: mjml('{% if %}{{ x | nope }}'), subject: '{{' } })
  expect(refused.status).toBe(422)
  const fields = refused.body.error.problems.map((p: { field: string }) => p.field)
  expect(new Set(fields)).toEqual(new Set(['source.subject', 'source.mjml']))
  expect((await make({ ...email, key: 'bad', source: { subject: 'x' } })).body.error.problems[0].field).toBe('source.mjml')
  expect((await make({ ...email, key: 'bad', source: { ...email.source, extra: 1 } })).status).toBe(422)
  expect((await make({ ...email, key: 'bad', channel: 'fax' })).status).toBe(422)
  expect((await make({ ...email, key: 'bad', channel: 'sms', source: { body: 'a\u0000' } })).status).toBe(422)
  expect((await make({ ...email, key: 'bad', channel: 'sms', source: { body: '\ud800' } })).status).toBe(422)
  expect(await templateByKey(database.db, 'spa_test', 'bad')).toBeUndefined()
})

it('T36 a new source is a new version; the old one stays as it was', async () => {
  const { id } = (await make({ ...email, key: 'versions' })).body.data.template
  const patched = await api.call('PATCH', `${path}/versions`, { source: { ...email.source, subject: 'New' } })
  expect(patched.body.data.template).toMatchObject({ id, version: 2, source: { subject: 'New' } })
  expect((await api.call('PATCH', `${path}/${id}`, { name: 'Renamed' })).body.data.template).toMatchObject({
    version: 2,
    name: 'Renamed',
  })
  const first = await loadTemplateVersion(database.db, 'spa_test', id, 1)
  expect(first.source).toEqual(email.source)
  expect(await loadTemplateVersion(database.db, 'spa_test', id, 1)).toBe(first)
  expect((await api.call('PATCH', `${path}/${id}`, { source: { subject: '{{' } })).status).toBe(422)
})

it('of two who save at once one is told, and no version is lost', async () => {
  const { id } = (await make({ ...email, key: 'contested' })).body.data.template
  const saves = await Promise.all(
    [1, 2, 3, 4].map((n) => api.call('PATCH', `${path}/${id}`, { source: { ...email.source, subject: `S${n}` } })),
  )
  const accepted = saves.filter((save) => save.status === 200).length
  expect(saves.every((save) => save.status === 200 || save.body.error.code === 'template_changed')).toBe(true)
  expect((await api.call('GET', `${path}/${id}`)).body.data.template.version).toBe(1 + accepted)
})

it('deletes: gone from lists, its key free, its versions kept for what was sent', async () => {
  const { id } = (await make({ ...email, key: 'leaving' })).body.data.template
  expect((await api.call('DELETE', `${path}/leaving`)).status).toBe(200)
  expect((await api.call('GET', `${path}/${id}`)).status).toBe(404)
  expect((await make({ ...email, key: 'leaving' })).status).toBe(201)
  expect((await loadTemplateVersion(database.db, 'spa_test', id, 1)).compiled.channel).toBe('email')
})

it('lists by key, page by page, by channel', async () => {
  for (const key of ['z1', 'z2', 'z3'])
    await make({ name: key, key, channel: 'sms', source: { body: 'Reply STOP to unsubscribe' } })
  const first = (await api.call('GET', `${path}?channel=sms&count=2`)).body.data
  expect([first.templates.map((t: { key: string }) => t.key), first.pagination]).toEqual([
    ['z1', 'z2'],
    { current: '', next: 'z2', totalEntries: 3 },
  ])
  const second = (await api.call('GET', `${path}?channel=sms&count=2&cursor=z2`)).body.data
  expect([second.templates.map((t: { key: string }) => t.key), second.pagination.next]).toEqual([['z3'], undefined])
})

it('T18 previews as nobody, with samples, as a profile, and a source that is not saved', async () => {
  const id = '00000000-0000-8000-8000-000000000001'
  for (const [space, name] of [
    ['spa_test', 'Ada'],
    ['spa_decoy', 'Decoy'],
  ] as const) {
    await run(
      database.db,
      query(
        'test.*',
        sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
          values (${space}, ${id}, ${JSON.stringify({ first_name: name })}::jsonb, '{"email": ["a@example.com"]}', now(), now())`,
      ),
    )
    await run(
      database.db,
      query(
        'test.*',
        sql`insert into profile_identifier (space_id, type, value, profile_id, created_at) values (${space}, 'email', 'a@example.com', ${id}, now())`,
      ),
    )
  }
  await make({ ...email, key: 'shown' })
  const preview = async (body: object) => (await api.call('POST', `${path}/shown/preview`, body)).body.data?.preview
  expect((await preview({})).subject).toBe('Hi you')
  expect((await preview({ variables: { profile: { traits: { first_name: 'Sample' } } } })).subject).toBe('Hi Sample')
  expect((await preview({ profile: id })).subject).toBe('Hi Ada')
  const byEmail = await preview({
    profile: 'email:a@example.com',
    source: { ...email.source, subject: '{{ profile.traits.first_name }}, {{ profile.email }}' },
  })
  expect(byEmail).toMatchObject({
    channel: 'email',
    subject: 'Ada, a@example.com',
    html: expect.stringContaining('/unsubscribe/preview'),
    text: expect.stringContaining('Hello'),
    variables: ['profile.email', 'profile.traits.first_name', 'unsubscribe_url'],
  })
  expect((await api.call('POST', `${path}/shown/preview`, { profile: 'email:no@example.com' })).status).toBe(404)
  expect((await api.call('POST', `${path}/shown/preview`, { source: { subject: '{{' } })).status).toBe(422)
})

it('G9 templates of one space are not there in another', async () => {
  const { id } = (await make({ ...email, key: 'mine' })).body.data.template
  for (const [method, body] of [
    ['GET', undefined],
    ['PATCH', { name: 'x' }],
    ['DELETE', undefined],
  ] as const) {
    expect((await decoy.call(method, `/spaces/spa_decoy/templates/${id}`, body)).status).toBe(404)
    expect((await decoy.call(method, '/spaces/spa_decoy/templates/mine', body)).status).toBe(404)
  }
  expect((await decoy.call('GET', '/spaces/spa_decoy/templates')).body.data.templates).toEqual([])
  await expect(loadTemplateVersion(database.db, 'spa_decoy', id, 1)).rejects.toThrow('no template version')
})
