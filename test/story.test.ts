import { Analytics } from '@segment/analytics-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Installation, startInstallation } from './support/installation.ts'
import { until } from './support/wait.ts'

/*
 * One event, flowing through: the README's first section as a program. Real Postgres, real Temporal, a real mail server, and Segment's own
 * client at the door. Each part waits for the fact that the part before it must have caused.
 */

const BIG_SPENDERS = {
  name: 'Big spenders',
  definition: {
    condition: {
      type: 'event',
      event: { name: 'Order Completed', within: '90 days' },
      measure: { kind: 'sum', property: 'revenue' },
      compare: { operator: 'greater_than', value: 100 },
    },
  },
}

const THANK_YOU = {
  name: 'Thank you',
  definition: {
    entry: { type: 'audience', audience: 'big_spenders' },
    start: 'thanks',
    steps: {
      thanks: { type: 'send', channel: 'email', template: 'thanks', next: 'again' },
      again: {
        type: 'hold',
        branches: [{ name: 'bought', event: 'Order Completed', next: 'welcome' }],
        timeout: { after: '7 days', next: null },
      },
      welcome: { type: 'set_trait', trait: 'loyal', value: true, next: null },
    },
  },
}

const TEMPLATE = {
  name: 'Thanks',
  key: 'thanks',
  channel: 'email',
  source: {
    subject: 'Thank you, {{ profile.traits.name | default: "friend" }}',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>You are one of our best. <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>',
  },
}

type Received = { readonly to: string; readonly title: string; readonly html?: string }
type Entry = { readonly kind: string; readonly title: string }

describe('one event, flowing through', () => {
  let usher: Installation
  const received = async (to: string): Promise<readonly Received[]> => {
    const answer = await fetch(`${usher.mailboxUrl}/api/messages?search=${encodeURIComponent(to)}`)
    return ((await answer.json()) as { data: { messages: readonly Received[] } }).data.messages
  }
  const profile = <T>(of: string) => usher.call<{ profile: T }>('GET', `/profiles/${of}`).then((answer) => answer.profile)
  const timeline = (of: string) =>
    usher.call<{ entries: readonly Entry[] }>('GET', `/profiles/${of}/timeline`).then((answer) => answer.entries)

  beforeAll(async () => {
    usher = await startInstallation()
    await usher.call('POST', '/templates', TEMPLATE)
    await usher.call('POST', '/audiences', BIG_SPENDERS)
    await usher.call('POST', '/journeys', THANK_YOU)
    await usher.call('POST', '/journeys/thank_you/publish', {})
  })

  it('1. a call comes in by the official client, and a repeated messageId changes nothing', async () => {
    const analytics = new Analytics({ writeKey: usher.writeKey, host: usher.url, flushAt: 3 })
    const optIn = (email: string, status: string) => ({ messaging_subscriptions: [{ key: email, type: 'EMAIL', status }] })
    for (const [userId, name, status] of [
      ['ada', 'Ada', 'SUBSCRIBED'],
      ['bob', 'Bob', 'UNSUBSCRIBED'],
    ] as const) {
      const email = `${userId}@example.com`
      analytics.identify({ userId, traits: { email, name }, context: optIn(email, status) })
      analytics.track({ userId, event: 'Order Completed', properties: { revenue: 120 }, messageId: `order 1 of ${userId}` })
      analytics.track({ userId, event: 'Order Completed', properties: { revenue: 120 }, messageId: `order 1 of ${userId}` })
    }
    await analytics.closeAndFlush()
    const orders = (await timeline('user_id:ada')).filter(
      (entry) => entry.kind === 'event' && entry.title.includes('Order Completed'),
    )
    expect(orders).toHaveLength(1)
  })

  it('2. the audience gains its members, exactly and by itself', async () => {
    const keys = await until('ada to be a big spender', async () => {
      const { audiences } = await profile<{ audiences: readonly { key: string }[] }>('user_id:ada')
      return audiences.length > 0 && audiences.map((audience) => audience.key)
    })
    expect(keys).toEqual(['big_spenders'])
    const why = await usher.call<{ matches: boolean; conditions: { evidence: unknown } }>(
      'GET',
      '/audiences/big_spenders/explain?profile=user_id:ada',
    )
    expect(why.matches).toBe(true)
    expect(JSON.stringify(why.conditions)).toContain('120')
  })

  it('3. whoever entered walks the journey, once', async () => {
    const runs = await until('both to be held', async () => {
      const answer = await usher.call<{ runs: readonly { status: string; step: string }[] }>('GET', '/journeys/thank_you/runs')
      return answer.runs.length >= 2 && answer.runs.every((each) => each.status === 'held') && answer.runs
    })
    expect(runs.map((each) => each.step)).toEqual(['again', 'again'])
  })

  it('4. the message goes to who is subscribed, and to nobody else', async () => {
    const [mail] = await until('the mail to ada', async () => {
      const found = await received('ada@example.com')
      return found.length > 0 && found
    })
    expect(mail?.title).toBe('Thank you, Ada')
    const { messages } = await until('both messages to be settled', async () => {
      const answer = await usher.call<{ messages: readonly { status: string; reason?: string }[] }>('GET', '/messages')
      return answer.messages.every((message) => message.status === 'sent' || message.status === 'skipped') && answer
    })
    expect(messages.map(({ status, reason }) => [status, reason ?? '']).toSorted()).toEqual([
      ['sent', ''],
      ['skipped', 'unsubscribed'],
    ])
    expect(await received('bob@example.com')).toEqual([])
  })

  it('5. what the provider says comes back as an event: the circle closes', async () => {
    const entries = await until('the delivery to be known', async () => {
      const found = await timeline('user_id:ada')
      return found.some((entry) => entry.title.includes('Email Delivered')) && found
    })
    expect(new Set(entries.map((entry) => entry.kind))).toEqual(
      new Set(['event', 'trait', 'subscription', 'audience', 'run', 'message', 'delivery']),
    )
  })

  it('6. the next purchase releases the run that was held for it', async () => {
    await usher.track([
      { type: 'track', userId: 'ada', event: 'Order Completed', properties: { revenue: 5 }, messageId: 'order 2 of ada' },
    ])
    const traits = await until('ada to be loyal', async () => {
      const { traits } = await profile<{ traits: Record<string, unknown> }>('user_id:ada')
      return traits['loyal'] === true && traits
    })
    expect(traits).toMatchObject({ name: 'Ada', loyal: true })
  })
})
