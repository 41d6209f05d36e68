import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import pLimit from 'p-limit'
import type { FailureKind, FetchReply, FetchRequest, FromChild, Outcome, ToChild } from './wire.ts'

/** Calls of one function that are to be answered, whatever happens to the process. */
export type Job = {
  readonly key: string
  readonly code: string
  /** JSON. */
  readonly settings: string
  readonly limitMs: number
  readonly calls: readonly (readonly [handler: string, event: string])[]
  readonly answers: (Outcome | undefined)[]
  readonly fetch: (place: number, request: FetchRequest) => Promise<FetchReply>
  /** How often a process ended because of it, and for which calls somebody else ended it. */
  blamed: number
  reruns: number
  readonly struck: Set<number>
}
export type Blame = { readonly job: Job; readonly place: number; readonly kind: FailureKind }
/** Why a process is no more, and which jobs it left. `began` is false where it never said that it is ready. */
export type Gone = { readonly left: readonly Job[]; readonly blame: Blame | undefined; readonly began: boolean }

export type Process = {
  readonly pid: number
  /** Calls without an answer go in; `answered` is told when there is none left. */
  readonly run: (job: Job) => void
  readonly isIdle: () => boolean
  readonly end: () => void
}
type Told = { readonly answered: (job: Job) => void; readonly gone: (gone: Gone) => void; readonly stale: () => void }

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const FOLDER = fileURLToPath(new URL('.', import.meta.url))
// The heap is Node's to watch; what lies beside it (typed arrays) is the kernel's: 575 MB are reserved, not used, before the first line runs.
const MOST_DATA_KB = 900_000
const FLAGS = [
  '--permission',
  `--allow-fs-read=${FOLDER}`,
  '--disallow-code-generation-from-strings',
  '--frozen-intrinsics',
  '--max-old-space-size=128',
  '--no-warnings',
  CHILD,
]
// When we are killed its input ends, and so does it. Who hangs does not see that: the kernel ends it, where it is told to; elsewhere when it has taken
// so much of the processor. One that works that much begins anew, and nobody notices.
const MOST_CPU_SECONDS = 600
const scriptOf = (limited: boolean): string =>
  [
    ...(limited ? [`ulimit -d ${MOST_DATA_KB}`] : []),
    `ulimit -t ${MOST_CPU_SECONDS}; ulimit -c 0`,
    'setpriv --pdeathsig KILL true && exec setpriv --pdeathsig KILL "$0" "$@"',
    'exec "$0" "$@"',
  ].join('\n')
const MOST_WORLDS = 30
const MOST_FETCHES = 50
/** So long after its limit the process should have ended a call itself; else it hangs in it. */
const GRACE_MS = 300
const LOOK_MS = 100

const start = (limited: boolean): ChildProcess =>
  spawn('/bin/sh', ['-c', scriptOf(limited), process.execPath, ...FLAGS], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  })

const onLines = (child: ChildProcess, take: (line: string) => void): void => {
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  })
}

type Run = { readonly job: Job; readonly places: readonly number[]; readonly begun: Map<number, number>; left: number }
type At = { readonly run: Run | undefined; readonly place: number; readonly since: number }

const blameFor = (at: At | undefined, hung: boolean, signal: NodeJS.Signals | null): Blame | undefined => {
  if (!at?.run || at.run.job.answers[at.place]) return undefined
  const { job } = at.run
  if (hung) return { job, place: at.place, kind: 'Timeout' }
  // Somebody else ended it, perhaps: whoever is there the second time as well is not believed.
  if ((signal === 'SIGKILL' || signal === 'SIGXCPU') && !job.struck.has(at.place)) {
    job.struck.add(at.place)
    return undefined
  }
  return { job, place: at.place, kind: 'Died' }
}

type Ledger = {
  readonly runs: Map<number, Run>
  readonly take: (said: FromChild) => void
  readonly at: () => At | undefined
}

/** What goes on in a process, by what it says. */
const keepLedger = (told: Told, reply: (fetch: number, answer: FetchReply) => void): Ledger => {
  const runs = new Map<number, Run>()
  const limit = pLimit(MOST_FETCHES)
  let at: At | undefined
  const answer = (id: number, sent: number, outcome: Outcome): void => {
    const run = runs.get(id)
    const place = run?.places[sent]
    if (!run || place === undefined || run.job.answers[place]) return
    run.job.answers[place] = outcome
    // What it goes on doing is nobody's: the process is used for nothing new.
    if ('failure' in outcome && outcome.failure.kind === 'Timeout') told.stale()
    if (--run.left > 0) return
    runs.delete(id)
    told.answered(run.job)
  }
  const enter = (id: number, sent: number): void => {
    const run = runs.get(id)
    const place = run?.places[sent] ?? -1
    const now = performance.now()
    if (run && !run.begun.has(place)) run.begun.set(place, now)
    at = { run, place, since: run?.begun.get(place) ?? now }
  }
  const fetchFor = async (id: number, sent: number, fetch: number, request: FetchRequest): Promise<void> => {
    const run = runs.get(id)
    const place = run?.places[sent]
    if (run && place !== undefined) reply(fetch, await limit(() => run.job.fetch(place, request)))
  }
  const take = (said: FromChild): void => {
    if (said.say === 'at' || said.say === 'done') for (const one of said.done) answer(...one)
    if (said.say === 'at') enter(said.id, said.place)
    if (said.say === 'done') at = undefined
    if (said.say === 'fetch') void fetchFor(said.id, said.place, said.fetch, said.request)
  }
  return { runs, take, at: () => at }
}

const createSender = (child: ChildProcess) => {
  const worlds = new Map<string, number>()
  let count = 0
  const send = (message: ToChild): void => void child.stdin?.write(`${JSON.stringify(message)}\n`)
  const sendJob = (job: Job): readonly [number, Run] => {
    const places = job.calls.flatMap((_, place) => (job.answers[place] ? [] : [place]))
    const id = ++count
    if (!worlds.delete(job.key)) send({ do: 'load', key: job.key, code: job.code, settings: job.settings })
    worlds.set(job.key, id)
    const [oldest] = worlds.keys()
    if (worlds.size > MOST_WORLDS && oldest !== undefined && worlds.delete(oldest)) send({ do: 'drop', key: oldest })
    const calls = job.calls.filter((_, place) => !job.answers[place])
    send({ do: 'run', id, key: job.key, limitMs: job.limitMs, calls })
    return [id, { job, places, begun: new Map(), left: places.length }]
  }
  return { send, sendJob }
}

/**
 * One process for code of one space: no permissions, no environment, two pipes. It runs many calls at once, and says before it enters one whose
 * code runs now: when it hangs or dies, that call is it, and all others are handed back. `limited`: the kernel watches what lies beside the heap.
 */
export const startProcess = (told: Told, limited: boolean): Process => {
  const child = start(limited)
  const { send, sendJob } = createSender(child)
  const { runs, take, at } = keepLedger(told, (id, reply) => send({ do: 'reply', id, reply }))
  let [began, hung, over] = [false, false, false]
  const look = setInterval(() => {
    const here = at()
    if (!here || performance.now() - here.since < (here.run?.job.limitMs ?? 5_000) + GRACE_MS) return
    hung = true
    child.kill('SIGKILL')
  }, LOOK_MS)
  const finish = (signal: NodeJS.Signals | null): void => {
    if (over) return
    over = true
    clearInterval(look)
    told.gone({ left: [...new Set([...runs.values()].map(({ job }) => job))], blame: blameFor(at(), hung, signal), began })
  }
  onLines(child, (line) => {
    began = true
    try {
      take(JSON.parse(line))
    } catch {
      // What speaks otherwise than our own code does is not listened to.
      child.kill('SIGKILL')
    }
  })
  // Not 'exit': what it said before it died is read to the end.
  child.on('close', (_, signal) => finish(signal))
  child.on('error', () => finish(null))
  child.stdin?.on('error', () => {})
  forgetParent(child, look)
  return {
    pid: child.pid ?? 0,
    run: (job) => runs.set(...sendJob(job)),
    isIdle: () => runs.size === 0,
    end: () => void child.kill('SIGKILL'),
  }
}

// It ends when its input ends: it must not keep us from ending.
const forgetParent = (child: ChildProcess, look: NodeJS.Timeout): void => {
  look.unref()
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref?: () => void } | null)?.unref?.()
}
