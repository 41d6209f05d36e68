import { draw } from '../../base/hash.ts'
import { must } from '../../base/must.ts'
import { AREAS, FIRST_NAMES, LAST_NAMES } from './names.ts'

export type SubscriptionStatus = 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'DID_NOT_SUBSCRIBE'
export type Subscription = {
  readonly key: string
  readonly type: 'EMAIL' | 'SMS' | 'IOS_PUSH' | 'ANDROID_PUSH'
  readonly status: SubscriptionStatus
}

/** A synthetic person. `subscriptions` leaves out what is known without its owner ever having given it: the fourth state. */
export type Person = {
  readonly userId: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string | undefined
  readonly timeZone: string
  readonly push: { readonly type: 'ios' | 'android'; readonly token: string } | undefined
  readonly subscriptions: readonly Subscription[]
}

type Shares = { readonly subscribed: number; readonly unsubscribed: number; readonly didNot: number }

// The rest has no state. Email is asked for at checkout; a phone number is mostly left for the parcel; push asks by itself.
const SHARES = {
  email: { subscribed: 0.66, unsubscribed: 0.1, didNot: 0.14 },
  sms: { subscribed: 0.36, unsubscribed: 0.06, didNot: 0.33 },
  push: { subscribed: 0.72, unsubscribed: 0.12, didNot: 0.1 },
} satisfies Record<string, Shares>

const WITH_PHONE = 0.78
const WITH_PUSH = 0.38
const NUMBERS_PER_AREA = 100

const stateAt = (at: number, { subscribed, unsubscribed, didNot }: Shares): SubscriptionStatus | undefined => {
  if (at < subscribed) return 'SUBSCRIBED'
  if (at < subscribed + unsubscribed) return 'UNSUBSCRIBED'
  return at < subscribed + unsubscribed + didNot ? 'DID_NOT_SUBSCRIBE' : undefined
}

const pick = <T>(list: readonly T[], at: number): T =>
  must(list[Math.floor(at * list.length)], 'an entry of a list that is not empty')

/** The `index`th person of a seed: the same each time, so that a history sent twice is one. Phones stop where their numbers run out. */
export const personAt = (seed: string, index: number, userId: string): Person => {
  const chance = (what: string): number => draw(`${seed}\u0000${index}\u0000${what}`)
  const firstName = pick(FIRST_NAMES, chance('first'))
  const lastName = pick(LAST_NAMES, chance('last'))
  const [code, timeZone] = must(AREAS[index % AREAS.length], 'an area')
  const line = Math.floor(index / AREAS.length)
  const phone =
    chance('phone') < WITH_PHONE && line < NUMBERS_PER_AREA ? `+1${code}55501${String(line).padStart(2, '0')}` : undefined
  const type = chance('system') < 0.55 ? 'ios' : 'android'
  const push =
    chance('push') < WITH_PUSH
      ? ({ type, token: `${type}-${userId}-${Math.floor(chance('token') * 1e9).toString(36)}` } as const)
      : undefined
  const email = `${firstName}.${lastName}.${index + 1}@example.com`.toLowerCase()
  const candidates: readonly [Subscription['type'], string | undefined, Shares][] = [
    ['EMAIL', email, SHARES.email],
    ['SMS', phone, SHARES.sms],
    [type === 'ios' ? 'IOS_PUSH' : 'ANDROID_PUSH', push?.token, SHARES.push],
  ]
  const subscriptions = candidates.flatMap(([channel, key, shares]) => {
    const status = key === undefined ? undefined : stateAt(chance(`state ${channel}`), shares)
    return key === undefined || status === undefined ? [] : [{ key, type: channel, status }]
  })
  return { userId, firstName, lastName, email, phone, timeZone, push, subscriptions }
}
