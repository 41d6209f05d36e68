import { Unavailable } from '../base/errors.ts'
import { outgoing } from './outgoing.ts'
import { type Gone, type Job, type Process, startProcess } from './sandbox/process.ts'
import type { FailureKind, FetchReply, FetchRequest, Outcome } from './sandbox/wire.ts'

/** Code with its settings, ready to be called. `key` names both: other code or other settings have another key. */
export type Code = { readonly key: string; readonly code: string; readonly settings: string; readonly limitMs: number }
/** A handler's name, and an event as JSON text. */
export type CodeCall = readonly [handler: string, event: string]
/** A request that code made, and what it got. */
export type Traced = { readonly place: number; readonly request: FetchRequest; readonly reply: FetchReply; readonly ms: number }
type Reach = {
  /** Private hosts that code may ask for something. */
  readonly hosts?: ReadonlySet<string>
  readonly trace?: (traced: Traced) => void
}

type Waiting = {
  readonly job: Job
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: unknown) => void
}
type Space = {
  current: Process | undefined
  calls: number
  failed: number
  idle?: NodeJS.Timeout
  readonly jobs: Map<Job, Waiting>
}

const IDLE_MS = 60_000
const MOST_SPACES = 64
// Beyond so many calls that wait the next ones are told to come again.
const MOST_CALLS = 20_000
/** So often may the calls of one batch end the process: the rest of them is not tried. */
const MOST_BLAMED = 3
const MOST_RERUNS = 10
const NO_HOSTS: ReadonlySet<string> = new Set()
const MESSAGES: Partial<Record<FailureKind, string>> = {
  Timeout: 'it took longer than it may',
  Died: 'the process died of it: it took more memory than it may (128 MB)',
}

const spaces = new Map<string, Space>()

const failed = (kind: FailureKind, message: string): Outcome => ({ logs: '', ms: 0, failure: { kind, message } })

const finish = (space: Space, job: Job): void => {
  const waiting = space.jobs.get(job)
  if (!waiting || !space.jobs.delete(job)) return
  space.calls -= job.calls.length
  waiting.resolve(job.answers.map((one) => one ?? failed('Died', 'it was not answered')))
}

const fillRest = (job: Job, kind: FailureKind, message: string): void => {
  for (const place of job.calls.keys()) job.answers[place] ??= failed(kind, message)
}

const again = (space: Space, job: Job): void => {
  if (job.answers.filter((one) => one).length === job.calls.length) finish(space, job)
  else processOf(space).run(job)
}

const afterDeath = (space: Space, { left, blame, began }: Gone): void => {
  space.failed = began ? 0 : space.failed + 1
  if (blame) {
    const { job, place, kind } = blame
    job.answers[place] = failed(kind, MESSAGES[kind] ?? '')
    if (++job.blamed >= MOST_BLAMED) fillRest(job, kind, `not tried: ${MOST_BLAMED} calls that came with it ended the process`)
  }
  for (const job of left) {
    if (++job.reruns >= MOST_RERUNS) fillRest(job, 'Died', 'the process that runs code ended too often')
    if (space.failed < 3) again(space, job)
    else {
      space.jobs.get(job)?.reject(new Unavailable('sandbox', 'The process that runs code cannot be started; try again.'))
      space.jobs.delete(job)
      space.calls -= job.calls.length
    }
  }
}

const processOf = (space: Space): Process => {
  if (space.current) return space.current
  const leave = (): void => {
    if (space.current === mine) space.current = undefined
  }
  const mine: Process = startProcess(
    {
      answered: (job) => {
        finish(space, job)
        if (!mine.isIdle()) return
        if (space.current !== mine) mine.end()
        else restLater(space)
      },
      stale: leave,
      gone: (gone) => {
        leave()
        afterDeath(space, gone)
      },
    },
    // Another machine may reserve more before the first line runs.
    space.failed === 0,
  )
  space.current = mine
  return mine
}

const restLater = (space: Space): void => {
  clearTimeout(space.idle)
  space.idle = setTimeout(() => {
    if (space.current?.isIdle()) space.current.end()
  }, IDLE_MS).unref()
}

const spaceOf = (spaceId: string): Space => {
  const there = spaces.get(spaceId) ?? { current: undefined, calls: 0, failed: 0, jobs: new Map() }
  spaces.delete(spaceId)
  spaces.set(spaceId, there)
  if (spaces.size > MOST_SPACES)
    for (const [id, { jobs, current }] of spaces) {
      if (jobs.size > 0 || id === spaceId) continue
      current?.end()
      spaces.delete(id)
      break
    }
  return there
}

/**
 * Calls code that a customer wrote, in the process of its space: one message there, one or few back, in the order of the calls. Each is answered: what
 * it gave, or why not. Code that hangs or takes too much memory ends the process, and only the call that did it fails: the others are made again in
 * a new one, so what they asked of others may have been asked twice. Measured on two busy cores: a batch of 100 calls comes back after 2.5 ms, 25 µs
 * each (10 µs of them ours), a call alone after 0.4 ms, the first of a space after 0.1 to 0.5 s, for its process is started.
 * @throws Unavailable where no process can be started.
 */
export const callCode = (
  spaceId: string,
  { key, code, settings, limitMs }: Code,
  calls: readonly CodeCall[],
  { hosts = NO_HOSTS, trace }: Reach = {},
): Promise<readonly Outcome[]> => {
  if (calls.length === 0) return Promise.resolve([])
  const space = spaceOf(spaceId)
  if (space.calls + calls.length > MOST_CALLS)
    return Promise.resolve(calls.map(() => failed('TooManyRequests', 'more calls wait than can be made')))
  const fetch = async (place: number, request: FetchRequest): Promise<FetchReply> => {
    const since = performance.now()
    const reply = await outgoing(request, hosts)
    trace?.({ place, request, reply, ms: Math.round(performance.now() - since) })
    return reply
  }
  const job: Job = {
    ...{ key, code, settings, limitMs, calls, fetch },
    ...{ answers: calls.map(() => undefined), blamed: 0, reruns: 0, struck: new Set<number>() },
  }
  space.calls += calls.length
  return new Promise((resolve, reject) => {
    space.jobs.set(job, { job, resolve, reject })
    processOf(space).run(job)
  })
}

/** The process of a space, where one runs: for tests that end it. */
export const processIdOf = (spaceId: string): number | undefined => spaces.get(spaceId)?.current?.pid
