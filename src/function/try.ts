import { Invalid } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { SettingDefinition } from '../db/rows/function.ts'
import type { Verdict } from '../event/verdict.ts'
import { problemsOfCode } from './code.ts'
import { FAILURES } from './failure.ts'
import { tryingIn } from './function.ts'
import { handlerOf, verdictOf } from './insert.ts'
import { callCode, type Traced } from './sandbox.ts'
import { laidOver } from './setting.ts'

export type Trial = {
  readonly spaceId: string
  /** Of this try alone, so that its cache is empty. */
  readonly id: string
  readonly name: string
  readonly code: string
  readonly definitions: readonly SettingDefinition[]
  readonly settings: JsonObject
  readonly events: readonly JsonObject[]
  readonly limitSeconds: number
  readonly hosts: ReadonlySet<string>
}
/** What one event came to: what was given back, what is to become of the event, and everything that was seen on the way. */
export type Tried = {
  readonly handler: string
  readonly output: Json
  readonly verdict: Verdict
  readonly error: {
    readonly name: string
    readonly message: string
    readonly retried: boolean
    readonly line?: number
    readonly column?: number
  } | null
  readonly logs: string
  readonly ms: number
  readonly requests: readonly Traced[]
}

const TYPES: readonly string[] = ['identify', 'track', 'page', 'screen', 'group', 'alias']

/** Runs code on sample events: nothing is stored and nothing live is touched, but what it asks of the internet is asked. @throws Invalid for code that cannot be read, settings or events. */
export const tryCode = async (trial: Trial): Promise<readonly Tried[]> => {
  const problems = problemsOfCode(trial.code)
  const untyped = trial.events.findIndex(({ type }) => !TYPES.includes(`${type}`))
  if (problems.length > 0) throw new Invalid('invalid_code', problems)
  if (untyped >= 0)
    throw new Invalid('invalid_event', [
      { field: `event.${untyped}.type`, message: `is none of ${TYPES.join(', ')}`, remedy: 'give the event a type' },
    ])
  const { shown, secret } = laidOver(trial.definitions, { shown: {}, secret: {} }, trial.settings, false)
  const traces: Traced[] = []
  const { spaceId, id, name, code, events, hosts, limitSeconds } = trial
  const outcomes = await callCode(
    tryingIn(spaceId),
    { key: `try ${id}`, code, settings: JSON.stringify({ ...shown, ...secret }), limitMs: limitSeconds * 1_000 },
    events.map((event) => [handlerOf(event['type']), JSON.stringify(event)] as const),
    { hosts, trace: (traced) => traces.push(traced) },
  )
  return outcomes.map((outcome, place): Tried => {
    const event = events[place] ?? {}
    const base = { handler: handlerOf(event['type']), verdict: verdictOf({ functionId: id, name }, event, outcome) }
    const seen = { logs: outcome.logs, ms: outcome.ms, requests: traces.filter((one) => one.place === place) }
    if ('gave' in outcome) return { ...base, ...seen, output: JSON.parse(outcome.gave ?? 'null') as Json, error: null }
    const { kind, message, line, column } = outcome.failure
    const where = line === undefined ? {} : { line, column: column ?? 1 }
    return {
      ...base,
      ...seen,
      output: null,
      error: { name: FAILURES[kind].name, retried: FAILURES[kind].retried, message, ...where },
    }
  })
}
