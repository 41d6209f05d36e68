import type { Json } from '../../src/base/json.ts'
import { concurrently } from '../bench/support/post.ts'
import { chanceOf } from './chance.ts'
import { type Asked, askRoute, csvOf, type Document, routesOf } from './routes.ts'
import { languageBodies, WALK } from './texts.ts'
import { oddTexts } from './values.ts'

export type ApiHunt = {
  readonly url: string
  readonly spaceId: string
  readonly token: string
  readonly writeKey: string
  readonly seed: number
  /** Requests for each route. */
  readonly times: number
  readonly senders: number
  readonly found: (what: string, asked: Asked) => void
}

type Said = { readonly status: number; readonly body: ReturnType<typeof JSON.parse> }

const ask = async (url: string, { method, path, headers, body }: Omit<Asked, 'route'>): Promise<Said> => {
  const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) })
  if (/event-stream/.test(answer.headers.get('content-type') ?? '')) {
    await answer.body?.cancel()
    return { status: answer.status, body: undefined }
  }
  const text = await answer.text()
  const json = /json/.test(answer.headers.get('content-type') ?? '') && text !== ''
  return { status: answer.status, body: json ? JSON.parse(text) : undefined }
}

/** Names and ids that mean something, by what a route is about. */
export type Known = {
  readonly words: readonly string[]
  readonly ids: readonly (readonly [at: RegExp, ids: readonly string[]])[]
}

const CALLS: readonly Json[] = [
  { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { email: 'ada@example.com', plan: 'pro', age: 36 } },
  { type: 'track', userId: 'u1', event: 'Order Completed', properties: { revenue: 42.5, products: [{ sku: 'a' }] } },
  { type: 'group', userId: 'u1', groupId: 'acme', traits: { employees: 12 } },
]

/** Things that are there, so that a name sometimes means one. */
const furnish = async ({ url, spaceId, token, writeKey }: ApiHunt): Promise<Known> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const at = async (path: string, body: Json): Promise<ReturnType<typeof JSON.parse>> => {
    const said = await ask(url, { method: 'POST', path: `/spaces/${spaceId}${path}`, headers, body: JSON.stringify(body) })
    if (said.status >= 300) throw new Error(`${path}: ${said.status} ${JSON.stringify(said.body)}`)
    return said.body.data
  }
  const batch = JSON.stringify({ writeKey, batch: CALLS })
  await ask(url, { method: 'POST', path: '/v1/batch', headers: {}, body: batch })
  const { audience } = await at('/audiences', { name: 'Big', definition: { query: "event('E').count() >= 1" } })
  const { computedTrait } = await at('/computed-traits', {
    name: 'Orders',
    definition: { query: "event('Order Completed').count()" },
  })
  const { trackingPlan } = await at('/tracking-plans', { name: 'Plan', type: 'LIVE' })
  const { filter } = await at('/filters', { integrationId: 'src', name: 'F', if: "event = 'Debug'" })
  const { journey } = await at('/journeys', { name: 'Walk', definition: WALK })
  const { folder } = await at('/folders', { name: 'Folder' })
  return {
    words: [audience.id, trackingPlan.id, 'src', 'user_id:u1', 'email:ada@example.com', 'E', 'plan', 'track', 'a.csv', '30 days'],
    ids: [
      [/audiences/, [audience.id, 'big']],
      [/computed-traits/, [computedTrait.id]],
      [/tracking-plans/, [trackingPlan.id]],
      [/filters/, [filter.id]],
      [/sources/, ['src']],
      [/journeys/, [journey.id, 'walk']],
      [/folders/, [folder.id]],
      [/profiles/, ['user_id:u1', 'email:ada@example.com', 'anonymous_id:a1']],
      [/accounts/, ['group_id:acme']],
    ],
  }
}

/** Asks every route of the API what nobody should ask it, and tells each answer of 500 or more, and each that never came. */
export const huntAtApi = async (hunt: ApiHunt): Promise<number> => {
  const { url, spaceId, token, seed, times, senders, found } = hunt
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const known = await furnish(hunt)
  const chance = chanceOf(seed)
  const asked = Array.from({ length: times }).flatMap(() =>
    routesOf(document).flatMap((route): readonly Asked[] => {
      // What is deleted is no use to those that come after it.
      if (route.method === 'DELETE' && !chance.happens(5)) return []
      const one = askRoute(chance, document, route, { spaceId, token, known, bodies: languageBodies(chance, route.path) })
      if (one.route !== 'POST /spaces/{space}/imports') return [one]
      const name = encodeURIComponent((chance.happens(80) ? 'people.csv' : chance.one(oddTexts)).toWellFormed())
      return [
        {
          ...one,
          path: `/spaces/${spaceId}/imports?name=${name}`,
          headers: { ...one.headers, 'content-type': 'text/csv' },
          body: csvOf(chance, known.words),
        },
      ]
    }),
  )
  await concurrently(asked, senders, async (one) => {
    const said = await ask(url, one).catch((error: Error) => ({ status: 0, body: error.message }))
    if (said.status === 0 || said.status >= 500)
      found(`${one.route} answered ${said.status} ${JSON.stringify(said.body)?.slice(0, 200)}`, one)
  })
  return asked.length
}
