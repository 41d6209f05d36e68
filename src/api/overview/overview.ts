import { type ListedAlert, listAlerts } from '../../alert/alert.ts'
import type { Db } from '../../db/database.ts'
import { type FailingStep, failingSteps } from '../../journey/failure.ts'
import {
  type AudienceFigures,
  audienceFigures,
  countEvents,
  countProfiles,
  type JourneyFigures,
  journeyFigures,
  type MessageFigures,
  messageFigures,
  recentEvents,
  type StoppedAccount,
  stoppedAccounts,
  stuckOutbox,
} from './counts.ts'

/** Something that will not mend itself, and the page of the app where a person mends it. */
export type Attention = {
  readonly kind: 'audience' | 'journey' | 'message' | 'delivery' | 'provider' | 'source'
  readonly title: string
  readonly detail: string
  readonly link: string
}

/** What the first screen shows: the space in numbers, and today in one sentence. */
export type Overview = {
  readonly at: string
  readonly sentence: string
  readonly events: { readonly total: number; readonly perSecond: number; readonly last24h: number }
  readonly profiles: number
  readonly audiences: readonly AudienceFigures[]
  readonly journeys: readonly JourneyFigures[]
  readonly messages: MessageFigures
  readonly attention: readonly Attention[]
}

const figure = new Intl.NumberFormat('en')
const many = (n: number, one: string, several = `${one}s`): string => `${figure.format(n)} ${n === 1 ? one : several}`

type Facts = Omit<Overview, 'sentence' | 'at'>

/** Today in one sentence, its second half saying whether anything waits for a person. */
export const sentenceOf = ({ events, profiles, audiences, messages, attention }: Facts): string => {
  const needs = attention.length === 0 ? 'nothing needs you' : `${many(attention.length, 'thing needs', 'things need')} you`
  if (messages.sent > 0) {
    const journeys = messages.journeys > 0 ? ` from ${many(messages.journeys, 'journey')}` : ''
    return `${many(messages.sent, 'message')} to ${many(messages.people, 'person', 'people')}${journeys} in 24 hours; ${needs}.`
  }
  if (events.total === 0) return 'Nothing has come in yet. Point a tracking SDK at this address and watch it arrive here.'
  const moved = audiences.reduce((sum, a) => sum + a.entered24h + a.exited24h, 0)
  return `${many(events.last24h, 'event')} in 24 hours from ${many(profiles, 'person', 'people')} known, ${many(moved, 'audience change')}, no message sent; ${needs}.`
}

const alarmOf = (alert: ListedAlert): Attention => {
  const names = alert.subjects.filter(({ closedAt }) => closedAt === undefined).map(({ name, type }) => name || type)
  const first = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '')
  const title = {
    volume_drop: `“${alert.source_name}” sends much less than usual`,
    volume_surge: `“${alert.source_name}” sends much more than usual`,
    violations: `“${alert.source_name}” breaks its tracking plan`,
  }[alert.kind]
  return { kind: 'source', title, detail: first, link: '/alerts?status=open' }
}

const attentionOf = (
  alerts: readonly ListedAlert[],
  audiences: readonly AudienceFigures[],
  failing: readonly FailingStep[],
  nameOf: (journeyId: string) => string,
  stopped: readonly StoppedAccount[],
  messages: MessageFigures,
  stuck: { count: number; error: string | null } | undefined,
): readonly Attention[] => [
  ...alerts.map(alarmOf),
  ...audiences
    .filter((a) => ['failed', 'error'].includes(a.status.toLowerCase()))
    .map((a) => ({
      kind: 'audience' as const,
      title: `Audience “${a.name}” cannot be evaluated`,
      detail: a.reason ?? 'It keeps its last members until its condition is mended.',
      link: `/audiences/${a.id}`,
    })),
  ...failing.slice(0, 20).map((step) => ({
    kind: 'journey' as const,
    title: `Journey “${nameOf(step.journeyId)}” cannot do its step “${step.step}” for ${many(step.runs, 'run')}`,
    detail: step.error,
    link: `/journeys/${step.journeyId}?step=${step.step}`,
  })),
  ...stopped.map((a) => ({
    kind: 'provider' as const,
    title: `“${a.name}” carries no ${a.channel} at the moment`,
    detail: a.reason ?? 'It refused; messages wait and are tried again by themselves.',
    link: '/settings',
  })),
  ...(messages.failed > 0
    ? [
        {
          kind: 'message' as const,
          title: `${many(messages.failed, 'message')} failed in 24 hours`,
          detail: 'The provider refused them, or they could not be rendered.',
          link: '/messages?status=failed',
        },
      ]
    : []),
  ...(messages.uncertain > 0
    ? [
        {
          kind: 'message' as const,
          title: `${many(messages.uncertain, 'message')} may or may not have gone out`,
          detail: 'A worker died between the provider’s answer and our record; they are not sent again by themselves.',
          link: '/messages?status=uncertain',
        },
      ]
    : []),
  ...(stuck && stuck.count > 0
    ? [
        {
          kind: 'delivery' as const,
          title: `${many(stuck.count, 'reaction')} failed five times and ${stuck.count === 1 ? 'is' : 'are'} still being tried`,
          detail: stuck.error ?? 'The worker’s log has the cause.',
          link: '/settings',
        },
      ]
    : []),
]

/** The overview of one space at `now`. Ten short queries; see `counts.ts` for what each is bounded by. */
export const readOverview = async (db: Db, spaceId: string, now: Date): Promise<Overview> => {
  const [total, profiles, recent, audiences, journeys, messages, failing, stopped, stuck, alerts] = await Promise.all([
    countEvents(db, spaceId),
    countProfiles(db, spaceId),
    recentEvents(db, spaceId, now),
    audienceFigures(db, spaceId, now),
    journeyFigures(db, spaceId, now),
    messageFigures(db, spaceId, now),
    failingSteps(db, spaceId),
    stoppedAccounts(db, spaceId),
    stuckOutbox(db, spaceId),
    listAlerts(db, spaceId, true, 20),
  ])
  const events = { total, perSecond: recent.perSecond, last24h: recent.last24h }
  const nameOf = (journeyId: string): string => journeys.find(({ id }) => id === journeyId)?.name ?? journeyId
  const facts = {
    events,
    profiles,
    audiences,
    journeys,
    messages,
    attention: attentionOf(alerts, audiences, failing, nameOf, stopped, messages, stuck),
  }
  return { at: now.toISOString(), sentence: sentenceOf(facts), ...facts }
}
