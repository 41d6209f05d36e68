import { type Answering, type Call, type Fake, type Reply, startFake } from './http.ts'

/* Customer.io's Track API, version 1, as its reference says it: paths, Basic auth with site id and key, and what a body must be. */

export const CUSTOMER_IO = { siteId: 'site_1', apiKey: 'key of the tests' }
const AUTH = `Basic ${Buffer.from(`${CUSTOMER_IO.siteId}:${CUSTOMER_IO.apiKey}`).toString('base64')}`

const refuse = (status: number, error: string): Reply => ({ status, body: { meta: { error } } })
const PATH = /^\/api\/v1(?:\/customers\/([^/]+)(\/events)?|(\/events))$/
const TYPES = ['event', 'page', 'screen']

const checkEvent = (body: Readonly<Record<string, unknown>>): Reply | undefined => {
  if (typeof body['name'] !== 'string' || body['name'] === '') return refuse(400, 'event name is required')
  if (body['type'] !== undefined && !TYPES.includes(String(body['type'])))
    return refuse(400, 'type must be event, page or screen')
  const { timestamp, data } = body
  if (timestamp !== undefined && (!Number.isInteger(timestamp) || Number(timestamp) > 1e11))
    return refuse(400, 'timestamp must be a unix timestamp in seconds')
  return data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data))
    ? refuse(400, 'data must be an object')
    : undefined
}

const check = (call: Call): Reply | undefined => {
  const [, customer, events, anonymous] = PATH.exec(call.path) ?? []
  if (customer === undefined && anonymous === undefined) return refuse(404, 'not found')
  if (call.headers.authorization !== AUTH) return refuse(401, 'unauthorized')
  if (call.headers['content-type'] !== 'application/json') return refuse(400, 'content type must be application/json')
  const body = JSON.parse(call.body) as Readonly<Record<string, unknown>>
  if (events === undefined && anonymous === undefined)
    return call.method === 'PUT' ? undefined : refuse(405, 'method not allowed')
  return call.method === 'POST' ? checkEvent(body) : refuse(405, 'method not allowed')
}

/** Customer.io's tracking host; `answer` may reply in its place once the call is well formed. */
export const startCustomerIo = (answer: Answering = () => ({ status: 200, body: {} })): Promise<Fake> =>
  startFake((call) => check(call) ?? answer(call))
