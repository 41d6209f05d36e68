import { Agent, request } from 'node:http'

export type Poster = {
  readonly post: (path: string, body: string) => Promise<number>
  readonly get: (path: string) => Promise<number>
  readonly close: () => void
}

/** An HTTP client that costs little: kept-alive sockets, the answer's body thrown away. Answers the status. */
export const createPoster = (url: string, authorization: string, sockets: number): Poster => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  const headers = { 'content-type': 'application/json', authorization }
  const ask = (method: string, path: string, body: string | undefined): Promise<number> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const call = request(new URL(path, url), { method, agent, headers: { ...headers, ...length } }, (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode ?? 0))
      })
      call.once('error', reject)
      call.end(body)
    })
  return {
    post: (path, body) => ask('POST', path, body),
    get: (path) => ask('GET', path, undefined),
    close: () => agent.destroy(),
  }
}

/** How a tracking call says which source it is of. */
export const basic = (writeKey: string): string => `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`

/** Runs `work` for each item, `width` at a time. */
export const concurrently = async <T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as T)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/**
 * Begins `work` for each item at a steady rate, whether or not the ones before are done: who waits for answers before asking again measures
 * a slow server as one that is asked less. Answers when all are done.
 */
export const atRate = async <T>(items: readonly T[], perSecond: number, work: (item: T) => Promise<void>): Promise<void> => {
  const start = performance.now()
  const going: Promise<void>[] = []
  while (going.length < items.length) {
    const due = Math.min(items.length, Math.floor(((performance.now() - start) / 1_000) * perSecond) + 1)
    while (going.length < due) going.push(work(items[going.length] as T))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(going)
}
