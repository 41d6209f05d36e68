import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { Misconfigured, problemLines, Refused, Unavailable } from '../base/errors.ts'
import { eventsIn } from '../base/event-stream.ts'
import type { JsonObject } from '../base/json.ts'
import type { Config } from '../config.ts'

/** The space that the command line works on: its API, over HTTP like any other client. */
export type Api = {
  readonly get: (path: string, search?: Readonly<Record<string, string | undefined>>) => Promise<JsonObject>
  readonly post: (path: string, body?: unknown) => Promise<JsonObject>
  /** Sends a file as it is. */
  readonly upload: (path: string, file: Buffer<ArrayBuffer>, type: string) => Promise<JsonObject>
  /** An answer as it is, whatever its status: for files, and for refusals that say more than a message. */
  readonly raw: (method: string, path: string, body?: string, type?: string) => Promise<Response>
  /** A file at an address that the API gave out, asked for where we reach the API. */
  readonly fetchFile: (address: string) => Promise<Response>
  /** The data of server-sent events, as they come. */
  readonly follow: (path: string, search?: Readonly<Record<string, string | undefined>>) => AsyncGenerator<string>
  readonly patch: (path: string, body: unknown) => Promise<JsonObject>
  readonly remove: (path: string) => Promise<JsonObject>
}

const Session = z.object({ url: z.string(), token: z.string(), spaceId: z.string() })
type Session = z.infer<typeof Session>

const runningBeside = async (home: string): Promise<Session | undefined> => {
  const text = await readFile(join(home, 'session.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Session.parse(JSON.parse(text))
}

const spaceOf = async (url: string, token: string): Promise<string> => {
  const answer = await request(url, token, 'GET', '/space')
  return z.object({ space: z.object({ id: z.string() }) }).parse(answer).space.id
}

const sessionOf = async (config: Config): Promise<Session> => {
  if (config.apiUrl && config.apiToken)
    return { url: config.apiUrl, token: config.apiToken, spaceId: await spaceOf(config.apiUrl, config.apiToken) }
  const session = await runningBeside(config.home ?? '.usher')
  if (session) return session
  throw new Misconfigured('cli', 'Which Usher? Start one here with `npm start`, or set USHER_URL and USHER_TOKEN.')
}

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    problems: z.array(z.object({ field: z.string(), message: z.string(), remedy: z.string().optional() })).optional(),
  }),
})

const messageOf = (body: unknown, status: number): string => {
  const { data } = Failure.safeParse(body)
  if (!data) return `The API answered ${status}.`
  const lines = problemLines(data.error.problems ?? []).map((line) => `  ${line}`)
  return lines.length > 0 ? ['Not accepted:', ...lines].join('\n') : data.error.message
}

const LONGEST_PAUSE_S = 120

const request = async (
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<JsonObject> => {
  const init = { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) } }
  const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body)
  const answer = await fetch(new URL(path, url), body === undefined ? init : { ...init, body: sent }).catch((cause: unknown) => {
    throw new Unavailable('cli', `Nobody answers at ${url}. Is Usher running there?`, { cause })
  })
  const json: unknown = await answer.json().catch(() => undefined)
  const pause = answer.status === 429 ? Number(answer.headers.get('retry-after') ?? Number.NaN) : Number.NaN
  if (pause <= LONGEST_PAUSE_S) {
    // Files of a hundred audiences are more than a minute's requests. What is over in days is said and not waited for.
    await sleep(1_000 * pause)
    return request(url, token, method, path, body, type)
  }
  if (!answer.ok) throw new Refused('cli', messageOf(json, answer.status), { status: answer.status })
  return z.object({ data: z.record(z.string(), z.json()) }).parse(json).data as JsonObject
}

const rawly = (
  url: string,
  token: string,
  method: string,
  path: string,
  body?: string,
  type = 'text/plain',
): Promise<Response> => {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) }
  return fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body }) }).catch((cause: unknown) => {
    throw new Unavailable('cli', `Nobody answers at ${url}. Is Usher running there?`, { cause })
  })
}

async function* follow(url: string, token: string, path: string): AsyncGenerator<string> {
  const answer = await rawly(url, token, 'GET', path)
  if (!answer.ok || !answer.body)
    throw new Refused('cli', messageOf(await answer.json().catch(() => undefined), answer.status), { status: answer.status })
  try {
    yield* eventsIn(answer.body)
  } catch (cause) {
    throw new Unavailable('cli', ENDED, { cause })
  }
  throw new Unavailable('cli', ENDED)
}
const ENDED = 'The API ended the stream. Ask again to see what came since.'

const withSearch = (path: string, search: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** The API of the space that the environment, or the Usher running in this folder, names. @throws Misconfigured when neither does. */
export const openApi = async (config: Config): Promise<Api> => {
  const { url, token, spaceId } = await sessionOf(config)
  const at = (path: string): string => `/spaces/${spaceId}${path}`
  return {
    get: (path, search = {}) => request(url, token, 'GET', at(withSearch(path, search))),
    follow: (path, search = {}) => follow(url, token, at(withSearch(path, search))),
    fetchFile: (address) => fetch(new URL(new URL(address).pathname, url)),
    post: (path, body = {}) => request(url, token, 'POST', at(path), body),
    raw: (method, path, body, type) => rawly(url, token, method, at(path), body, type),
    upload: (path, file, type) => request(url, token, 'POST', at(path), file, type),
    patch: (path, body) => request(url, token, 'PATCH', at(path), body),
    remove: (path) => request(url, token, 'DELETE', at(path)),
  }
}
