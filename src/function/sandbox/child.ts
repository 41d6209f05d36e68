import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { createReadStream, writeSync } from 'node:fs'
import vm from 'node:vm'
import { disarm } from './disarm.ts'
import { compute, isWanted } from './host.ts'
import { giveBasics, giveCrypto, giveErrors, giveHandlers, type Kit, makeKit } from './inside.ts'
import { giveFetch, giveResponses, giveUrls, makeList } from './inside-web.ts'
import {
  type Answered,
  CODE_FILE,
  type Failure,
  type FetchRequest,
  type FromChild,
  HANDLERS,
  type LoadMessage,
  MOST_LOGGED,
  type Outcome,
  type RunMessage,
  THROWN,
  type ToChild,
  WHICH,
} from './wire.ts'

/*
 * The process in which a space's functions run: one world (a context of its own) for each function with its settings. It is started with no
 * permissions, no environment and two pipes (see process.ts), disarms itself, and reads lines of JSON until they end.
 *
 * Code is entered in one place only, `enter`, by a script that takes no arguments: what it is to do it asks for, as text. All microtasks of a
 * world run before `enter` returns (`afterEvaluate`), so what was said last (`at`) is whose code runs: if it never comes back, that call is it.
 */

const LONGEST_TIMER_MS = 120_000
const MOST_FETCHES = 100
const LONGEST_FETCH = 1_048_576
// More than any event may have in bytes: whoever asked says so of the rest.
const LONGEST_GIVEN = 262_144

type Call = {
  readonly number: number
  readonly id: number
  readonly place: number
  world?: World | undefined
  readonly since: number
  limit?: NodeJS.Timeout
  logs: string
  fetches: number
}
type World = { readonly context: vm.Context; readonly step: vm.Script; kit?: Kit; broken?: Failure; next: string }

const { exit } = process
const calls = new Map<number, Call>()
const fetches = new Map<number, Call>()
const timers = new Map<number, NodeJS.Timeout>()
const loads = new Map<string, LoadMessage>()
const worlds = new Map<string, World>()
const whose = new AsyncLocalStorage<Call>()
let answered: Answered[] = []
let count = 0

const tell = (said: FromChild): void => {
  const bytes = Buffer.from(`${JSON.stringify(said)}\n`)
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
}

const takeAnswered = (): readonly Answered[] => {
  const taken = answered
  answered = []
  return taken
}

const settle = (call: Call, what: { readonly gave: string | null } | { readonly failure: Failure }): void => {
  if (!calls.delete(call.number)) return
  clearTimeout(call.limit)
  const outcome: Outcome = { logs: call.logs, ms: Math.round(performance.now() - call.since), ...what }
  answered.push([call.id, call.place, outcome])
}

const numbered = (text: string): readonly [Call | undefined, string] => {
  const space = text.indexOf(' ')
  return [calls.get(Number(text.slice(0, space))), text.slice(space + 1)]
}

// Code may have changed what its own world is made of: what comes from there is brought into shape here.
const requestFrom = ({ url, method, headers, body }: Record<string, unknown>): FetchRequest => ({
  url: `${url}`,
  method: `${method}`,
  headers: (Array.isArray(headers) ? headers : []).map((pair) => [`${pair?.[0]}`, `${pair?.[1]}`]),
  body: typeof body === 'string' ? body : null,
})
const numberFrom = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : 1)
const failureFrom = (text: string): Failure => {
  const { kind, message, line, column } = JSON.parse(text) as Record<string, unknown>
  const known = THROWN.find((one) => one === kind) ?? 'Error'
  const where = line === undefined ? {} : { line: numberFrom(line), column: numberFrom(column) }
  return { kind: known, message: `${message}`.slice(0, 1_000), ...where }
}
const gaveFrom = (gave: string): { readonly gave: string | null } | { readonly failure: Failure } =>
  gave.length > LONGEST_GIVEN
    ? { failure: { kind: 'InvalidEventPayload', message: 'the message is too large: more than 32 KB' } }
    : { gave: gave === '' ? null : gave }

const startFetch = (text: string): string => {
  const call = whose.getStore()
  if (!call || !calls.has(call.number) || ++call.fetches > MOST_FETCHES || text.length > LONGEST_FETCH) return ''
  fetches.set(++count, call)
  tell({ say: 'fetch', fetch: count, id: call.id, place: call.place, request: requestFrom(JSON.parse(text)) })
  return String(count)
}

const startTimer = (world: World, text: string): string => {
  const call = whose.getStore()
  const timer = ++count
  const ring = (): void => {
    timers.delete(timer)
    later(() => enter(world, call, `t ${timer} `))
  }
  timers.set(timer, setTimeout(ring, Math.min(Math.max(0, Number(text)), LONGEST_TIMER_MS)).unref())
  return String(timer)
}

const log = (text: string): void => {
  const call = whose.getStore()
  if (call && call.logs.length < MOST_LOGGED) call.logs = `${call.logs}${text}\n`.slice(0, MOST_LOGGED)
}

/** What a world may ask for. */
const answerTo = (world: World, what: string, text: string): string => {
  switch (what) {
    case 'pull': {
      const { next } = world
      world.next = ''
      return next
    }
    case 'gave': {
      const [call, gave] = numbered(text)
      if (call) settle(call, gaveFrom(gave))
      return ''
    }
    case 'failed': {
      const [call, failure] = numbered(text)
      if (call) settle(call, { failure: failureFrom(failure) })
      return ''
    }
    case 'log':
      log(text)
      return ''
    case 'fetch':
      return startFetch(text)
    case 'timer':
      return startTimer(world, text)
    case 'untimer':
      clearTimeout(timers.get(Number(text)))
      return ''
    default:
      return isWanted(what) ? compute(what, text) : ''
  }
}

const syntaxFailure = (error: SyntaxError): Failure => {
  const [, line = '1', mark = ''] = new RegExp(`^${CODE_FILE}:(\\d+)\\n.*\\n( *)\\^`).exec(error.stack ?? '') ?? []
  return { kind: 'BadCode', message: error.message, line: Number(line), column: mark.length + 1 }
}

const TAKES = `\n;__usher_take({ __proto__: null, ${HANDLERS.map((name) => `${name}: typeof ${name} === 'function' ? ${name} : undefined`).join(', ')} })`

const readCode = (world: World, code: string): void => {
  let script: vm.Script
  try {
    // Alone first: what is added behind it must not mend it.
    new vm.Script(code, { filename: CODE_FILE })
    script = new vm.Script(code + TAKES, { filename: CODE_FILE })
  } catch (error) {
    world.broken = syntaxFailure(error as SyntaxError)
    return
  }
  try {
    script.runInContext(world.context)
  } catch (error) {
    world.broken = { ...failureFrom(world.kit?.describe(error) ?? '{}'), kind: 'BadCode' }
  }
}

const PARTS = [giveErrors, giveHandlers, giveBasics, giveCrypto, makeList, giveUrls, giveResponses, giveFetch]

const makeWorld = ({ code, settings }: LoadMessage): World => {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  })
  const world: World = { context, step: new vm.Script('__usher_step()'), next: '' }
  const read = (part: (...given: never[]) => unknown) => new vm.Script(`'use strict';(${part})`).runInContext(context)
  const kit: Kit = read(makeKit)((what: string, text: string) => answerTo(world, `${what}`, `${text}`))
  world.kit = kit
  for (const part of PARTS) read(part)(kit)
  world.next = `s 0 ${settings}`
  world.step.runInContext(context)
  readCode(world, code)
  return world
}

const enter = (world: World, call: Call | undefined, next: string): void => {
  if (call) tell({ say: 'at', id: call.id, place: call.place, done: takeAnswered() })
  world.next = next
  const go = (): void => {
    try {
      world.step.runInContext(world.context)
    } catch {
      if (call) settle(call, { failure: { kind: 'Error', message: 'it threw something that cannot be read' } })
    }
  }
  if (call) whose.run(call, go)
  else go()
}

const worldOf = (key: string): World | undefined => {
  const there = worlds.get(key)
  const load = loads.get(key)
  if (there || !load) return there
  const made = makeWorld(load)
  worlds.set(key, made)
  return made
}

const startCall = ({ id, key, limitMs }: RunMessage, place: number, handler: string, event: string): void => {
  const call: Call = { number: ++count, id, place, since: performance.now(), logs: '', fetches: 0 }
  calls.set(call.number, call)
  // Its code outside of handlers runs now, if it is the first: then it is this call that hangs in it.
  if (!worlds.has(key)) tell({ say: 'at', id, place, done: takeAnswered() })
  const world = whose.run(call, () => worldOf(key))
  call.world = world
  if (!world || world.broken) {
    settle(call, { failure: world?.broken ?? { kind: 'BadCode', message: 'there is no such function' } })
    return
  }
  call.limit = setTimeout(() => {
    settle(call, { failure: { kind: 'Timeout', message: `it took longer than ${limitMs} ms` } })
    flush()
  }, limitMs)
  enter(world, call, handler === WHICH ? `w ${call.number} ` : `c ${call.number} ${handler} ${event}`)
}

// Work is done in the order in which it comes, and between pieces of it there is time for what comes in.
const waiting: (() => void)[] = []
let busy = false
const SLICE_MS = 10
const later = (work: () => void): void => {
  waiting.push(work)
  if (busy) return
  busy = true
  setImmediate(workOn)
}
const workOn = (): void => {
  const until = performance.now() + SLICE_MS
  while (waiting.length > 0 && performance.now() < until) waiting.shift()?.()
  if (waiting.length > 0) return void setImmediate(workOn)
  busy = false
  flush()
}
const flush = (): void => {
  if (answered.length > 0) tell({ say: 'done', done: takeAnswered() })
}

const take = (message: ToChild): void => {
  switch (message.do) {
    case 'load':
      loads.set(message.key, message)
      break
    case 'drop':
      loads.delete(message.key)
      worlds.delete(message.key)
      break
    case 'run':
      for (const [place, [handler, event]] of message.calls.entries()) later(() => startCall(message, place, handler, event))
      break
    case 'reply': {
      const call = fetches.get(message.id)
      fetches.delete(message.id)
      const world = call?.world
      if (world) later(() => enter(world, call, `r ${message.id} ${JSON.stringify(message.reply)}`))
      break
    }
  }
}

// Promises that nobody waits for may fail: that is nobody's call.
process.on('unhandledRejection', () => {})

const input = createReadStream('', { fd: 0, encoding: 'utf8' })
disarm()
let rest = ''
input.on('data', (text) => {
  const lines = (rest + text).split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) take(JSON.parse(line))
})
input.on('end', () => exit(0))
input.on('error', () => exit(0))
tell({ say: 'ready' })
