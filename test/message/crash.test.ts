import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { addAccount, addPeople, addSpace, contextOf, drainOnce, enqueue, messagesOf } from '../support/messages.ts'

const { db, url } = await freshDatabase()
const PEOPLE = Array.from({ length: 400 }, (_, i) => `p${String(i).padStart(4, '0')}`)
const SCRIPT = fileURLToPath(new URL('../support/drain-process.ts', import.meta.url))

const space = async (spaceId: string, providerUrl: string, policy: 'at-most-once' | 'at-least-once') => {
  await addSpace(db, spaceId)
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: providerUrl }
  await addAccount(db, spaceId, { kind: 'sendgrid', channel: 'email', settings, ratePerSecond: 5_000, policy })
  await addPeople(
    db,
    spaceId,
    PEOPLE.map((name) => ({ name, email: [`${name}@example.com`], subscribed: {} })),
  )
  await enqueue(db, spaceId, PEOPLE, { purpose: 'transactional' })
}

/** Runs a drain in a process of its own until the power is cut at `point`. */
const dieAt = async (spaceId: string, point: string) => {
  const child = spawn(process.execPath, [SCRIPT, url, spaceId, 'acc_email', point], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

// Those who come later see the lease of the dead one ended.
const later = contextOf(db, { now: () => new Date(Date.now() + 60_000) })
const counted = async (spaceId: string) => {
  const states = await messagesOf(db, spaceId)
  return Object.fromEntries([...Map.groupBy(states, (s) => s.status)].map(([status, all]) => [status, all.length]))
}

/** What may be uncertain after the power was cut there: at most what three chunks hold. */
const POINTS = [
  { point: 'message.claimed', least: 0, most: 0 },
  { point: 'message.sending', least: 100, most: 300 },
  { point: 'message.called', least: 1, most: 300 },
  { point: 'message.recorded', least: 0, most: 200 },
] as const

it.each(POINTS)('G6 dies at $point: every message is settled, none is sent twice', async ({ point, least, most }) => {
  const fake = await startSendGrid()
  await space(point, fake.url, 'at-most-once')
  await dieAt(point, point)
  await drainOnce(contextOf(db), point, 'acc_email')
  expect(Object.keys(await counted(point))).not.toContain('uncertain')
  await drainOnce(later, point, 'acc_email')
  const { sent = 0, uncertain = 0, ...others } = await counted(point)
  const called = fake.mails().map((mail) => mail.personalizations?.[0]?.to?.[0]?.email)
  expect(others).toEqual({})
  expect(sent + uncertain).toBe(PEOPLE.length)
  expect(new Set(called).size).toBe(called.length)
  expect(called.length).toBeGreaterThanOrEqual(sent)
  expect(uncertain).toBeGreaterThanOrEqual(least)
  expect(uncertain).toBeLessThanOrEqual(most)
})

it('G6 where the account prefers twice to never, what is uncertain is sent again', async () => {
  const fake = await startSendGrid()
  await space('again', fake.url, 'at-least-once')
  await dieAt('again', 'message.called')
  await drainOnce(later, 'again', 'acc_email')
  expect(await counted('again')).toEqual({ sent: PEOPLE.length })
  expect(fake.calls.length).toBeGreaterThan(PEOPLE.length)
})
