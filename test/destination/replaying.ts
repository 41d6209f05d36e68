import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { type SendingContext, sendNextReplays } from '../../src/ingest/replay/destination/make.ts'
import type { delivering } from './support.ts'

/** What the tests of replays to destinations do with a space of `delivering`. */
export const replaying = ({ db, api, S, now, pass, deliver }: Awaited<ReturnType<typeof delivering>>) => {
  const context: SendingContext = { db, now, newClaim: () => randomUUID(), told: () => {} }
  const at = (destination: string, id = ''): string => `${S}/destinations/${destination}/replays${id && `/${id}`}`
  const ask = (destination: string, body: object) => {
    // What is received in the very millisecond of asking is no past.
    pass(1_000)
    return api.call('POST', at(destination), body)
  }
  const start = async (destination: string, body: object): Promise<string> => {
    const answer = await ask(destination, body)
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.data.replay.id
  }
  const read = async (destination: string, id: string) => (await api.call('GET', at(destination, id))).body.data.replay
  /** Parts, until there is none to do at once. */
  const queue = async (): Promise<void> => {
    while (await sendNextReplays(context));
  }
  return {
    ...{ context, at, ask, start, read, queue },
    steer: (destination: string, id: string, what: string) => api.call('POST', at(destination, id), { do: what }),
    /** Does all that there is to do. */
    finish: async (): Promise<void> => {
      await queue()
      await deliver()
      await queue()
    },
  }
}
