import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { hostOf, isPrivate, publicLookup } from '../base/address.ts'
import type { FetchReply, FetchRequest } from './sandbox/wire.ts'

const MOST_ANSWERED = 1_048_576
const MOST_HOPS = 5
const TIMEOUT_MS = 60_000
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
// What belongs to the connection is ours to say; an answer is read as it comes, so it must not be packed.
const OURS: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'keep-alive', 'te', 'trailer', 'expect'],
  ...['proxy-authorization', 'accept-encoding'],
])

const wrongWith = (url: URL, allowed: ReadonlySet<string>): string | undefined => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `${url.protocol} is neither https: nor http:`
  if (!allowed.has(url.hostname) && isPrivate(hostOf(url)))
    return `no connection is made to ${url.hostname}: it is a private address`
  return undefined
}

const headersOf = ({ headers }: FetchRequest): Record<string, string> => {
  const sent: Record<string, string> = { 'user-agent': 'Usher function', accept: '*/*' }
  for (const [name, value] of headers)
    if (!OURS.has(name)) sent[name] = name in sent && sent[name] !== '*/*' ? `${sent[name]}, ${value}` : value
  return { ...sent, 'accept-encoding': 'identity' }
}

const readAll = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    response.on('data', (part: Buffer) => {
      size += part.length
      if (size > MOST_ANSWERED) response.destroy(new Error('the answer is larger than 1 MB'))
      else parts.push(part)
    })
    response.on('error', reject)
    response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')))
  })

const exchange = (url: URL, request: FetchRequest, allowed: ReadonlySet<string>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? overHttps : overHttp
    const body = request.body === null ? undefined : Buffer.from(request.body)
    const headers = { ...headersOf(request), ...(body ? { 'content-length': String(body.length) } : {}) }
    const lookup = allowed.has(url.hostname) ? {} : { lookup: publicLookup }
    const sent = open(url, { method: request.method, headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS), ...lookup })
    sent.on('error', reject)
    sent.on('response', resolve)
    sent.end(body)
  })

const redirected = (request: FetchRequest, from: URL, to: URL, status: number): FetchRequest => {
  const asGet = status === 303 || (status < 303 && request.method === 'POST')
  const secret = from.origin === to.origin ? [] : ['authorization', 'cookie']
  const headers = request.headers.filter(([name]) => !secret.includes(name) && !(asGet && name === 'content-type'))
  return { ...request, url: to.href, headers, ...(asGet ? { method: 'GET', body: null } : {}) }
}

const follow = async (request: FetchRequest, allowed: ReadonlySet<string>, hops: number): Promise<FetchReply> => {
  const url = new URL(request.url)
  const wrong = wrongWith(url, allowed)
  if (wrong) return { error: wrong }
  const response = await exchange(url, request, allowed)
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = response
  if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined) {
    response.destroy()
    if (hops === 0) return { error: 'too many redirections' }
    return follow(redirected(request, url, new URL(headers.location, url), status), allowed, hops - 1)
  }
  const body = await readAll(response)
  const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one] as const))
  return { status, statusText, url: url.href, headers: pairs, body }
}

/**
 * Makes a request for code that a customer wrote. Every address that it leads to, by name, by number or by redirection, must be a public one, or a host
 * that the operator allowed. What goes wrong is told in words: never throws.
 */
export const outgoing = async (request: FetchRequest, allowed: ReadonlySet<string>): Promise<FetchReply> => {
  if (!METHODS.has(request.method)) return { error: `${request.method} is no method` }
  try {
    return await follow(request, allowed, MOST_HOPS)
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'it cannot be made' }
  }
}
