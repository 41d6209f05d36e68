import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { Channel } from '../db/rows/message.ts'
import type { SubscriptionChannel, SuppressionReason } from '../db/rows/subscription.ts'
import { type Suppressing, suppressAddresses } from '../subscription/suppression.ts'
import type { Ready } from './prepare.ts'
import type { Outcome } from './record.ts'
import type { Report } from './report.ts'

const REPORTED_ON: Readonly<Record<Channel, SubscriptionChannel | undefined>> = {
  email: 'email',
  sms: 'sms',
  whatsapp: 'whatsapp',
  // Only the provider's answer says which device it was.
  push: undefined,
}

// SendGrid drops by lists of its own, and says which.
const DROPPED: Readonly<Record<string, SuppressionReason>> = {
  'Bounced Address': 'bounced',
  'Spam Reporting Address': 'complained',
}

// Twilio: unknown destination, landline or unreachable carrier. 30003, a phone that is switched off, passes.
const GONE_NUMBERS = new Set(['30005', '30006'])

const textAt = (detail: JsonObject, key: string): string => {
  const value = detail[key]
  return typeof value === 'string' ? value : ''
}

/**
 * What a provider's report says of the address itself, if anything (spec/messaging §3.7): a bounce that is for good, a complaint, a number
 * that is none. A bounce of the type `blocked` is of the message or the moment.
 */
export const suppressionIn = ({ kind, detail }: Pick<Report, 'kind' | 'detail'>): SuppressionReason | undefined => {
  switch (kind) {
    case 'complained':
      return 'complained'
    case 'bounced':
      return textAt(detail, 'type') === 'blocked' ? undefined : 'bounced'
    case 'dropped':
      return DROPPED[textAt(detail, 'reason')]
    case 'undelivered':
    case 'failed':
      return GONE_NUMBERS.has(textAt(detail, 'errorCode')) ? 'invalid' : undefined
    default:
      return undefined
  }
}

type Reported = {
  readonly report: Report
  readonly about: { readonly profile_id: string; readonly id: string; readonly channel: Channel; readonly address: string | null }
}

/** Suppresses the addresses that reports say nothing shall go to. */
export const suppressReported = (tx: Db, spaceId: string, known: readonly Reported[]): Promise<void> =>
  suppressAddresses(
    tx,
    spaceId,
    known.flatMap(({ report, about }): readonly Suppressing[] => {
      const reason = suppressionIn(report)
      const channel = REPORTED_ON[about.channel]
      if (!reason || !channel || about.address === null) return []
      const detail = { ...report.detail, kind: report.kind }
      return [
        {
          channel,
          address: about.address,
          reason,
          profileId: about.profile_id,
          messageId: about.id,
          detail,
          at: report.happenedAt,
        },
      ]
    }),
  )

const GONE = /^(unregistered|invalid_address): /

/** Suppresses the addresses that a provider refused because they do not exist, or not any more. */
export const suppressRefused = (
  db: Db,
  spaceId: string,
  chunk: readonly Ready[],
  outcomes: readonly Outcome[],
  now: Date,
): Promise<void> => {
  const gone = new Map(
    outcomes.flatMap(({ id, status, reason }) => (status === 'failed' && GONE.test(reason ?? '') ? [[id, reason]] : [])),
  )
  return suppressAddresses(
    db,
    spaceId,
    chunk.flatMap(({ taken, subscriptionChannel, envelope }): readonly Suppressing[] =>
      gone.has(taken.id)
        ? [
            {
              channel: subscriptionChannel,
              address: envelope.address,
              reason: 'invalid',
              profileId: taken.profile_id,
              messageId: taken.id,
              detail: { reason: gone.get(taken.id) ?? null },
              at: now,
            },
          ]
        : [],
    ),
  )
}
