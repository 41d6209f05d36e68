import type { Bucket } from '../base/bucket.ts'
import { minus } from '../base/duration.ts'
import { pause } from '../base/pause.ts'
import { type Account, findAccount } from './account.ts'
import { type DeliveryContext, type Drain, drainBatch, paceOf, takeOver } from './drain.ts'
import { resumeAfter } from './halt.ts'
import type { Carrier } from './provider.ts'
import { PROVIDERS } from './providers/index.ts'
import { accountsWithWork, type DueAccount } from './wake.ts'

/** Longest drain: then the workflow calls again, so that its history shows life and another worker may take over. */
const DRAIN_MS = 20_000
/** How long a drain that found nothing stays to be woken: under steady load no message waits for a workflow to start. */
const LINGER_MS = 2_000
/** After a batch of fewer than this, so long is waited for the next to be larger: a batch costs a dozen statements whatever is in it. */
const FEW = 50
const GATHER_MS = 40
/** A worker that does not drain an account itself wakes its workflow at most this often. */
const SIGNAL_EVERY_MS = 200

export type DrainLife = { readonly beat: (sent: number) => void; readonly signal: AbortSignal }
export type Drained = { readonly more: boolean }

/** Starts an account's workflow, or wakes it where it runs. */
export type StartDelivery = (account: DueAccount) => Promise<void>

/** Everything a worker process does for messages: drains for its workflows, and wakes for its loop. Holds open accounts until closed. */
export type Delivery = {
  readonly drain: (account: DueAccount, life: DrainLife) => Promise<Drained>
  /** Finds accounts with messages due and sees to it that each is drained, here or elsewhere. Answers how many there were. */
  readonly wake: () => Promise<number>
  /** Tells the drains to end: they wait for the answers to what they sent, call nobody else, and put back what they hold. */
  readonly end: () => void
  readonly close: () => void
}

type Open = { readonly account: Account; readonly carrier: Carrier; readonly pace: Bucket }
type Waiting = { woken: boolean; wake: (() => void) | undefined }

const keyOf = ({ spaceId, accountId }: DueAccount): string => `${spaceId} ${accountId}`

/** Accounts with their connections and pace; one whose settings changed is opened anew. */
const openAccounts = () => {
  const open = new Map<string, Open>()
  return {
    of: (account: Account): Open => {
      const key = keyOf({ spaceId: account.space_id, accountId: account.id })
      const known = open.get(key)
      if (known?.account.updated_at.getTime() === account.updated_at.getTime()) return { ...known, account }
      known?.carrier.close()
      const opened = { account, carrier: PROVIDERS[account.kind].open(account.settings), pace: paceOf(account) }
      open.set(key, opened)
      return opened
    },
    close: () => {
      for (const { carrier } of open.values()) carrier.close()
    },
  }
}

/** Waits to be woken, for as long as a drain lingers; answers whether it was. */
const linger = async (waiting: Waiting, signal: AbortSignal, ms: number): Promise<boolean> => {
  if (waiting.woken) return true
  const enough = new AbortController()
  waiting.wake = () => enough.abort()
  await pause(ms, AbortSignal.any([enough.signal, signal]))
  waiting.wake = undefined
  return waiting.woken
}

const drainUntilEmpty = async (drain: Drain, waiting: Waiting, life: DrainLife, lingerMs: number): Promise<Drained> => {
  const { context, account } = drain
  const end = context.now().getTime() + DRAIN_MS
  await takeOver(context, account)
  let resumed = false
  while (!life.signal.aborted && context.now().getTime() < end) {
    waiting.woken = false
    const { taken, halted } = await drainBatch(drain)
    if (halted) return { more: false }
    if (taken > 0 && !resumed) {
      await resumeAfter(context.db, account, context.now())
      resumed = true
    }
    life.beat(taken)
    if (taken === 0 && !(await linger(waiting, life.signal, lingerMs))) return { more: false }
    if (taken > 0 && taken < FEW) await pause(GATHER_MS, life.signal)
  }
  return { more: true }
}

/** See `Delivery`. `start` reaches Temporal, so that everything below knows only rows. */
export const createDelivery = (
  context: DeliveryContext,
  start: StartDelivery,
  { lingerMs = LINGER_MS }: { readonly lingerMs?: number } = {},
): Delivery => {
  const accounts = openAccounts()
  const draining = new Map<string, Waiting>()
  const signalled = new Map<string, number>()
  const ending = new AbortController()
  const drain = async (due: DueAccount, given: DrainLife): Promise<Drained> => {
    const life = { ...given, signal: AbortSignal.any([given.signal, ending.signal]) }
    const account = await findAccount(context.db, due.spaceId, due.accountId)
    if (!account?.enabled || (account.retry_at && account.retry_at > context.now())) return { more: false }
    const waiting: Waiting = { woken: false, wake: undefined }
    draining.set(keyOf(due), waiting)
    try {
      const { signal, beat } = life
      const here = {
        context,
        ...accounts.of(account),
        pause: (ms: number) => pause(ms, signal),
        ended: () => signal.aborted,
        beat,
      }
      return await drainUntilEmpty(here, waiting, life, lingerMs)
    } finally {
      // In the same turn in which it decided to end: who wakes it from now on reaches the workflow instead.
      if (draining.get(keyOf(due)) === waiting) draining.delete(keyOf(due))
    }
  }
  const wakeOne = async (due: DueAccount): Promise<void> => {
    const key = keyOf(due)
    const here = draining.get(key)
    if (here) {
      here.woken = true
      here.wake?.()
      return
    }
    const at = context.now().getTime()
    if (at - (signalled.get(key) ?? 0) < SIGNAL_EVERY_MS) return
    signalled.set(key, at)
    await start(due)
  }
  const wake = async (): Promise<number> => {
    const now = context.now()
    const due = await accountsWithWork(context.db, now, minus(now, context.lease))
    await Promise.all(due.map(wakeOne))
    return due.length
  }
  return { drain, wake, end: () => ending.abort(), close: accounts.close }
}
