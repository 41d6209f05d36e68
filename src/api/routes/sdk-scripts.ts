import type { FastifyReply, FastifyRequest } from 'fastify'
import { createSourceLookup } from '../../space/source.ts'
import type { App } from '../server.ts'
import { type Script, sdkPart, sdkScript } from '../tracking/sdk-script.ts'
import type { Route } from './index.ts'

// A loader that stays long in a browser would ask for parts that a newer Usher no longer has; a part has its hash in its name.
const A_MINUTE = 'public, max-age=60'
const FOR_EVER = 'public, max-age=31536000, immutable'

const knows = ({ etag }: Script, request: FastifyRequest): boolean =>
  (request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim() === etag || one.trim() === '*')

const takesGzip = (request: FastifyRequest): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(request.headers['accept-encoding'] ?? ''))

const sendScript = (request: FastifyRequest, reply: FastifyReply, script: Script, cache: string): FastifyReply => {
  reply.headers({ etag: script.etag, 'cache-control': cache, vary: 'accept-encoding', 'x-content-type-options': 'nosniff' })
  if (knows(script, request)) return reply.status(304).send()
  reply.type('text/javascript; charset=utf-8')
  return takesGzip(request) ? reply.header('content-encoding', 'gzip').send(script.gzip) : reply.send(script.plain)
}

const nothing = (reply: FastifyReply, message: string): FastifyReply =>
  reply
    .status(404)
    .header('cache-control', 'no-store')
    .send({ error: { code: 'not_found', message } })

/** Segment's SDK for browsers as its page snippet asks for it: the script by write key, and the parts that it loads itself (spec/connections §2.7). */
export const sdkScriptRoutes: Route = (app: App, door) => {
  const sourceOf = createSourceLookup(door.db, door.now)
  // As with its settings: while the database is away pages get their script all the same, and the door itself judges.
  const isKnown = async (writeKey: string): Promise<boolean> =>
    !writeKey.includes('\0') &&
    (await sourceOf(writeKey).then(
      (source) => source !== undefined,
      () => true,
    ))
  // Any site may load it, also one that lets in only what says so.
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' })
  })
  for (const prefix of ['', '/cdn']) {
    const schema = {
      tags: ['tracking'],
      summary: "Segment's SDK for browsers, as its page snippet loads it",
      hide: prefix !== '',
      produces: ['text/javascript'],
    }
    app.get(`${prefix}/analytics.js/v1/:writeKey/analytics.min.js`, { schema }, async (request, reply) => {
      const { writeKey } = request.params as { writeKey: string }
      if (!(await isKnown(writeKey)))
        return nothing(reply, 'No source has this write key. Take that of a source into the snippet, twice.')
      return sendScript(request, reply, sdkScript(), A_MINUTE)
    })
    app.get(`${prefix}/analytics-next/bundles/:name`, { schema: { hide: true } }, async (request, reply) => {
      const part = sdkPart((request.params as { name: string }).name)
      return part ? sendScript(request, reply, part, FOR_EVER) : nothing(reply, 'The SDK has no such part.')
    })
  }
}
