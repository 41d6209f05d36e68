import type { Kit } from './inside.ts'

type Pair = [string, string]
/** A list of names and values: what headers and the parameters of an address have in common. */
type List = {
  append(name: unknown, value: unknown): void
  set(name: unknown, value: unknown): void
  delete(name: unknown): void
  get(name: unknown): string | null
  has(name: unknown): boolean
  entries(): Pair[]
}
type ListType = new (from: readonly Pair[], normal: (name: string) => string, changed: (list: List) => void) => List
type Shared = { List: ListType; pairsIn: (from: unknown) => Pair[]; Headers: new (from?: unknown) => List }
/** What parts of a world lend each other; no global. */
export type WebKit = Kit & { shared?: Shared }

/** The list that the others are made of. */
export const makeList = (kit: WebKit): void => {
  const pairsIn = (from: unknown): Pair[] => {
    if (typeof from !== 'object' || from === null) return []
    const pairs = Symbol.iterator in from ? [...(from as Iterable<[unknown, unknown]>)] : Object.entries(from)
    return pairs.map(([name, value]) => [`${name}`, `${value}`])
  }
  class List {
    #pairs: Pair[]
    #normal: (name: string) => string
    #changed: (list: List) => void
    constructor(from: readonly Pair[], normal: (name: string) => string, changed: (list: List) => void) {
      this.#normal = normal
      this.#changed = changed
      this.#pairs = from.map(([name, value]) => [normal(name), value])
    }
    #become(pairs: Pair[]): void {
      this.#pairs = pairs
      this.#changed(this)
    }
    append(name: unknown, value: unknown): void {
      this.#become([...this.#pairs, [this.#normal(`${name}`), `${value}`]])
    }
    set(name: unknown, value: unknown): void {
      const own = this.#normal(`${name}`)
      const at = this.#pairs.findIndex(([one]) => one === own)
      const rest = this.#pairs.filter(([one], place) => one !== own || place === at)
      const added: Pair[] = at < 0 ? [[own, `${value}`]] : []
      this.#become([...rest.map(([one, old]): Pair => [one, one === own ? `${value}` : old]), ...added])
    }
    delete(name: unknown): void {
      this.#become(this.#pairs.filter(([one]) => one !== this.#normal(`${name}`)))
    }
    getAll(name: unknown): string[] {
      return this.#pairs.filter(([one]) => one === this.#normal(`${name}`)).map(([, value]) => value)
    }
    has(name: unknown): boolean {
      return this.getAll(name).length > 0
    }
    forEach(act: (value: string, name: string) => void): void {
      for (const [name, value] of this.#pairs) act(value, name)
    }
    keys = (): string[] => this.#pairs.map(([name]) => name)
    values = (): string[] => this.#pairs.map(([, value]) => value)
    entries = (): Pair[] => this.#pairs.map(([name, value]) => [name, value])
    get(name: unknown): string | null {
      return this.getAll(name)[0] ?? null
    }
    [Symbol.iterator](): Iterator<Pair> {
      return this.entries()[Symbol.iterator]()
    }
  }
  kit.shared = { List, pairsIn } as unknown as Shared
}

/** URL and URLSearchParams, by the rules that the platform has: what is written in them is read outside. */
export const giveUrls = ({ give, want, shared }: WebKit): void => {
  const { List, pairsIn } = shared as Shared
  class URLSearchParams extends List {
    constructor(from?: unknown, changed?: unknown) {
      const text = from === undefined || from === null || typeof from === 'object' ? undefined : `${from}`
      const tell = typeof changed === 'function' ? changed : () => {}
      super(
        text === undefined ? pairsIn(from) : want('query', text),
        (name) => name,
        (list) => tell(`${list}`),
      )
    }
    override toString(): string {
      return want('query-text', this.entries())
    }
  }
  const partsOf = new WeakMap<object, Record<string, string>>()
  const searches = new WeakMap<object, URLSearchParams>()
  const read = (url: object, name: string): string => partsOf.get(url)?.[name] ?? ''
  const write = (url: object, name: string, value: string): void => {
    partsOf.set(url, want('url-set', read(url, 'href'), name, value))
  }
  class URL {
    constructor(url: unknown, base?: unknown) {
      partsOf.set(this, want('url', `${url}`, base === undefined ? null : `${base}`))
    }
    get origin(): string {
      return read(this, 'origin')
    }
    get searchParams(): URLSearchParams {
      const there = searches.get(this)
      if (there) return there
      const made = new URLSearchParams(read(this, 'search'), (text: string) => write(this, 'search', text))
      searches.set(this, made)
      return made
    }
    toString(): string {
      return read(this, 'href')
    }
    toJSON(): string {
      return read(this, 'href')
    }
  }
  for (const name of ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'])
    Object.defineProperty(URL.prototype, name, {
      get(this: URL) {
        return read(this, name)
      },
      set(this: URL, value: unknown) {
        write(this, name, `${value}`)
        if (name === 'search' || name === 'href') searches.delete(this)
      },
    })
  give('URLSearchParams', URLSearchParams)
  give('URL', URL)
}

/** What a request is answered with, and headers. */
export const giveResponses = (kit: WebKit): void => {
  const { give, on, parse } = kit
  const { List, pairsIn } = kit.shared as Shared
  class Headers extends List {
    constructor(from?: unknown) {
      super(
        pairsIn(from),
        (name) => name.toLowerCase(),
        () => {},
      )
    }
    override get(name: unknown): string | null {
      const found = this.entries().filter(([one]) => one === `${name}`.toLowerCase())
      return found.length === 0 ? null : found.map(([, value]) => value).join(', ')
    }
  }
  type Reply = { status: number; statusText: string; url: string; headers: Pair[]; body: string }
  const bodies = new WeakMap<object, string>()
  class Response {
    readonly status: number
    readonly statusText: string
    readonly url: string
    readonly headers: Headers
    constructor(reply: Reply) {
      this.status = reply.status
      this.statusText = reply.statusText
      this.url = reply.url
      this.headers = new Headers(reply.headers)
      bodies.set(this, reply.body)
    }
    get ok(): boolean {
      return this.status >= 200 && this.status < 300
    }
    async text(): Promise<string> {
      return bodies.get(this) ?? ''
    }
    async json(): Promise<unknown> {
      return parse(bodies.get(this) ?? '')
    }
  }
  type Waiting = { readonly resolve: (response: Response) => void; readonly reject: (error: Error) => void }
  const waiting = new Map<string, Waiting>()
  on('r', (id, text) => {
    const one = waiting.get(id)
    waiting.delete(id)
    const reply = parse(text)
    if ('error' in reply) one?.reject(new TypeError(`fetch failed: ${reply.error}`))
    else one?.resolve(new Response(reply))
  })
  give('Headers', Headers)
  kit.shared = { ...(kit.shared as Shared), Headers }
  give('__usher_wait', (id: string, resolve: Waiting['resolve'], reject: Waiting['reject']) =>
    waiting.set(id, { resolve, reject }),
  )
}

/** `fetch`, which the process that started us does, where it is allowed. */
export const giveFetch = ({ say, stringify, give, shared }: WebKit): void => {
  const { Headers } = shared as Shared
  const world = globalThis as unknown as {
    __usher_wait?: (id: string, resolve: (given: unknown) => void, reject: (error: unknown) => void) => void
    URLSearchParams: new () => object
  }
  const { __usher_wait: wait, URLSearchParams } = world
  delete world.__usher_wait
  const bodyOf = (body: unknown, headers: List): string | null => {
    if (body === undefined || body === null) return null
    if (typeof body === 'string') return body
    if (!(body instanceof URLSearchParams)) throw new TypeError('the body of a request must be a text or URLSearchParams')
    if (!headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
    return `${body}`
  }
  type Init = { readonly method?: unknown; readonly headers?: unknown; readonly body?: unknown }
  const ask = (input: unknown, init: Init): string => {
    const headers = new Headers(init.headers)
    const body = bodyOf(init.body, headers)
    const method = `${init.method ?? 'GET'}`.toUpperCase()
    return say('fetch', stringify({ url: `${input}`, method, headers: headers.entries(), body }))
  }
  give(
    'fetch',
    (input: unknown, init?: Init): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const id = ask(input, init ?? {})
        if (id === '') reject(new TypeError('fetch failed: more than 100 requests in one call, or one larger than 1 MB'))
        else wait?.(id, resolve, reject)
      }),
  )
}
