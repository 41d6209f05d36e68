import { Analytics } from '@segment/analytics-node'
import { type Client, PER_BATCH, personOf } from './client.ts'

export const segmentNode: Client = {
  name: '@segment/analytics-node',
  gzip: false,
  honoursRetryAfter: true,
  obtain: async () => undefined,
  send: async (order) => {
    const analytics = new Analytics({ writeKey: order.writeKey, host: order.url, flushAt: PER_BATCH, flushInterval: 100 })
    for (let n = 0; n < order.calls; n++)
      analytics.track({ userId: personOf(order, n), event: 'Client Call', properties: { n, by: order.label } })
    await analytics.closeAndFlush()
  },
}
