import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { type Answering, type Call, type Fake, type Reply, startFake } from './http.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const FCM = {
  projectId: 'project-of-the-tests',
  clientEmail: 'sender@project-of-the-tests.iam.gserviceaccount.com',
  privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
} as const

export const fcmError = (
  code: number,
  status: string,
  errorCode?: string,
  headers?: Readonly<Record<string, string>>,
): Reply => ({
  status: code,
  body: {
    error: {
      code,
      message: status,
      status,
      ...(errorCode ? { details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }] } : {}),
    },
  },
  ...(headers ? { headers } : {}),
})

const grant = async ({ body }: Call, audience: string): Promise<Reply> => {
  const form = new URLSearchParams(body)
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    return { status: 400, body: { error: 'unsupported_grant_type' } }
  try {
    const { payload } = await jwtVerify(form.get('assertion') ?? '', keys.publicKey, { issuer: FCM.clientEmail, audience })
    if (payload['scope'] !== 'https://www.googleapis.com/auth/firebase.messaging')
      return { status: 400, body: { error: 'invalid_scope' } }
  } catch {
    return { status: 400, body: { error: 'invalid_grant' } }
  }
  return { status: 200, body: { access_token: 'ya29.token', expires_in: 3599, token_type: 'Bearer' } }
}

let count = 0
export const named = (): Reply => ({ status: 200, body: { name: `projects/${FCM.projectId}/messages/${++count}` } })

/** Google's token endpoint and FCM's `messages:send`; `answer` may reply in its place once the call is well formed. */
export const startFcm = async (answer: Answering = named): Promise<Fake> => {
  const fake: Fake = await startFake((call) => {
    if (call.path === '/token') return grant(call, `${fake.url}/token`)
    if (call.path !== `/v1/projects/${FCM.projectId}/messages:send`) return fcmError(404, 'NOT_FOUND')
    if (call.headers.authorization !== 'Bearer ya29.token') return fcmError(401, 'UNAUTHENTICATED')
    const { message } = JSON.parse(call.body) as { message?: { token?: string; data?: Readonly<Record<string, unknown>> } }
    if (!message?.token) return fcmError(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT')
    if (Object.values(message.data ?? {}).some((value) => typeof value !== 'string'))
      return fcmError(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT')
    return answer(call)
  })
  return fake
}
