import Rudder from '@rudderstack/rudder-sdk-node'
import { type Client, type Order, PER_BATCH, personOf } from './client.ts'

const send = async (order: Order, gzip: boolean): Promise<void> => {
  const options = { dataPlaneUrl: order.url, flushAt: PER_BATCH, flushInterval: 100, gzip, retryCount: 10, logLevel: 'none' }
  const rudder = new Rudder(order.writeKey, options)
  const told: Promise<void>[] = []
  for (let n = 0; n < order.calls; n++)
    told.push(
      new Promise((resolve, reject) =>
        rudder.track({ userId: personOf(order, n), event: 'Client Call', properties: { n, by: order.label } }, (error?: Error) =>
          error ? reject(error) : resolve(),
        ),
      ),
    )
  await Promise.all(told)
}

const rudder = (gzip: boolean): Client => ({
  name: `@rudderstack/rudder-sdk-node${gzip ? ', gzip' : ''}`,
  gzip,
  honoursRetryAfter: true,
  obtain: async () => undefined,
  send: (order) => send(order, gzip),
})

export const rudderNode: Client = rudder(false)
export const rudderNodeGzip: Client = rudder(true)
