import type { JsonObject } from '../../base/json.ts'
import { unreachable } from '../../base/must.ts'
import type { RefusalReason } from '../../db/rows/journey.ts'
import { refusalSentence } from '../../journey/refusals.ts'
import type { Fact, Kind } from './entries.ts'

/** One line of a person's timeline: a sentence, what lies behind it, and where its reason is. */
export type Entry = {
  readonly id: string
  readonly at: string
  readonly kind: Kind
  readonly title: string
  readonly detail?: string
  readonly link?: string
  readonly tone: 'plain' | 'good' | 'warn' | 'bad'
  readonly data?: JsonObject
}

type Line = Pick<Entry, 'title' | 'detail' | 'link' | 'tone'>

const words = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const CHANNELS: Readonly<Record<string, string>> = {
  email: 'Email',
  sms: 'SMS',
  push: 'Push',
  whatsapp: 'WhatsApp',
  ios_push: 'iOS push',
  android_push: 'Android push',
}
const channelOf = (fact: Fact): string => CHANNELS[String(fact.data?.['channel'])] ?? 'Message'
const human = (word: string): string => word.replaceAll(/[_-]/g, ' ')

// What tells machines apart tells a marketer nothing.
const ID = /(^|[_a-z])(id|Id)$/

/** The first few plain values of an object, `revenue 42 · currency USD`. */
export const glance = (data: JsonObject | null, most = 4): string | undefined => {
  const plain = Object.entries(data ?? {}).flatMap(([key, value]) => {
    if (value === null || value === '' || ID.test(key)) return []
    if (Array.isArray(value)) return [`${value.length} ${key}`]
    return typeof value === 'object' ? [] : [`${human(key)} ${String(value).slice(0, 60)}`]
  })
  return plain.length === 0 ? undefined : plain.slice(0, most).join(' · ')
}

const eventLine = (fact: Fact): Line => {
  const detail = glance(fact.data)
  return { title: fact.subject, tone: 'plain', ...(detail ? { detail } : {}) }
}

const traitLine = (fact: Fact): Line => {
  const keys = Object.keys(fact.data ?? {})
  const detail = glance(fact.data)
  const title =
    keys.length === 0 ? 'Was identified' : `Told us ${keys.slice(0, 4).map(human).join(', ')}${keys.length > 4 ? ' …' : ''}`
  return { title, tone: 'plain', ...(detail ? { detail } : {}) }
}

const stepWords = (data: JsonObject | null): string => {
  const step = data?.['definition'] as JsonObject | null | undefined
  const name = words(step?.['name'])
  if (name) return `“${name}”`
  switch (step?.['type']) {
    case 'delay':
      return `the wait of ${String(step['for'])}`
    case 'hold':
      return 'the wait for an event'
    case 'split':
      return 'the split'
    case 'random_split':
      return 'the random split'
    case 'send':
      return `the ${String(CHANNELS[String(step['channel'])] ?? step['channel'])
        .toLowerCase()
        .replace('sms', 'SMS')} “${String(step['template'])}”`
    case 'set_trait':
      return `setting ${String(step['trait'])}`
    default:
      return `step ${String(data?.['step'] ?? '')}`
  }
}

const runLine = (fact: Fact): Line => {
  const link = `/journeys/${fact.about ?? ''}`
  const branch = words(fact.data?.['branch'])
  const reason = words(fact.data?.['reason'])
  switch (fact.detail) {
    case 'entered':
      return { title: `Entered journey “${fact.subject}”`, link, tone: 'good' }
    case 'step':
      return {
        title: `Passed ${stepWords(fact.data)}`,
        detail: `${fact.subject}${branch ? `, taking “${branch}”` : ''}`,
        link,
        tone: 'plain',
      }
    case 'refused':
      return {
        title: `Was not let into journey “${fact.subject}”`,
        detail: refusalSentence(fact.data?.['refusal'] as RefusalReason, fact.data ?? {}),
        link: `${link}?view=refusals`,
        tone: 'warn',
      }
    case 'completed':
      return { title: `Completed journey “${fact.subject}”`, link, tone: 'good', ...(reason ? { detail: human(reason) } : {}) }
    default:
      return { title: `Left journey “${fact.subject}”`, link, tone: 'warn', ...(reason ? { detail: human(reason) } : {}) }
  }
}

const messageLine = (fact: Fact): Line => {
  const link = `/messages/${fact.about ?? ''}`
  const to = words(fact.data?.['address'])
  const reason = words(fact.data?.['reason'])
  const what = `${channelOf(fact)} “${fact.subject}”`
  const detail = [reason ? human(reason) : undefined, to ? `to ${to}` : undefined]
    .filter((part) => part !== undefined)
    .join(' · ')
  const rest = { link, ...(detail ? { detail } : {}) }
  switch (fact.detail) {
    case 'sent':
      return { title: `${what} was sent`, tone: 'good', ...rest }
    case 'skipped':
      return { title: `${what} was not sent`, tone: 'warn', ...rest }
    case 'failed':
      return { title: `${what} failed`, tone: 'bad', ...rest }
    case 'uncertain':
      return { title: `${what} may have been sent`, tone: 'bad', ...rest }
    default:
      return { title: `${what} is on its way`, tone: 'plain', ...rest }
  }
}

const BAD = new Set(['bounced', 'bounce', 'complained', 'spam_report', 'failed', 'dropped', 'undelivered'])
const deliveryLine = (fact: Fact): Line => ({
  title: `${channelOf(fact)}${fact.subject ? ` “${fact.subject}”` : ''} was ${human(fact.detail ?? '')}`,
  link: `/messages/${fact.about ?? ''}`,
  tone: BAD.has(fact.detail ?? '') ? 'bad' : 'good',
})

const subscriptionLine = (fact: Fact): Line => {
  const origin = words(fact.data?.['origin'])
  const status = fact.detail ?? ''
  return {
    title: `${channelOf(fact)} became ${human(status)}${fact.about ? ` to “${fact.about}”` : ''}`,
    detail: [fact.subject, origin ? `by ${human(origin)}` : undefined].filter((part) => part !== undefined).join(' · '),
    tone: status === 'subscribed' ? 'good' : 'warn',
  }
}

const lineOf = (fact: Fact): Line => {
  switch (fact.kind) {
    case 'event':
      return eventLine(fact)
    case 'trait':
      return traitLine(fact)
    case 'audience': {
      const entered = fact.detail === 'entered'
      const title = `${entered ? 'Entered' : 'Left'} audience “${fact.subject}”`
      return { title, link: `/audiences/${fact.about ?? ''}`, tone: entered ? 'good' : 'warn' }
    }
    case 'run':
      return runLine(fact)
    case 'message':
      return messageLine(fact)
    case 'delivery':
      return deliveryLine(fact)
    case 'subscription':
      return subscriptionLine(fact)
    default:
      return unreachable(fact.kind)
  }
}

/** What a fact reads like to a marketer. */
export const entryOf = (fact: Fact): Entry => ({
  id: `${fact.kind}:${fact.key}`,
  at: fact.at.toISOString(),
  kind: fact.kind,
  ...lineOf(fact),
  ...((fact.kind === 'event' || fact.kind === 'trait') && fact.data ? { data: fact.data } : {}),
})
