import { Client, Connection } from '@temporalio/client'
import { beforeAll, expect, it } from 'vitest'
import { atEnd } from '../support/ending.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { until } from '../support/wait.ts'

/*
 * What Temporal keeps outlives an erasure: its histories cannot be rewritten. So nothing of a person is in them: workflows know cohorts, accounts
 * and steps by their ids, and who is in them stands in the database.
 */
const EVE = { userId: 'eve-the-user', email: 'eve@secret.example', name: 'Evelyn Secret', item: 'Secret Purchase' }
let usher: Installation
let connection: Connection

const JOURNEY = {
  name: 'Thank you',
  definition: {
    entry: { type: 'event', event: 'Order Completed', frequency: 'every_time', identifier: 'order_id' },
    exits: [{ event: 'Order Cancelled', match_identifier: true }],
    start: 'mark',
    steps: {
      mark: { type: 'set_trait', trait: 'bought', value: true, next: 'thanks' },
      thanks: { type: 'send', channel: 'email', template: 'thanks', next: 'wait' },
      wait: {
        type: 'hold',
        branches: [{ name: 'again', event: 'Product Reviewed', next: 'who' }],
        timeout: { after: '7 days', next: null },
      },
      who: {
        type: 'split',
        branches: [
          {
            name: 'Eve',
            condition: { type: 'trait', path: 'name', compare: { operator: 'contains', values: ['e'] } },
            next: 'end',
          },
        ],
        otherwise: { name: 'Else', next: null },
      },
      end: { type: 'delay', for: '1 day', next: null },
    },
  },
}
const TEMPLATE = {
  name: 'Thanks',
  key: 'thanks',
  channel: 'email',
  source: {
    subject: 'Thank you, {{ profile.traits.name }}',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>Thank you. <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>',
  },
}

beforeAll(async () => {
  usher = await startInstallation()
  connection = await Connection.connect({ address: usher.temporalAddress })
  atEnd(() => connection.close())
  await usher.call('POST', '/templates', TEMPLATE)
  await usher.call('POST', '/journeys', JOURNEY)
  await usher.call('POST', '/journeys/thank_you/publish', {})
})

const order = (event: string) => ({
  type: 'track',
  userId: EVE.userId,
  event,
  properties: { order_id: 'secret-order', item: EVE.item },
})

const PAYLOAD = /"data":"([A-Za-z0-9+/=]+)"/g

/** Every text that Temporal holds of our workflows: what they were started with, what activities got and answered, and how they are called. */
const heldByTemporal = async (): Promise<{ readonly workflows: number; readonly text: string }> => {
  const { workflow } = new Client({ connection })
  const texts: string[] = []
  for await (const { workflowId, runId } of workflow.list()) {
    const history = JSON.stringify(await workflow.getHandle(workflowId, runId).fetchHistory())
    texts.push(`${workflowId} ${history.replaceAll(PAYLOAD, (_, data: string) => Buffer.from(data, 'base64').toString('utf8'))}`)
  }
  return { workflows: texts.length, text: texts.join('\n') }
}

it('CNS-06 nothing of a person is in what Temporal keeps: not her ids, not what she did, not what was sent to her', async () => {
  const subscribed = { messaging_subscriptions: [{ key: EVE.email, type: 'EMAIL', status: 'SUBSCRIBED' }] }
  await usher.track([
    { type: 'identify', userId: EVE.userId, traits: { email: EVE.email, name: EVE.name }, context: subscribed },
    order('Order Completed'),
  ])
  await until('the message to be sent', async () => {
    const { messages } = await usher.call<{ messages: readonly { status: string }[] }>('GET', '/messages')
    return messages.some(({ status }) => status === 'sent')
  })
  await usher.track([order('Product Reviewed')])
  await until('the first run to have gone on', async () => {
    const { runs } = await usher.call<{ runs: readonly { step?: string }[] }>('GET', '/journeys/thank_you/runs')
    return runs.some(({ step }) => step === 'end')
  })
  const { profile } = await usher.call<{ profile: { id: string } }>('GET', `/profiles/user_id:${EVE.userId}`)
  const { workflows, text } = await heldByTemporal()
  expect(workflows).toBeGreaterThan(2)
  // It is read as it is: what is known to be there is found.
  expect(['spa_shop', '"step":"thanks"', '"step":"end"'].filter((each) => !text.includes(each))).toEqual([])
  const found = [...Object.values(EVE), 'secret-order', profile.id].filter((each) =>
    text.toLowerCase().includes(each.toLowerCase()),
  )
  expect(found).toEqual([])
})
