import type { Command } from 'commander'
import { doorLines } from '../../api/test-call/door-lines.ts'
import { linesOf, SECTIONS, type Section } from '../../api/test-call/lines.ts'
import type { Tested } from '../../api/test-call/shapes.ts'
import { Invalid, Refused } from '../../base/errors.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import type { EventType } from '../../db/rows/event.ts'
import { asNew, SAMPLE_CALLS } from '../../event/sample-call.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { readJson } from '../read-file.ts'
import { sourceIdOf } from '../source-id.ts'
import { listOf, textOf } from '../table.ts'

type Testing = { readonly type: string; readonly last?: string | true; readonly send?: true }

const MARKS = { good: '+', warn: '~', bad: '!', plain: ' ' } as const

const line = (tone: keyof typeof MARKS, text: string, details: readonly string[] = []): string =>
  [`  ${MARKS[tone]} ${text}`, ...details.map((each) => `      ${each}`)].join('\n')

const showTested = (answer: JsonObject): string => {
  const { door, effects, looked } = answer as unknown as Tested
  const bySection = Map.groupBy(linesOf(effects), ({ section }) => section)
  const sections = (Object.keys(SECTIONS) as readonly Section[]).flatMap((section) => {
    const lines = bySection.get(section) ?? []
    if (lines.length === 0) return []
    return [SECTIONS[section], ...lines.map(({ tone, text, detail }) => line(tone, text, detail ? [detail] : []))]
  })
  const unknown = looked.unasked.map(({ key, status }) => line('warn', `${key} is being computed (${status}): nobody knows yet`))
  return [
    'At the door',
    ...doorLines(door).map(({ tone, text, details }) => line(tone, text, details)),
    ...sections,
    ...(unknown.length > 0 ? ['Not known yet', ...unknown] : []),
    `${looked.asked} audiences and computed traits were looked at. Nothing was stored.`,
  ].join('\n')
}

const showSent = (answer: JsonObject): string =>
  `${textOf(answer['status'])}: messageId ${textOf(answer['messageId'])}, profile ${textOf(answer['profileId'])}`

const readCall = async (file: string): Promise<JsonObject> => {
  const value = await readJson(file)
  if (isObject(value)) return value as JsonObject
  throw new Invalid('call', [{ field: file, message: 'is not a JSON object', remedy: 'write {"type": "track", "userId": …}' }])
}

const lastCall = async (api: Api, source: string, event: string | true): Promise<JsonObject> => {
  const asked = event === true ? {} : { event }
  const [call] = listOf(await api.get(`/sources/${source}/calls`, { count: '1', ...asked }), 'calls')
  const raw: unknown = call ? JSON.parse(String(call['raw'])) : undefined
  if (!isObject(raw)) throw new Refused('cli', 'This source sent no such call lately. Write one into a file.', { status: 404 })
  return asNew({ type: call?.['type'] ?? 'track', ...raw })
}

const sampleOf = (type: string): JsonObject => {
  if (Object.hasOwn(SAMPLE_CALLS, type)) return SAMPLE_CALLS[type as EventType]
  throw new Invalid('call', [{ field: '--type', message: `"${type}" is none of ${Object.keys(SAMPLE_CALLS).join(', ')}` }])
}

/** `usher source test <source> [file]`: what a call would do, from the door to the journeys it would start; `--send` takes it for real. */
export const sourceTestCommand = (source: Command, { api, print }: Session): void => {
  source
    .command('test <source> [file]')
    .description('what a call would do, from the door to the journeys it would start; nothing of it is stored')
    .option('--type <type>', 'without a file: a sample of this type', 'track')
    .option('--last [event]', 'without a file: the last call of this source, or of this event, as a new one')
    .option('--send', 'and then take it for real')
    .action(async (named: string, file: string | undefined, { type, last, send }: Testing) => {
      const open = await api()
      const id = await sourceIdOf(open, named)
      const call = file ? await readCall(file) : last ? await lastCall(open, id, last) : sampleOf(type)
      print(await open.post(`/sources/${id}/test-call`, { call }), showTested)
      if (send) print(await open.post(`/sources/${id}/test-call/send`, { call }), showSent)
    })
}
