/*
 * What stands around a customer's code inside its own world. Each function of this file and its neighbours is sent there as text, so none may use
 * anything but its arguments and what every script has. Everything the code can touch is made in there; the one thing that is not, `ask`, stays in
 * closures, takes texts and gives texts, and what it might throw is caught before code sees it: an object of ours would be a way out.
 */

/** The way out of a world: texts in, texts out. */
export type Ask = (what: string, text: string) => string

/** What the parts of a world share. No code of a customer reaches it. */
export type Kit = {
  readonly say: Ask
  readonly parse: (text: string) => ReturnType<typeof JSON.parse>
  readonly stringify: (value: unknown) => string
  /** Makes a global. */
  readonly give: (name: string, value: unknown) => void
  /** Asks for something that may be wrong: what it is, or throws a TypeError of this world. */
  readonly want: (what: string, ...values: readonly unknown[]) => ReturnType<typeof JSON.parse>
  /** What is done when a word comes from outside: `<letter> <number> <text>`. */
  readonly on: (letter: string, act: (number: string, text: string) => void) => void
  /** An error as JSON text: its kind, its message, where it was made. */
  readonly describe: (error: unknown) => string
  readonly kinds: (readonly [kind: string, type: new () => Error])[]
}

/** The first part: the kit itself, and the one door through which what comes from outside comes. */
export const makeKit = (ask: Ask): Kit => {
  const { parse, stringify } = JSON
  const { defineProperty } = Reflect
  const acts: Record<string, (number: string, text: string) => void> = { __proto__: null } as never
  const kinds: Kit['kinds'] = []
  // Where the stack is nearly full, calling outside throws an object from outside: it is let go here.
  const say: Ask = (what, text) => {
    try {
      return ask(what, text)
    } catch {
      return ''
    }
  }
  const describe = (error: unknown): string => {
    try {
      const kind = kinds.find(([, type]) => error instanceof type)?.[0] ?? 'Error'
      const isError = error instanceof Error
      const { name, message: told, stack } = (isError ? error : {}) as { name?: unknown; message?: unknown; stack?: unknown }
      const message = !isError ? `${error}` : kind === 'Error' ? `${name}: ${told}` : `${told}`
      const [, line, column] = /function\.js:(\d+):(\d+)/.exec(`${stack}`) ?? []
      return stringify({ kind, message: message.slice(0, 1_000), ...(line ? { line: +line, column: +(column ?? 0) } : {}) })
    } catch {
      return '{"kind":"Error","message":"something that cannot be read was thrown"}'
    }
  }
  const step = (): void => {
    const [, letter = '', number = '', text = ''] = /^(.) (\d+) (.*)$/s.exec(say('pull', '')) ?? []
    acts[letter]?.(number, text)
  }
  defineProperty(globalThis, '__usher_step', { value: step, writable: false, configurable: false, enumerable: false })
  return {
    say,
    parse,
    stringify: (value) => stringify(value),
    give: (name, value) => {
      defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
    },
    want: (what, ...values) => {
      const { ok, wrong } = parse(say(what, stringify(values)) || '{"wrong":"too much at once"}')
      if (wrong !== undefined) throw new TypeError(wrong)
      return ok
    },
    on: (letter, act) => {
      acts[letter] = act
    },
    describe,
    kinds,
  }
}

/** Errors that code may throw, and what is no business of it taken away. */
export const giveErrors = ({ give, kinds }: Kit): void => {
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) delete (globalThis as Record<string, unknown>)[name]
  for (const name of ['RetryError', 'ValidationError', 'InvalidEventPayload', 'EventNotSupported', 'DropEvent']) {
    const type = { [name]: class extends Error {} }[name] as new () => Error
    Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true })
    kinds.push([name, type])
    give(name, type)
  }
}

/** Handlers: takes those that the code has, and calls them. */
export const giveHandlers = ({ say, parse, give, on, describe, stringify }: Kit): void => {
  const { apply } = Reflect
  const { then } = Promise.prototype
  const PromiseHere = Promise
  let handlers: Record<string, unknown> = { __proto__: null } as never
  let settings = '{}'
  const give1 = (given: Record<string, unknown>): void => {
    handlers = given
    delete (globalThis as Record<string, unknown>)['__usher_take']
  }
  give('__usher_take', give1)
  on('s', (_, text) => {
    settings = text
  })
  on('w', (call) => {
    const names = Object.keys(handlers).filter((name) => typeof handlers[name] === 'function')
    say('gave', `${call} ${stringify(names)}`)
  })
  const fail = (call: string, error: unknown): void => void say('failed', `${call} ${describe(error)}`)
  const answer = (call: string, value: unknown): void => {
    try {
      const text = value === undefined ? undefined : stringify(value)
      say('gave', text === undefined ? `${call} ` : `${call} ${text}`)
    } catch (error) {
      say('failed', `${call} {"kind":"InvalidEventPayload","message":${stringify(`what it gave is no JSON: ${error}`)}}`)
    }
  }
  on('c', (call, text) => {
    const [, name = '', event = ''] = /^(\S+) (.*)$/s.exec(text) ?? []
    const handler = handlers[name]
    if (typeof handler !== 'function')
      return void say('failed', `${call} {"kind":"HandlerMissing","message":"there is no ${name}"}`)
    try {
      const given = apply(handler, undefined, [parse(event), parse(settings)])
      const promise = new PromiseHere((resolve) => resolve(given))
      apply(then, promise, [(value: unknown) => answer(call, value), (error: unknown) => fail(call, error)])
    } catch (error) {
      fail(call, error)
    }
  })
}

/** Timers, the console, and a cache of what was computed (spec/connections §4.2): they live as long as the process. */
export const giveBasics = ({ say, give, on, stringify }: Kit): void => {
  const waiting = new Map<string, () => void>()
  on('t', (timer) => {
    const act = waiting.get(timer)
    waiting.delete(timer)
    act?.()
  })
  const setTimeout = (act: unknown, ms?: unknown, ...given: readonly unknown[]): number => {
    if (typeof act !== 'function') throw new TypeError('setTimeout wants a function')
    const timer = say('timer', `${Number(ms) || 0}`)
    waiting.set(timer, () => act(...given))
    return Number(timer)
  }
  give('setTimeout', setTimeout)
  give('clearTimeout', (timer: unknown): void => {
    waiting.delete(`${timer}`)
    say('untimer', `${Number(timer) || 0}`)
  })
  const shown = (value: unknown): string => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return `${value.name}: ${value.message}`
    try {
      return stringify(value) ?? String(value)
    } catch {
      return String(value)
    }
  }
  const log = (...values: readonly unknown[]): void => void say('log', values.map(shown).join(' '))
  const console: Record<string, unknown> = {}
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[name] = log
  give('console', console)
  // The customer's own clock: it is their code that keeps something.
  const { now } = Date
  type Kept = { readonly until: number; readonly value: Promise<unknown> }
  const kept = new Map<string, Kept>()
  const load = (key: string, ttl: unknown, find?: unknown): Promise<unknown> => {
    const [ms, make] = typeof ttl === 'function' ? [-1, ttl] : [Number(ttl ?? -1), find]
    if (typeof make !== 'function') throw new TypeError('cache.load wants a key, milliseconds and a function')
    const there = kept.get(key)
    if (there && there.until > now()) return there.value
    const value = (async () => make())()
    if (kept.size >= 1_000) kept.clear()
    kept.set(key, { until: ms < 0 ? Infinity : now() + ms, value })
    value.catch(() => kept.delete(key))
    return value
  }
  give('cache', { load, delete: (key: string): void => void kept.delete(key) })
}

/** Base64 and hashes, which are computed outside. */
export const giveCrypto = ({ give, want }: Kit): void => {
  give('btoa', (text: unknown): string => want('btoa', `${text}`))
  give('atob', (text: unknown): string => want('atob', `${text}`))
  type Data = string | Uint8Array
  const latin = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const written = (data: unknown): readonly [string, string] => {
    if (typeof data === 'string') return ['utf8', data]
    if (data instanceof Uint8Array) return ['latin1', latin(data)]
    throw new TypeError('data must be a text or a Uint8Array')
  }
  const hashing = (algorithm: string, key: readonly [string, string] | null) => {
    const parts: (readonly [string, string])[] = []
    const hash = {
      update(data: Data) {
        parts.push(written(data))
        return hash
      },
      digest(encoding?: string): string | Uint8Array {
        const found: string = want('hash', algorithm, key, parts, encoding ?? 'latin1')
        return encoding === undefined ? Uint8Array.from(found, (letter) => letter.charCodeAt(0)) : found
      },
    }
    return hash
  }
  give('crypto', {
    createHash: (algorithm: unknown) => hashing(`${algorithm}`, null),
    createHmac: (algorithm: unknown, key: unknown) => hashing(`${algorithm}`, written(key)),
    randomUUID: (): string => want('uuid'),
  })
}
