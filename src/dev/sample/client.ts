import { Unavailable } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'

/** The space's API, as any customer's script would call it. */
export type Client = {
  readonly get: (path: string) => Promise<JsonObject>
  readonly post: (path: string, body?: unknown) => Promise<JsonObject>
}

export const createClient = (url: string, spaceId: string, token: string, stopping: AbortSignal): Client => {
  const call = async (method: string, path: string, body?: unknown): Promise<JsonObject> => {
    const answer = await fetch(`${url}/spaces/${spaceId}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([stopping, AbortSignal.timeout(60_000)]),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Unavailable('sample', `${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
    return (JSON.parse(text) as { data: JsonObject }).data
  }
  return { get: (path) => call('GET', path), post: (path, body = {}) => call('POST', path, body) }
}
