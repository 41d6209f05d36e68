import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Unavailable } from '../base/errors.ts'

export type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string }
export type Outgoing = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs?: number
  /** How the host is looked up, where not everything that it may lead to is allowed. */
  readonly lookup?: LookupFunction
}

// Connections are kept: a handshake a message would cost more than the message.
const http = new HttpAgent({ keepAlive: true, maxSockets: 256 })
const https = new HttpsAgent({ keepAlive: true, maxSockets: 256 })

/** Longer than any provider takes, much shorter than a lease. */
const TIMEOUT_MS = 10_000

const open = (url: URL, headers: Readonly<Record<string, string>>, lookup: LookupFunction | undefined): ClientRequest => {
  const options = { method: 'POST', headers, ...(lookup ? { lookup } : {}) }
  return url.protocol === 'https:'
    ? overHttps(url, { ...options, agent: lookup ? false : https })
    : overHttp(url, { ...options, agent: lookup ? false : http })
}

// What never reached the peer may be tried again; what did may have been done, though we never heard.
const failure = (url: URL, connected: boolean, cause: Error): Unavailable =>
  connected
    ? new Unavailable('no_answer', `${url.host} took the request and did not answer: ${cause.message}`, { cause })
    : new Unavailable('unreachable', `${url.host} cannot be reached: ${cause.message}`, { cause })

/**
 * Posts to a provider and answers whatever status comes back. @throws Unavailable `unreachable` when nothing was sent, `no_answer` when the
 * request went out and no answer came: the two must not be treated alike.
 */
export const post = (address: string, { headers, body, timeoutMs = TIMEOUT_MS, lookup }: Outgoing): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const url = new URL(address)
    const payload = Buffer.from(body)
    const request = open(url, { ...headers, 'content-length': String(payload.length) }, lookup)
    let connected = false
    const fail = (cause: Error): void => reject(failure(url, connected, cause))
    const ready = url.protocol === 'https:' ? 'secureConnect' : 'connect'
    request.on('socket', (socket) => {
      if (request.reusedSocket) connected = true
      else socket.once(ready, () => (connected = true))
    })
    request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    request.on('error', fail)
    request.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', fail)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString('utf8') }),
      )
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
