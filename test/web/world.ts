import { readTemplateFiles } from '../../src/dev/sample/template-files.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { until } from '../support/wait.ts'

const NAMES = ['Ann Reyes', 'Bo Lindqvist', 'Carla Ortiz', 'Dev Patel', 'Emma Novak', 'Farid Haddad', 'Grace Kim', 'Hugo Martin']

const callsOf = (name: string, index: number): readonly object[] => {
  const userId = `u${index + 1}`
  const email = `${name.toLowerCase().replace(' ', '.')}@example.com`
  const hoursAgo = (n: number): string => new Date(Date.now() - n * 3_600_000).toISOString()
  const order = (n: number): object => ({
    type: 'track',
    event: 'Order Completed',
    userId,
    messageId: `${userId}-${n}`,
    timestamp: hoursAgo(24 * n + index),
    properties: { revenue: 20 + 5 * n, currency: 'USD' },
  })
  const identify = {
    type: 'identify',
    userId,
    messageId: `${userId}-0`,
    timestamp: hoursAgo(500),
    traits: { name, email, plan: index % 2 ? 'pro' : 'free' },
    context: { messaging_subscriptions: [{ key: email, type: 'EMAIL', status: index === 1 ? 'UNSUBSCRIBED' : 'SUBSCRIBED' }] },
  }
  // The first five bought twice or more, the others once.
  return [identify, order(1), ...(index < 5 ? [order(2)] : []), ...(index === 0 ? [order(3)] : [])]
}

const AUDIENCE = {
  name: 'Repeat buyers',
  key: 'repeat_buyers',
  definition: {
    condition: {
      type: 'event',
      event: { name: 'Order Completed' },
      measure: { kind: 'count' },
      compare: { operator: 'at_least', value: 2 },
    },
  },
}
const JOURNEY = {
  name: 'Thank you',
  key: 'thank_you',
  description: 'Writes to repeat buyers, then waits.',
  definition: {
    entry: { type: 'audience', audience: 'repeat_buyers', frequency: 'once', existing: true },
    start: 'hello',
    steps: {
      hello: { type: 'send', channel: 'email', template: 'win_back', next: 'wait' },
      wait: { type: 'delay', for: '2 days', next: 'plan' },
      plan: {
        type: 'split',
        branches: [
          {
            name: 'Pro',
            condition: { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } },
            next: 'again',
          },
        ],
        otherwise: { name: 'Everyone else', next: null },
      },
      again: { type: 'send', channel: 'email', template: 'win_back', next: null },
    },
  },
}

const fill = async ({ call, track }: Installation): Promise<void> => {
  await track(NAMES.flatMap(callsOf))
  const template = readTemplateFiles().find(({ key }) => key === 'win_back')
  await call('POST', '/templates', template)
  await call('POST', '/audiences', AUDIENCE)
  await until('the audience to be live', async () => {
    const { audience } = await call<{ audience: { status: string; size: { count: number } } }>('GET', '/audiences/repeat_buyers')
    return audience.status === 'Live' && audience.size.count === 5
  })
  await call('POST', '/journeys', JOURNEY)
  await call('POST', '/journeys/thank_you/publish', {})
  await until('the messages to be sent', async () => {
    const { messages } = await call<{ messages: readonly { status: string }[] }>('GET', '/messages?status=sent')
    return messages.length === 4
  })
}

/** An installation with the app in front and eight people behind it. */
export const startWorld = async (): Promise<Installation> => {
  const installation = await startInstallation()
  await fill(installation)
  return installation
}
