import swagger from '@fastify/swagger'
import reference from '@scalar/fastify-api-reference'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { createCounter } from '../ingest/counter.ts'
import { createTail } from '../ingest/tail.ts'
import { createTally } from '../ingest/tally.ts'
import { authenticate, type Caller } from './auth.ts'
import type { Door } from './door.ts'
import { answerFailure } from './failure.ts'
import { readJsonBodies } from './json-body.ts'
import { refuseDeep } from './nesting.ts'
import { managementRoutes, openRoutes } from './routes/index.ts'
import { isPixel, sendGif } from './tracking/pixel.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
}

// No two alike, over all processes and restarts: the log is searched for it.
const requestIds = ({ random }: Door): (() => string) => {
  const begin = Buffer.from(random(9)).toString('base64url')
  let count = 0
  return () => `req_${begin}${(++count).toString(36)}`
}

export const makeServer = (door: Door) =>
  Fastify({
    logger: door.config.logLevel === 'silent' ? false : { level: door.config.logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    // An address may be long: `/profiles/email:…` (64 + 255 characters, and each may be three when escaped).
    routerOptions: { maxParamLength: 1_000 },
    bodyLimit: 2 * 1024 * 1024,
    ...(door.config.trustProxy ? { trustProxy: [...door.config.trustProxy] } : {}),
    forceCloseConnections: 'idle',
    genReqId: requestIds(door),
    // An address that cannot be read reaches no route: it is answered as everything else is.
    frameworkErrors: (error, request, reply) => {
      reply.header('request-id', request.id)
      if (isPixel(request.url)) sendGif(reply)
      else answerFailure(error, request, reply)
    },
  }).withTypeProvider<ZodTypeProvider>()

/** A server or a scope of it: what a route file gets. */
export type App = ReturnType<typeof makeServer>

const document = async (app: App): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Usher', description: 'Audiences and journeys: every noun of the app by HTTP.', version: '0.1.0' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(reference, {
    routePrefix: '/reference',
    configuration: {
      url: '/openapi.json',
      withDefaultFonts: false,
      // What would send our API's description to somebody else's service.
      showDeveloperTools: 'never',
      agent: { disabled: true },
      hideClientButton: true,
      telemetry: false,
    },
  })
}

/** The whole API on one server: open routes (tracking, webhooks, links, health), and management routes behind a token of the space. */
export const createServer = async (outside: Door): Promise<FastifyInstance> => {
  const app = makeServer(outside)
  const tail = createTail(outside.db, outside)
  const tally = createTally(outside.db)
  const counter = createCounter(outside.db)
  const door = { ...outside, tail, tally, counter }
  app.addHook('onClose', async () => {
    await tail.close()
    await tally.close()
    await counter.close()
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id)
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerFailure)
  readJsonBodies(app as unknown as FastifyInstance)
  await document(app)
  for (const route of openRoutes) await app.register(async (scope) => route(scope as App, door))
  await app.register(async (scope) => {
    scope.decorateRequest('caller', null as unknown as Caller)
    scope.addHook('onRequest', async (request) => {
      request.caller = await authenticate(door.db, request, door.now())
    })
    scope.addHook('preValidation', async ({ body }) => refuseDeep(body))
    for (const route of managementRoutes) await scope.register(async (inner) => route(inner as App, door))
  })
  return app as unknown as FastifyInstance
}
