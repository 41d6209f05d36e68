import { checkedLookup, hostOf, isNobodys } from '../base/address.ts'
import { Refused } from '../base/errors.ts'
import { type JsonObject, storable } from '../base/json.ts'
import { type Answer, post } from '../base/post.ts'
import type { Outgoing } from './destination.ts'
import { type Outcome, outcomeOfAnswer, outcomeOfError } from './retry.ts'

/** Longer than a tool should take, much shorter than a claim lasts. */
export const TIMEOUT_MS = 10_000
const MOST_REDIRECTS = 3
const MOST_RESPONSE = 4_000
const MOST_REQUEST = 4_000

/** One exchange with a tool, as it is kept: shortened, and without what authorises it. */
export type Exchange = {
  readonly outcome: Outcome
  readonly status: number | null
  readonly request: JsonObject
  readonly response: string | null
  readonly durationMs: number
}

/** What sending needs from outside: a clock, and the only hosts that there may be, where the operator names some. */
export type Reach = { readonly now: () => Date; readonly hosts?: readonly string[] | undefined }

const refuseOthers = (url: URL, hosts: readonly string[] | undefined): void => {
  const wrong = isNobodys(hostOf(url))
    ? `No connection is made to ${url.host}.`
    : hosts && !hosts.includes(url.hostname)
      ? `${url.hostname} is not among the hosts that USHER_DESTINATION_HOSTS allows.`
      : undefined
  if (wrong) throw Object.assign(new Refused('destination_host', wrong), { code: 'EREFUSED' })
}

// What one place may know another need not.
const elsewhere = (from: URL, to: URL, headers: Outgoing['headers']): Outgoing['headers'] =>
  from.origin === to.origin
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie|x-api-key)$/i.test(name)))

const follow = async (
  { method, headers, body, ...outgoing }: Outgoing,
  hosts: Reach['hosts'],
  left = MOST_REDIRECTS,
): Promise<Answer> => {
  const url = new URL(outgoing.url)
  refuseOthers(url, hosts)
  const way = { method, headers, body, timeoutMs: TIMEOUT_MS / (MOST_REDIRECTS + 1 - left), mostBytes: MOST_RESPONSE }
  const answer = await post(url.href, { ...way, lookup: checkedLookup })
  const { location } = answer.headers
  if ((answer.status !== 307 && answer.status !== 308) || !location || left === 0 || !URL.canParse(location, url)) return answer
  const next = new URL(location, url)
  if (url.protocol === 'https:' && next.protocol !== 'https:') return answer
  return follow({ method, url: next.href, headers: elsewhere(url, next, headers), body }, hosts, left - 1)
}

const SHOWN = /^(content-type|user-agent|usher-(message-id|delivery-id|attempt))$/
const withoutQuery = (address: string): string => {
  const url = new URL(address)
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`
}
const cut = (text: string, most: number): string => storable(text.length > most ? `${text.slice(0, most)}…` : text)

const shown = ({ method, url, headers, body }: Outgoing): JsonObject => ({
  method,
  url: withoutQuery(url),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, SHOWN.test(name) ? text : '••••'])),
  body: cut(body, MOST_REQUEST),
})

/** Sends one request, follows it where it is sent on, and answers what became of it. Never throws. */
export const exchange = async (outgoing: Outgoing, { now, hosts }: Reach): Promise<Exchange> => {
  const began = now().getTime()
  const request = shown(outgoing)
  try {
    const answer = await follow(outgoing, hosts)
    const response = cut(answer.body, MOST_RESPONSE)
    const durationMs = now().getTime() - began
    return { outcome: outcomeOfAnswer(answer, now()), status: answer.status, request, response, durationMs }
  } catch (error) {
    return { outcome: outcomeOfError(error), status: null, request, response: null, durationMs: now().getTime() - began }
  }
}
