import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Unavailable } from './errors.ts'

export type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string }
export type Outgoing = {
  /** POST, where nothing else is said. */
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs?: number
  /** How the host is looked up, where not everything that it may lead to is allowed. */
  readonly lookup?: LookupFunction
  /** The rest of a longer answer is not read; without it all is. */
  readonly mostBytes?: number
}

// Connections are kept: a handshake a message would cost more than the message.
const http = new HttpAgent({ keepAlive: true, maxSockets: 256 })
const https = new HttpsAgent({ keepAlive: true, maxSockets: 256 })

/** Longer than any provider takes, much shorter than a lease. */
const TIMEOUT_MS = 10_000

// What one lookup allowed another may not: each has connections of its own.
const agents = new Map<LookupFunction, { readonly http: HttpAgent; readonly https: HttpsAgent }>()
const agentsOf = (lookup: LookupFunction | undefined): { readonly http: HttpAgent; readonly https: HttpsAgent } => {
  if (!lookup) return { http, https }
  const there = agents.get(lookup)
  if (there) return there
  const options = { keepAlive: true, maxSockets: 256, lookup }
  const made = { http: new HttpAgent(options), https: new HttpsAgent(options) }
  agents.set(lookup, made)
  return made
}

const open = (url: URL, { method = 'POST', headers, lookup }: Omit<Outgoing, 'body'>): ClientRequest =>
  url.protocol === 'https:'
    ? overHttps(url, { method, headers, agent: agentsOf(lookup).https })
    : overHttp(url, { method, headers, agent: agentsOf(lookup).http })

// What never reached the peer may be tried again; what did may have been done, though we never heard.
const failure = (url: URL, connected: boolean, cause: Error): Unavailable =>
  connected
    ? new Unavailable('no_answer', `${url.host} took the request and did not answer: ${cause.message}`, { cause })
    : new Unavailable('unreachable', `${url.host} cannot be reached: ${cause.message}`, { cause })

/**
 * Posts to a provider and answers whatever status comes back. @throws Unavailable `unreachable` when nothing was sent, `no_answer` when the
 * request went out and no answer came: the two must not be treated alike.
 */
export const post = (
  address: string,
  { headers, body, timeoutMs = TIMEOUT_MS, mostBytes = Number.POSITIVE_INFINITY, ...way }: Outgoing,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const url = new URL(address)
    const payload = Buffer.from(body)
    const request = open(url, { ...way, headers: { ...headers, 'content-length': String(payload.length) } })
    let connected = false
    // Of the whole exchange: who answers a byte now and then would hold it for ever.
    const timer = setTimeout(
      () => request.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
      timeoutMs,
    )
    const fail = (cause: Error): void => {
      clearTimeout(timer)
      reject(failure(url, connected, cause))
    }
    const ready = url.protocol === 'https:' ? 'secureConnect' : 'connect'
    request.on('socket', (socket) => {
      if (request.reusedSocket) connected = true
      else socket.once(ready, () => (connected = true))
    })
    request.on('error', fail)
    request.on('response', (response) => {
      const parts: Buffer[] = []
      let kept = 0
      const done = (): void => {
        clearTimeout(timer)
        const text = Buffer.concat(parts).subarray(0, mostBytes).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      }
      response.on('data', (part: Buffer) => {
        kept += part.length
        parts.push(part)
        if (kept <= mostBytes) return
        done()
        response.destroy()
      })
      response.on('error', fail)
      response.on('end', done)
    })
    request.end(payload)
  })

/** Seconds of a `Retry-After` header, which may also be a date; undefined without one. */
export const retryAfter = (headers: IncomingMessage['headers'], now: Date): number | undefined => {
  const value = headers['retry-after']
  if (value === undefined) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const until = Date.parse(value)
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - now.getTime()) / 1000))
}
