import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const require = createRequire(import.meta.url)
const sdk: typeof import('@segment/public-api-sdk-typescript') = require('@segment/public-api-sdk-typescript')

const database = await freshDatabase()
let minute = 0
const api = await testApi(database, 'spa_test', () => new Date(Date.UTC(2026, 2, 10, 12, minute)))
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const audiences = new sdk.AudiencesApi(url)
const traits = new sdk.ComputedTraitsApi(url)
for (const client of [audiences, traits]) client.accessToken = api.token

const SPACE = '/spaces/spa_test'
const QUERY = {
  audiences: "event('Order').count() >= 2",
  'computed-traits': "event('Order').count()",
}
type Noun = keyof typeof QUERY

// Two of each instant, so that the id decides, too.
const make = async (noun: Noun, name: string, query = QUERY[noun]): Promise<void> => {
  const made = await api.call('POST', `${SPACE}/${noun}`, { name, definition: { query }, enabled: false })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
}
for (const noun of ['audiences', 'computed-traits'] as const)
  for (let n = 0; n < 8; n++) {
    minute = Math.floor(n / 2)
    await make(noun, `${noun === 'audiences' ? 'Row' : 'Trait'} ${n}`)
  }

type Listed = { readonly key: string }
const many = { audiences: 'audiences', 'computed-traits': 'computedTraits' } as const
const read = async (noun: Noun, query: string, cursor?: string) => {
  const answer = await api.call('GET', `${SPACE}/${noun}?${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const { pagination, ...data } = answer.body.data
  return { keys: (data[many[noun]] as Listed[]).map(({ key }) => key), ...pagination }
}
const remove = async (noun: Noun, key: string): Promise<void> => {
  expect((await api.call('DELETE', `${SPACE}/${noun}/${key}`)).status).toBe(200)
}

it.each([
  ['audiences', ''],
  ['audiences', '&search[type]=NAME&search[query]=row'],
  ['audiences', '&search[type]=DEFINITION&search[query]=Order'],
  ['computed-traits', ''],
] as const)(
  'AUD-01 a page of %s%s goes on behind the one before, whatever was made or deleted meanwhile',
  async (noun, search) => {
    const all = (await read(noun, `count=200${search}`)).keys
    const first = await read(noun, `count=3${search}`)
    expect(first.keys).toEqual(all.slice(0, 3))
    // One that was shown, the very last of them, and one that is new.
    await remove(noun, all[0] ?? '')
    await remove(noun, all[2] ?? '')
    minute += 60
    await make(noun, `Row ${noun} ${minute}`)
    const second = await read(noun, `count=3${search}`, first.next)
    expect(second.keys).toEqual(all.slice(3, 6))
    // All that stand before are fewer than a page.
    expect((await read(noun, `count=3${search}`, second.previous)).keys).toEqual((await read(noun, `count=3${search}`)).keys)
    const rest = await read(noun, `count=200${search}`, second.next)
    expect(rest.keys).toEqual(all.slice(6))
    expect(rest).not.toHaveProperty('next')
    for (let n = 0; n < 2; n++) {
      minute += 60
      await make(noun, `Row ${noun} ${minute}`)
    }
  },
)

it('AUD-01 the page before a page is the one that led to it', async () => {
  const walk = async (search: string): Promise<void> => {
    const first = await read('audiences', `count=2${search}`)
    const pages = [first]
    for (let next = first.next; next !== undefined; next = pages.at(-1)?.next)
      pages.push(await read('audiences', `count=2${search}`, next))
    expect(pages.length).toBeGreaterThan(2)
    expect(pages[0]).not.toHaveProperty('previous')
    for (const [at, page] of pages.entries()) {
      if (at > 0) expect(await read('audiences', `count=2${search}`, page.previous), `${search} ${at}`).toEqual(pages[at - 1])
      expect(page.totalEntries).toBe(pages.flatMap(({ keys }) => keys).length)
    }
  }
  await walk('')
  await walk('&search[type]=DEFINITION&search[query]=Order')
})

it('AUD-15 who refers to an audience goes on behind the page before, in whatever order', async () => {
  await make('audiences', 'Base')
  for (const name of ['Ada', 'Bob', 'Cyd', 'Dan', 'Eve']) {
    minute += 1
    await make('audiences', name, "trait('base') = true")
  }
  const page = async (sort: string, cursor = '') => {
    const { status, body } = await api.call(
      'GET',
      `${SPACE}/audiences/base/audience-references?count=2&sort=${sort}${cursor && `&cursor=${cursor}`}`,
    )
    return { status, keys: body.data?.audiences.map(({ key }: Listed) => key), ...body.data?.pagination }
  }
  const [byName, byMaking, byChange] = [await page('NAME'), await page('CREATED_AT'), await page('UPDATED_AT')]
  expect([byName.keys, byMaking.keys, byChange.keys]).toEqual([
    ['ada', 'bob'],
    ['ada', 'bob'],
    ['eve', 'dan'],
  ])
  await remove('audiences', 'bob')
  await remove('audiences', 'eve')
  expect((await page('NAME', byName.next)).keys).toEqual(['cyd', 'dan'])
  expect((await page('CREATED_AT', byMaking.next)).keys).toEqual(['cyd', 'dan'])
  expect((await page('UPDATED_AT', byChange.next)).keys).toEqual(['cyd', 'ada'])
  expect((await page('UPDATED_AT', byName.next)).status, 'of another order').toBe(422)
})

it("AUD-01 Segment's client walks through the pages while rows are deleted", async () => {
  const all = (await read('audiences', 'count=200')).keys
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const { data } = (await audiences.listAudiences('spa_test', { count: 4, ...(cursor === undefined ? {} : { cursor }) })).body
    const keys = data?.audiences.map(({ key }) => key) ?? []
    seen.push(...keys)
    if (keys[0] !== 'base') await audiences.removeAudienceFromSpace('spa_test', keys[0] ?? '')
    cursor = data?.pagination.next ?? undefined
  } while (cursor)
  expect(seen).toEqual(all)
})

it('AUD-01 a cursor that counted rows, or holds what is no place, is refused with what to send', async () => {
  for (const place of [
    ['audience', 2],
    ['audience', '2', 'x'],
    ['audience', '2026-03-10T12:00:00.000Z', 5],
    ['audience', '+275761-01-01T00:00:00.000Z', 'x'],
    ['computed_trait', '2026-03-10T12:00:00.000Z', 'x'],
    ['audience'],
    {},
    null,
  ])
    for (const search of ['', '&search[type]=DEFINITION&search[query]=Order']) {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
      expect(
        await api.call('GET', `${SPACE}/audiences?cursor=${cursor}${search}`),
        `${JSON.stringify(place)}${search}`,
      ).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'cursor', message: expect.stringContaining('pagination.next') }] },
      })
    }
})

it('AUD-01 a page that is too long, a search that is, and one in what cannot be searched say what may be', async () => {
  const said = async (query: string) => (await api.call('GET', `${SPACE}/audiences?${query}`)).body.errors[0].message
  expect(await said('pagination[count]=201')).toBe('is above 200: give 200 or less')
  expect(await said(`search=${'x'.repeat(256)}`)).toBe('has more than 255 characters: give at most 255 characters')
  expect(await said('search[type]=KIND')).toBe('is none of what it can be: write one of "KEY", "NAME", "DEFINITION"')
})
