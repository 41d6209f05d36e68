import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const api = await testApi(database)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })

const said: string[] = []
const usher = usherAt(url, api.token, said)

const evaluate = async () => {
  await evaluateFullyDue(database.db, new Date())
  await evaluateDue(database.db, new Date())
}

const folder = mkdtempSync(join(tmpdir(), 'usher code '))
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

const order = (userId: string, revenue: number) => ({ type: 'track', userId, event: 'Order Completed', properties: { revenue } })

beforeAll(async () => {
  await api.server.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization: `Basic ${btoa(`${api.writeKey}:`)}` },
    payload: { batch: [order('ada', 100), order('ada', 50), order('bob', 10), order('cyd', 70)] },
  })
  const queries = {
    buyers: "event('Order Completed').count() >= 1",
    small_buyers: "trait('buyers') = true AND event('Order Completed').sum(property('revenue')) < 60",
  }
  for (const [key, query] of Object.entries(queries))
    await api.call('POST', `/spaces/${api.spaceId}/audiences`, { name: `The ${key}`, key, definition: { query } })
  await api.call('POST', `/spaces/${api.spaceId}/computed-traits`, {
    name: 'Orders',
    key: 'orders',
    description: 'How many.',
    definition: { query: "event('Order Completed').count()" },
  })
  await evaluate()
})

describe('a space as files', () => {
  it('pulls every audience and computed trait, and a second time writes nothing', async () => {
    expect(await usher('pull', folder)).toMatch(/wrote .*audiences\/buyers\.yaml/)
    expect(readdirSync(join(folder, 'audiences')).toSorted()).toEqual(['buyers.yaml', 'small_buyers.yaml'])
    expect(read('audiences/buyers.yaml')).toBe("name: The buyers\nquery: event('Order Completed').count() >= 1\n")
    expect(read('computed-traits/orders.yaml')).toBe(
      "name: Orders\ndescription: How many.\nquery: event('Order Completed').count()\n",
    )
    expect(await usher('pull', folder)).toContain('already says what the space says')
    expect(await usher('plan', folder)).toContain('Nothing to do.')
  })

  it('takes a query that is only laid out differently for the same', async () => {
    write('audiences/buyers.yaml', "name: The buyers\nquery: |\n  (event('Order Completed')\n    .count().at_least(1))\n")
    expect(await usher('plan', folder)).toContain('Nothing to do.')
  })

  it('plans: what changes, and how many people enter, exit and stay; nothing is saved', async () => {
    write('audiences/buyers.yaml', "name: The buyers\nquery: event('Order Completed').sum(property('revenue')) < 100\n")
    write('audiences/big.yaml', "name: Big\nquery: trait('orders') >= 2\n")
    write(
      'computed-traits/orders.yaml',
      "name: Orders\ndescription: How many.\nquery: event('Order Completed').sum(property('revenue'))\n",
    )
    const plan = await usher('plan', folder)
    expect(plan).toMatch(/~ computed trait orders\n {4}query: - event\('Order Completed'\)\.count\(\)\n/)
    expect(plan).toContain('3 values change, 0 values stay')
    expect(plan).toMatch(/~ audience buyers\n[\s\S]*0 enter, 1 exit, 2 stay/)
    expect(plan).toMatch(/\+ audience big\n[\s\S]*1 enter \(with orders as it is now\)\n/)
    expect(plan).toContain('1 to make, 2 to change, 0 not in the files.')
    expect((await api.call('GET', `/spaces/${api.spaceId}/audiences/buyers`)).body.data.audience.definition.query).toContain(
      'count',
    )
    const json = JSON.parse(await usher('plan', folder, '--json'))
    expect(json.plan.map((each: { effect: object }) => each.effect)).toContainEqual({
      numbers: { entered: 0, exited: 1, stayed: 2 },
    })
  })

  it('applies what it planned, and those people enter and exit', async () => {
    expect(await usher('apply', folder)).toContain('3 applied.')
    await evaluate()
    expect(await usher('plan', folder)).toContain('Nothing to do.')
    const sizes = (await api.call('GET', `/spaces/${api.spaceId}/audiences`)).body.data.audiences
    expect(
      Object.fromEntries(sizes.map((each: { key: string; size: { count: number } }) => [each.key, each.size.count])),
    ).toEqual({
      buyers: 2,
      small_buyers: 1,
      big: 3,
    })
  })

  it('makes audiences before those that refer to them, whatever the files are called', async () => {
    write('audiences/aaa.yaml', "name: A\nquery: trait('zzz') = true\n")
    write('audiences/zzz.yaml', "name: Z\nquery: trait('vip').exists()\n")
    const plan = await usher('plan', folder)
    expect(plan).toMatch(/\+ audience zzz[\s\S]*\+ audience aaa\n[\s\S]*can be counted once zzz is there/)
    expect(await usher('apply', folder)).toContain('2 applied.')
    expect((await api.call('GET', `/spaces/${api.spaceId}/audiences/aaa`)).body.data.audience.definition.condition).toEqual({
      type: 'audience',
      audience: 'zzz',
    })
  })

  it('leaves what is not in the files alone, and removes it where it is asked to', async () => {
    for (const key of ['aaa', 'zzz']) rmSync(join(folder, `audiences/${key}.yaml`))
    expect(await usher('plan', folder)).toMatch(/- audience aaa[\s\S]*- audience zzz[\s\S]*2 not in the files/)
    expect(await usher('apply', folder)).toContain('0 applied.')
    expect(await usher('apply', folder, '--remove')).toContain('2 applied.')
    expect((await api.call('GET', `/spaces/${api.spaceId}/audiences/zzz`)).status).toBe(404)
  })

  it.each([
    ['audiences/bad.yaml', 'name: [', /audiences\/bad\.yaml: .*at line 1/],
    [
      'audiences/bad.yaml',
      'name: Bad\nqueries: 1\n',
      /audiences\/bad\.yaml query: is missing; .*bad\.yaml queries: is not known here/,
    ],
    ['audiences/bad.yaml', '', /audiences\/bad\.yaml: is nothing/],
    ['audiences/bad.yaml', "name: 5\nquery: trait('a').exists()\n", /audiences\/bad\.yaml name: is a number/],
    [
      'audiences/bad.yaml',
      "name: Bad\nquery: trait('a').exists()\noptions: { backfillDurationDays: 3 }\n",
      /audiences\/bad\.yaml options\.backfillDurationDays: is not known here/,
    ],
    [
      'audiences/bad.yaml',
      "name: Bad\nquery: trait('a').exists()\noptions: { recompute: { every: 8 hours } }\n",
      /audiences\/bad\.yaml options\.recompute: is for accounts/,
    ],
    [
      'audiences/bad.yaml',
      "name: Bad\nquery: ANY trait('a').exists()\n",
      /audiences\/bad\.yaml: [\s\S]*ANY and ALL are for audiences of accounts/,
    ],
    [
      'audiences/buyers.yml',
      "name: Twice\nquery: trait('a').exists()\n",
      /audiences\/buyers\.yml: another file has the key "buyers"/,
    ],
    [
      'audiences/orders.yaml',
      "name: Twice\nquery: trait('a').exists()\n",
      /audiences\/orders\.yaml: another file has the key "orders"/,
    ],
    [
      'audiences/team/deep.yaml',
      "name: Deep\nquery: trait('a').exists()\n",
      /audiences\/team: is a folder in which nothing is read/,
    ],
    [
      'audiences/bad.yaml',
      "name: Bad\nquery: event('A').cuont() > 1\n",
      /audiences\/bad\.yaml query: line 1, column 12: found "cuont"/,
    ],
    ['audiences/Bad Key.yaml', "name: Bad\nquery: trait('a').exists()\n", /the file name is the key/],
    ['audiences/bad.yaml', "name: Bad\nquery: trait('bad') = true\n", /refers to itself: bad → bad/],
  ])('refuses %s that says %j, and says where', async (path, text, problem) => {
    write(path, text)
    await expect(usher('apply', folder)).rejects.toThrow(problem)
    rmSync(join(folder, path))
    rmSync(join(folder, 'audiences/team'), { recursive: true, force: true })
  })

  it('refuses circles through computed traits, and says what is wrong in each of several files', async () => {
    write('computed-traits/around.yaml', "name: Around\nquery: event('A').where(trait('circled') = true).count()\n")
    write('audiences/circled.yaml', "name: Circled\nquery: trait('around') >= 1\n")
    await expect(usher('plan', folder)).rejects.toThrow(/around\.yaml query: refers to itself: around → circled → around/)
    write('computed-traits/around.yaml', "name: Around\nquery: event('A').cuont()\n")
    write('audiences/circled.yaml', "name: Circled\nquery: trait('around') >=\n")
    await expect(usher('plan', folder)).rejects.toThrow(/around\.yaml query: line 1[\s\S]*circled\.yaml query: line 1/)
    for (const path of ['computed-traits/around.yaml', 'audiences/circled.yaml']) rmSync(join(folder, path))
  })

  it('makes and removes in order what refers to one another across kinds', async () => {
    write('computed-traits/a_first.yaml', "name: A\nquery: event('A').where(property('x') > trait('b_second')).count()\n")
    write('computed-traits/b_second.yaml', "name: B\nquery: event('A').where(trait('of_both') = true).count()\n")
    write('audiences/of_both.yaml', "name: Of both\nquery: trait('vip').exists()\n")
    write('audiences/of_new.yaml', "name: Of new\nquery: trait('b_second') >= 0\n")
    const plan = await usher('plan', folder)
    expect(plan).toMatch(
      /audience of_both[\s\S]*trait b_second[\s\S]*trait a_first[\s\S]*audience of_new[\s\S]*once b_second is there/,
    )
    expect(await usher('apply', folder)).toContain('4 applied.')
    for (const path of ['computed-traits/a_first', 'computed-traits/b_second', 'audiences/of_both', 'audiences/of_new'])
      rmSync(join(folder, `${path}.yaml`))
    expect(await usher('apply', folder, '--remove')).toContain('4 applied.')
  })

  it('says which file stopped it and what was done before', async () => {
    write('audiences/fine.yaml', "name: Fine\nquery: trait('vip').exists()\n")
    write('audiences/gone.yaml', "name: Gone\nquery: trait('vip').exists()\n")
    await usher('apply', folder)
    rmSync(join(folder, 'audiences/gone.yaml'))
    await usher('apply', folder, '--remove')
    write('audiences/fine.yaml', "name: Finer\nquery: trait('vip').exists()\n")
    write('audiences/gone.yaml', "name: Gone\nquery: trait('vip').exists()\n")
    await expect(usher('apply', folder)).rejects.toThrow(
      /audiences\/gone\.yaml: The key "gone" is or was used[\s\S]*Applied before, and stays: ~ audience fine\./,
    )
    expect(await usher('pull', folder)).toMatch(/audiences\/gone\.yaml is not in the space: delete it/)
    for (const key of ['fine', 'gone']) rmSync(join(folder, `audiences/${key}.yaml`))
    await usher('apply', folder, '--remove')
  })

  it('takes no folder, and one without files of ours, for a mistake and not for an empty space', async () => {
    const before = (await api.call('GET', `/spaces/${api.spaceId}/audiences`)).body.data.pagination.totalEntries
    await expect(usher('apply', join(folder, 'nowhere'), '--remove')).rejects.toThrow(/nowhere: is not there/)
    await expect(usher('apply', join(folder, 'audiences'), '--remove')).rejects.toThrow(
      /has neither computed-traits\/ nor audiences\//,
    )
    expect((await api.call('GET', `/spaces/${api.spaceId}/audiences`)).body.data.pagination.totalEntries).toBe(before)
  })

  it('says that no more may be counted this month, and plans and applies all the same', async () => {
    const few = await testApi(database, 'spa_few', undefined, 'previews_a_month=0')
    const there = usherAt(await few.server.listen({ host: '127.0.0.1', port: 0 }), few.token)
    const files = mkdtempSync(join(tmpdir(), 'usher few '))
    mkdirSync(join(files, 'audiences'))
    writeFileSync(join(files, 'audiences/some.yaml'), "name: Some\nquery: trait('vip').exists()\n")
    expect(await there('plan', files)).toMatch(/\+ audience some\n[\s\S]*not counted: This space asked for 0 previews/)
    expect(await there('apply', files)).toContain('1 applied.')
  })
})

describe('options in files', () => {
  it('CMP-06 says nothing of history that a batch definition has whatever was asked for, however often it is applied', async () => {
    write(
      'audiences/recent_ones.yaml',
      "name: Recent ones\nquery: event('Order Completed').within(30 days).count() >= 1\noptions:\n  includeHistoricalData: false\n",
    )
    await usher('apply', folder)
    expect(await usher('plan', folder)).toContain('Nothing to do.')
    rmSync(join(folder, 'audiences/recent_ones.yaml'))
    await usher('apply', folder, '--remove')
  })

  it('two who apply the same files at once make nothing twice, and who comes second is told which file', async () => {
    write('audiences/raced.yaml', "name: Raced\nquery: event('Order Completed').count() >= 1\n")
    const both = [usherAt(url, api.token), usherAt(url, api.token)].map((one) => one('apply', folder))
    const ended = await Promise.allSettled(both)
    expect(ended.map(({ status }) => status)).toContain('fulfilled')
    for (const one of ended) if (one.status === 'rejected') expect(String(one.reason)).toContain('audiences/raced.yaml: ')
    expect(await usher('plan', folder)).toContain('Nothing to do.')
    rmSync(join(folder, 'audiences/raced.yaml'))
    await usher('apply', folder, '--remove')
  })

  it('counts whom another option moves', async () => {
    write('audiences/anyone.yaml', "name: Anyone\nquery: event('Order Completed').count() >= 1\n")
    await usher('apply', folder)
    await evaluate()
    write(
      'audiences/anyone.yaml',
      "name: Anyone\nquery: event('Order Completed').count() >= 1\noptions:\n  filterByExternalIds: [email]\n",
    )
    expect(await usher('plan', folder)).toMatch(/options: - \{\}\n[\s\S]*0 enter, 3 exit, 0 stay/)
    rmSync(join(folder, 'audiences/anyone.yaml'))
    await usher('apply', folder, '--remove')
  })
})

describe('cases', () => {
  const calls = [
    '      - { type: identify, userId: ada, traits: { email: ada@example.com } }',
    '      - { type: track, userId: ada, event: Order Completed, timestamp: 40 days ago, properties: { revenue: 60 } }',
    '      - { type: track, userId: ada, event: Order Completed, timestamp: 2026-03-01T00:00:00Z, properties: { revenue: 50 } }',
    '      - { type: track, userId: bob, event: Order Completed }',
  ].join('\n')
  const caseFile = (inside: string): string =>
    `audience: recent\nat: 2026-03-02T00:00:00Z\ncases:\n  - name: one old order and one of yesterday\n    calls:\n${calls}\n${inside}`

  it('play a history in the engine itself and say who is in', async () => {
    write(
      'audiences/recent.yaml',
      "name: Recent\nquery: event('Order Completed').within(30 days).count() = 1 AND trait('orders') >= 100\n",
    )
    write('tests/recent.yaml', caseFile('    in: ["email:ada@example.com"]\n    out: [bob]\n'))
    expect(await usher('test', folder)).toBe('✓ one old order and one of yesterday\n\n1 passed, 0 failed\n')
  })

  it('ACC-01 are about accounts where the audience is', async () => {
    write('audiences/busy.yaml', "name: Busy\naudienceType: ACCOUNTS\nquery: ANY event('Order Completed').count() >= 1\n")
    const group = (userId: string, groupId: string) => `      - { type: group, userId: ${userId}, groupId: ${groupId} }\n`
    write(
      'tests/busy.yaml',
      `audience: busy\ncases:\n  - name: one account is busy\n    calls:\n${group('ada', 'acme')}${group('bob', 'idle')}      - { type: track, userId: ada, event: Order Completed }\n    in: [acme]\n    out: ["group_id:idle"]\n`,
    )
    expect(await usher('test', folder)).toContain('✓ one account is busy')
    for (const path of ['audiences/busy.yaml', 'tests/busy.yaml']) rmSync(join(folder, path))
  })

  it('say why somebody is not where they should be, and fail', async () => {
    write('tests/recent.yaml', caseFile('    in: [ada, bob]\n'))
    await expect(usher('test', folder)).rejects.toThrow('1 of 1 cases failed')
    expect(said.join('')).toMatch(
      /✗ one old order[\s\S]*bob should be in, and is not:[\s\S]*✓ did “Order Completed”[\s\S]*✗ “orders” is at least 100/,
    )
  })

  it('play among more definitions and cases than a space takes at once', async () => {
    const many = mkdtempSync(join(tmpdir(), 'usher many '))
    for (const sub of ['audiences', 'tests']) mkdirSync(join(many, sub))
    for (let n = 0; n < 205; n++)
      writeFileSync(join(many, `audiences/a_${n}.yaml`), `name: A ${n}\nquery: trait('a_${n + 1}') = true OR trait('x') = ${n}\n`)
    const one = (n: number) => `  - { name: case ${n}, calls: [{ type: identify, userId: u, traits: { x: 204 } }], in: [u] }\n`
    const cases = Array.from({ length: 21 }, (_, n) => one(n)).join('')
    writeFileSync(join(many, 'tests/few.yaml'), `audience: a_203\ncases:\n${cases}`)
    expect(await usher('test', many)).toContain('21 passed, 0 failed')
  })

  it('name the file in which something is wrong', async () => {
    write('tests/wrong.yaml', 'audience: nobody\ncases:\n  - { name: x, calls: [] }\n')
    await expect(usher('test', folder)).rejects.toThrow(/tests\/wrong\.yaml audience: there is no audiences\/nobody\.yaml/)
    write('tests/wrong.yaml', 'audience: recent\ncases:\n  - { name: x, calls: [{ type: track, userId: ada }] }\n')
    await expect(usher('test', folder)).rejects.toThrow(/tests\/wrong\.yaml: [\s\S]*cases\.0\.calls\.0: /)
    write('tests/wrong.yaml', 'audience: wrong\ncases:\n  - { name: x, calls: [] }\n')
    write('audiences/wrong.yaml', "name: Wrong\nquery: ANY trait('a').exists()\n")
    await expect(usher('test', folder)).rejects.toThrow(
      /audiences\.wrong\.definition\.condition: line 1, column 1: ANY and ALL are for/,
    )
    for (const path of ['audiences', 'tests']) rmSync(join(folder, `${path}/wrong.yaml`))
  })

  it('keep nothing: no space, profile or event of theirs is left', async () => {
    const left = await database.pool.query(
      "select (select count(*) from space where id like 'case_%') + (select count(*) from profile where space_id like 'case_%') + (select count(*) from event where space_id like 'case_%') as n",
    )
    expect(Number(left.rows[0].n)).toBe(0)
  })

  it('refuse a call that a space would not take, a person who is nowhere and an audience that there is not, each by its place', async () => {
    const post = (one: object) =>
      api.call('POST', `/spaces/${api.spaceId}/audience-cases`, {
        audiences: [{ key: 'a', query: "trait('vip').exists()" }],
        cases: [{ name: 'x', audience: 'a', at: '2026-03-02T00:00:00Z', calls: [], ...one }],
      })
    expect((await post({ calls: [{ type: 'track', userId: 'ada' }] })).body.error.problems[0].field).toBe('cases.0.calls.0')
    expect(await post({ in: ['nobody'] })).toMatchObject({ status: 404 })
    expect(await post({ audience: 'b' })).toMatchObject({ status: 404 })
    expect(
      (await post({ calls: [{ type: 'track', userId: 'a', event: 'E', timestamp: 'yesterday' }] })).body.error.problems[0],
    ).toMatchObject({
      field: 'cases.0.calls.0.timestamp',
    })
  })
})
