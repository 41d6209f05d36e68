import { type Fake, type Reply, startFake } from './http.ts'

/** What goes wrong with a request: nothing, before anything was done, after half of it was done, after all was done and nobody heard, refused as a whole. */
export type Mishap = 'none' | 'before' | 'half' | 'unheard' | 'busy'

type Item = {
  readonly type: string
  readonly event: string
  readonly userId?: string
  readonly externalId: string
  readonly audienceName: string
  readonly properties: Readonly<Record<string, unknown>> & { readonly audience_key: string }
  readonly context: { readonly traits?: { readonly email?: string } }
}

/** A platform that keeps lists of people behind two addresses, and whose requests go wrong as told. `poison`: whose items spoil a request. */
export const startListPlatform = async (mishap: (path: string) => Mishap = () => 'none', poison = new Set<string>()) => {
  const lists = new Map<string, Set<string>>()
  const names: string[] = []
  const sizes: number[] = []
  const apply = ({ externalId, properties, userId, context }: Item): void => {
    const list = lists.get(externalId)
    const who = `${userId ?? ''} ${context.traits?.email ?? ''}`
    if (properties[properties.audience_key] === true) list?.add(who)
    else list?.delete(who)
  }
  const create = (body: string): Reply => {
    names.push(JSON.parse(body).audienceName)
    const externalId = `list ${names.length}`
    lists.set(externalId, new Set())
    return { status: 200, body: { externalId } }
  }
  const change = (items: readonly Item[]): Reply => {
    sizes.push(items.length)
    if (items.some(({ userId = '' }) => poison.has(userId))) return { status: 400, body: { error: 'one item is wrong' } }
    for (const item of items) apply(item)
    return { status: 200 }
  }
  const fake: Fake = await startFake(({ path, body }) => {
    const doIt = () => (path === '/lists' ? create(body) : change(JSON.parse(body)))
    switch (mishap(path)) {
      case 'none':
        return doIt()
      case 'before':
        return { status: 500 }
      case 'busy':
        return { status: 429, headers: { 'retry-after': '30' } }
      case 'unheard':
        doIt()
        return 'cut'
      case 'half': {
        if (path === '/lists') return 'cut'
        const items: readonly Item[] = JSON.parse(body)
        for (const item of items.slice(0, items.length >> 1)) apply(item)
        return { status: 503 }
      }
    }
  })
  return { ...fake, lists, names, sizes, poison }
}
