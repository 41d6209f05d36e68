import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { jwtVerify } from 'jose'
import type { Store } from './store.ts'

export type PushAccount = { readonly projectId: string; readonly clientEmail: string; readonly privateKey: string }

const refuse = (reply: FastifyReply, code: number, status: string, message: string, errorCode?: string) =>
  reply.status(code).send({
    error: {
      code,
      message,
      status,
      ...(errorCode ? { details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }] } : {}),
    },
  })

type Message = {
  readonly token?: string
  readonly notification?: { readonly title?: string; readonly body?: string }
  readonly data?: Readonly<Record<string, string>>
}

const keep = (store: Store, projectId: string, { token, notification, data }: Message): void => {
  const [messageId, link] = [data?.['message_id'], data?.['link']]
  store.add({
    channel: 'push',
    from: projectId,
    to: token ?? '',
    title: notification?.title ?? '',
    text: notification?.body ?? '',
    ...(link ? { link } : {}),
    ...(messageId ? { messageId } : {}),
  })
}

/** FCM v1 with Google's token endpoint: checks the assertion and the bearer token; a device token that begins with `gone` is UNREGISTERED. */
export const addPush = (app: FastifyInstance, store: Store, now: () => Date): PushAccount => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const account: PushAccount = {
    projectId: 'usher-mailbox',
    clientEmail: 'mailbox@usher-mailbox.iam.gserviceaccount.com',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const issued = new Set<string>()
  app.post<{ Body: Readonly<Record<string, string>> }>('/token', async (request, reply) => {
    const { grant_type, assertion } = request.body
    if (grant_type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return reply.status(400).send({ error: 'unsupported_grant_type' })
    try {
      await jwtVerify(assertion ?? '', publicKey, { issuer: account.clientEmail, currentDate: now() })
    } catch (error) {
      return reply.status(400).send({ error: 'invalid_grant', error_description: String(error) })
    }
    const access_token = `ya29.${randomBytes(24).toString('base64url')}`
    issued.add(access_token)
    return { access_token, expires_in: 3599, token_type: 'Bearer' }
  })
  app.post<{ Params: { project: string }; Body: { message?: Message } }>(
    '/v1/projects/:project/messages::send',
    async (request, reply) => {
      if (!issued.has(request.headers.authorization?.replace(/^Bearer /, '') ?? ''))
        return refuse(reply, 401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
      const message = request.body.message
      if (!message?.token) return refuse(reply, 400, 'INVALID_ARGUMENT', 'The registration token is missing.', 'INVALID_ARGUMENT')
      if (message.token.startsWith('gone'))
        return refuse(reply, 404, 'NOT_FOUND', 'Requested entity was not found.', 'UNREGISTERED')
      keep(store, request.params.project, message)
      return { name: `projects/${request.params.project}/messages/0:${randomBytes(8).toString('hex')}` }
    },
  )
  return account
}
