import type { FastifyInstance } from 'fastify'
import type { Callbacks } from './callbacks.ts'
import { replyTo, type SmsAccount } from './sms.ts'
import type { Received, Store } from './store.ts'

type Summary = Omit<Received, 'html' | 'headers' | 'replyUrl'> & { readonly canReply: boolean }

const summaryOf = ({ html: _html, headers: _headers, replyUrl, ...received }: Received): Summary => ({
  ...received,
  text: received.text.slice(0, 500),
  canReply: replyUrl !== undefined,
})

/** The page and what it reads: `GET /api/messages?search=&channel=&count=`, `GET /api/messages/:id`, `POST /api/messages/:id/replies`. */
export const addPages = (app: FastifyInstance, store: Store, callbacks: Callbacks, sms: SmsAccount, page: string): void => {
  // Usher's own app shows the mailbox, too, from another port.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*')
  })
  app.get('/', async (_request, reply) => reply.type('text/html').send(page))
  app.get<{ Querystring: { search?: string; channel?: string; count?: string } }>('/api/messages', async ({ query }) => {
    const count = Math.min(500, Math.max(1, Number(query.count) || 100))
    const messages = store.list({ search: query.search, channel: query.channel, count }).map(summaryOf)
    return { data: { messages, counts: store.counts() } }
  })
  app.get<{ Params: { id: string } }>('/api/messages/:id', async ({ params }, reply) => {
    const found = store.find(params.id)
    if (!found)
      return reply.status(404).send({ error: { code: 'not_found', message: `There is no message "${params.id}" any more.` } })
    const { replyUrl, ...message } = found
    return { data: { message: { ...message, canReply: replyUrl !== undefined } } }
  })
  app.post<{ Params: { id: string }; Body: { text?: string } }>('/api/messages/:id/replies', async ({ params, body }, reply) => {
    const found = store.find(params.id)
    const text = body?.text?.trim()
    if (!found?.replyUrl || !text)
      return reply.status(409).send({ error: { code: 'refused', message: 'Only text messages can be answered, with a "text".' } })
    found.replies.push(text)
    await replyTo(callbacks, sms, found.replyUrl, found.to, found.from, text)
    return reply.status(201).send({ data: { text } })
  })
}
