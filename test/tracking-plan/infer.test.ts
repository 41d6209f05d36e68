import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { planned, trackRule, traitsRule } from './support/planned.ts'

const now = new Date('2026-03-10T12:00:00Z')
const { api, S, connected, plan, source } = await planned(() => now)
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString()
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

it('PRO-07 a plan of the last 7 days holds every seen event; a property that was seen with two types has none', async () => {
  const { send, id } = await connected([])
  await send({ event: 'Order', properties: { total: 1, code: 'a', list: [{ a: 1 }], deep: { x: 1 } } })
  await send({ event: 'Order', properties: { total: 2.5, code: 7, gift: null } })
  await send({ event: 'Clicked' })
  await send({ event: 'Long ago', timestamp: ago(8) })
  await send({ type: 'identify', traits: { plan: 'pro' } })
  await send({ type: 'group', groupId: 'g', traits: { size: 3 } })
  await send({ type: 'page', name: 'Home', properties: { url: '/' } })
  const made = await api.call('POST', `${S}/tracking-plans/inferences`, { name: 'Inferred', sourceId: id })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const { id: planId } = made.body.data.trackingPlan
  const { rules } = (await api.call('GET', `${S}/tracking-plans/${planId}/rules`)).body.data
  const bags = Object.fromEntries(
    rules.map((rule: { type: string; key: string; jsonSchema: { properties: { properties?: object; traits?: object } } }) => [
      `${rule.type} ${rule.key}`.trim(),
      (rule.jsonSchema.properties.properties ?? rule.jsonSchema.properties.traits) as { properties: object },
    ]),
  )
  const names = Object.fromEntries(Object.entries(bags).map(([key, bag]) => [key, (bag as { properties: object }).properties]))
  expect(names).toEqual({
    GROUP: { size: { type: 'number' } },
    IDENTIFY: { plan: { type: 'string' } },
    PAGE: { url: { type: 'string' } },
    'TRACK Clicked': {},
    'TRACK Order': {
      code: {},
      deep: { type: 'object' },
      gift: { type: 'null' },
      list: { type: 'array', items: {} },
      total: { type: 'number' },
    },
  })
  const month = await api.call('POST', `${S}/tracking-plans/inferences`, { name: 'Month', sourceId: id, window: '30d' })
  expect(month.body.data.trackingPlan.rules).toBe(6)
  expect((await api.call('POST', `${S}/tracking-plans/inferences`, { name: 'No', sourceId: 'src_no' })).status).toBe(404)
})

it('PRO-07 what a plan was inferred from keeps to it, with every control on', async () => {
  const { send, id, planId: first } = await connected([])
  const calls = [
    { event: 'Order', properties: { total: 1, list: [{ a: { b: 1 } }], deep: { x: { y: 1 } } } },
    { type: 'identify', traits: { plan: 'pro', address: { city: 'x' } } },
    { type: 'page', name: 'Home', properties: { url: '/' } },
  ]
  for (const call of calls) await send(call)
  const made = await api.call('POST', `${S}/tracking-plans/inferences`, { name: 'Own', sourceId: id })
  await api.call('DELETE', `${S}/tracking-plans/${first}/sources?sourceId=${id}`)
  await api.call('POST', `${S}/tracking-plans/${made.body.data.trackingPlan.id}/sources`, { sourceId: id })
  await api.call('PATCH', `${S}/sources/${id}/settings`, {
    track: { allowUnplannedEvents: false, allowUnplannedEventProperties: false, allowEventOnViolations: false },
    identify: { allowUnplannedTraits: false, allowTraitsOnViolations: false },
  })
  for (const call of calls) {
    const { result, stored } = await send(call)
    expect([result.status, stored?.['context']]).toEqual(['stored', {}])
  }
  expect((await send({ event: 'Another' })).result.code).toBe('unplanned')
})

it('PRO-33 the typed client compiles with a required property, and not without it', async () => {
  const id = await plan([
    trackRule(
      'Order Completed',
      { total: { type: 'number' }, 'odd name': { type: ['string', 'null'] } },
      { required: ['total'] },
    ),
    trackRule('Clicked', {}),
    traitsRule('IDENTIFY', { plan: { type: 'string', enum: ['free', 'pro'] } }),
  ])
  expect((await source()).id).toMatch(/^src/)
  const { typescript } = (await api.call('GET', `${S}/tracking-plans/${id}/client`)).body.data
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.client-'))
  const compiles = (line: string): boolean => {
    writeFileSync(join(folder, 'plan.ts'), typescript)
    writeFileSync(
      join(folder, 'use.ts'),
      `import { usherClient } from './plan.ts'\nconst client = usherClient({ track: () => 1, identify: () => 1, group: () => 1 })\n${line}\n`,
    )
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--allowImportingTsExtensions',
      '--ignoreConfig',
    ]
    return spawnSync(join(ROOT, 'node_modules/.bin/tsc'), [...flags, join(folder, 'use.ts')]).status === 0
  }
  try {
    expect(compiles("client.track('Order Completed', { total: 1, 'odd name': null }, { userId: 'a' })")).toBe(true)
    expect(compiles("client.track('Order Completed', {}, { userId: 'a' })")).toBe(false)
    expect(compiles("client.track('order completed', { total: 1 }, { userId: 'a' })")).toBe(false)
    expect(
      compiles("client.track('Clicked', undefined, { anonymousId: 'a' }); client.identify({ plan: 'pro' }, { userId: 'a' })"),
    ).toBe(true)
    expect(compiles("client.identify({ plan: 'gold' }, { userId: 'a' })")).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
