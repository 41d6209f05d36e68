import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const api = await testApi(await freshDatabase())
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)
const SOURCE = 'src_spa_test'
const send = (properties: object) =>
  post(api.server, '/v1/track', { userId: 'a', event: 'Order', properties }, basic(api.writeKey))
const file = join(mkdtempSync(join(tmpdir(), 'usher-plans-')), 'call.json')
writeFileSync(file, JSON.stringify({ type: 'track', event: 'Order', userId: 'a', properties: { total: 'x' } }))

it('PRO-07 infers a plan by one command, and PRO-06 connects it after showing the consequences', async () => {
  await send({ total: 1 })
  const made = await usher('tracking-plan', 'infer', SOURCE)
  expect(made).toMatch(/^tp_[0-9a-f]+: Plan of test, 1 rule\./)
  const [id = ''] = made.split(':')
  await post(api.server, '/v1/track', { userId: 'a', event: 'Surprise' }, basic(api.writeKey))
  expect(await usher('tracking-plan', 'connect', id, SOURCE)).toMatch(/Surprise +1 +not in the plan[\s\S]*add --yes/)
  await expect(usher('tracking-plan', 'connect', id, 'nowhere')).rejects.toThrow('There is no source "nowhere"')
  expect(await usher('tracking-plan', 'connect', id, 'test', '--yes')).toBe('connected\n')
  expect(await usher('tracking-plan', 'check', id, file)).toContain(
    'properties.total: Invalid type. Expected: number, given: string',
  )
  await send({ total: 'x' })
  expect(await usher('tracking-plan', 'violations')).toMatch(/track +Order +properties\.total +Invalid type.* 1 +0 /)
  expect(await usher('tracking-plan', 'client', id)).toContain('"Order": { total?: number }')
  expect(await usher('tracking-plan', 'violations', '--source', 'test')).toContain('properties.total')
  expect(await usher('tracking-plan', 'disconnect', id, 'test')).toBe('disconnected\n')
  expect(await usher('tracking-plan', 'list')).toContain(id)
})

it('ING-18 makes, tries, switches and removes a filter from the command line', async () => {
  const made = await usher('filter', 'add', "event = 'Order'", '--source', SOURCE, '--name', 'No orders')
  const [id = ''] = made.split(' ')
  expect(await usher('filter', 'try', file, '--source', SOURCE)).toMatch(/^dropped\n[\s\S]*No orders +true/)
  expect(await usher('filter', 'try', file, '--if', "event = 'Other'")).toMatch(/^goes on\n[\s\S]*this condition +false/)
  await send({})
  expect(await usher('filter', 'list', '--source', SOURCE)).toMatch(/No orders +on +event = 'Order' +1 +0/)
  expect(await usher('filter', 'disable', id)).toContain('(off)')
  expect(await usher('filter', 'remove', id)).toBe('deleted\n')
  const plain = await usher('filter', 'add', "event = 'Other'")
  expect(plain).toMatch(/^fil_\w+ \(on\): event = 'Other'/)
  expect(await usher('filter', 'list')).toMatch(/spa_test +event = 'Other' +on/)
  await expect(usher('filter', 'add', 'a = ', '--source', SOURCE, '--name', 'n')).rejects.toThrow('ends too early')
})

it('a file that is not there, or is no JSON, is named, and nothing of ours is shown', async () => {
  const broken = join(mkdtempSync(join(tmpdir(), 'usher-plans-')), 'broken.json')
  writeFileSync(broken, '[')
  for (const command of [
    ['tracking-plan', 'check', 'tp_1'],
    ['tracking-plan', 'upload', 'tp_1'],
    ['filter', 'try'],
    ['source', 'test', 'test'],
    ['audience', 'preview'],
  ])
    await expect(usher(...command, '/nowhere/call.json')).rejects.toThrow(/^\/nowhere\/call\.json: cannot be read: ENOENT/)
  await expect(usher('filter', 'try', broken)).rejects.toThrow(`${broken}: is not JSON`)
})
