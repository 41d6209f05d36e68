import pLimit from 'p-limit'
import { Unavailable } from '../../base/errors.ts'
import type { Call } from './calls.ts'

// The front door takes 500 KB and 2,500 calls a batch (spec/audiences §2); the margin is for what surrounds the calls.
const BATCH_BYTES = 400_000
const BATCH_CALLS = 1_000
const AT_ONCE = 3
const TRIES = 5

/** Puts whole people together in batches that the front door takes, so that one person's calls stay in order. */
export const inBatches = (people: readonly (readonly Call[])[]): readonly (readonly Call[])[] => {
  const batches: Call[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const calls of people) {
    const bytes = Buffer.byteLength(JSON.stringify(calls))
    const last = batches.at(-1)
    if (!last || size + bytes > BATCH_BYTES || last.length + calls.length > BATCH_CALLS) {
      batches.push([...calls])
      size = bytes
    } else {
      last.push(...calls)
      size += bytes
    }
  }
  return batches
}

/** Sends one batch through the front door. @throws Unavailable with what it answered, when it did not take it. */
export const sendBatch = async (url: string, writeKey: string, batch: readonly Call[], stopping: AbortSignal): Promise<void> => {
  const answer = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
    signal: AbortSignal.any([stopping, AbortSignal.timeout(30_000)]),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Unavailable('sample', `POST /v1/batch answered ${answer.status}: ${text.slice(0, 300)}`)
}

const persistently = async (work: () => Promise<void>, stopping: AbortSignal): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      stopping.throwIfAborted()
      if (attempt === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt))
    }
  }
}

export type Sending = {
  readonly url: string
  readonly writeKey: string
  readonly stopping: AbortSignal
  /** Told after each batch how many of the calls are in. */
  readonly progress: (sent: number, all: number) => void
}

/** Sends histories, a list of calls a person, several batches at a time; a batch that is not taken is tried again. */
export const sendAll = async (people: readonly (readonly Call[])[], sending: Sending): Promise<void> => {
  const all = people.reduce((sum, calls) => sum + calls.length, 0)
  const limit = pLimit(AT_ONCE)
  let sent = 0
  const sends = inBatches(people).map((batch) =>
    limit(async () => {
      await persistently(() => sendBatch(sending.url, sending.writeKey, batch, sending.stopping), sending.stopping)
      sent += batch.length
      sending.progress(sent, all)
    }),
  )
  await Promise.all(sends)
}
