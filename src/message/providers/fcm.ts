import { importPKCS8, SignJWT } from 'jose'
import * as z from 'zod'
import { Misconfigured, Refused, Unavailable } from '../../base/errors.ts'
import { type Answer, post } from '../../base/post.ts'
import {
  type Carrier,
  type Envelope,
  failureOf,
  type Provider,
  type PushContent,
  type Receipt,
  wrongChannel,
} from '../provider.ts'

// The fields of a Google service account's key file that count, and where to call.
const Settings = z.strictObject({
  projectId: z.string().min(1),
  clientEmail: z.email(),
  privateKey: z
    .string()
    .includes('PRIVATE KEY', { message: 'paste private_key of the service account file, with its BEGIN line' }),
  tokenUri: z.url().default('https://oauth2.googleapis.com/token'),
  baseUrl: z.url().default('https://fcm.googleapis.com'),
})
type Settings = z.infer<typeof Settings>

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'

const assertion = async ({ clientEmail, privateKey, tokenUri }: Settings, now: Date): Promise<string> => {
  const seconds = Math.floor(now.getTime() / 1000)
  const key = await importPKCS8(privateKey.replaceAll('\\n', '\n'), 'RS256').catch((cause: unknown) => {
    throw new Misconfigured('credentials', 'FCM: privateKey cannot be read; paste private_key of the service account file.', {
      cause,
    })
  })
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(clientEmail)
    .setAudience(tokenUri)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 3_600)
    .sign(key)
}

type Token = { readonly value: string; readonly until: number }

const fetchToken = async (settings: Settings, now: Date): Promise<Token> => {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertion(settings, now),
  })
  const answer = await post(settings.tokenUri, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
  }).catch((cause: Error) => {
    // No message has left yet, whatever became of this call.
    throw new Unavailable('unreachable', cause.message, { cause })
  })
  if (answer.status === 400)
    throw new Misconfigured('credentials', `Google refused the service account: ${answer.body.slice(0, 300)}`)
  if (answer.status !== 200) throw failureOf("Google's token endpoint", answer, answer.body.slice(0, 300), now)
  const { access_token, expires_in } = JSON.parse(answer.body) as { access_token: string; expires_in: number }
  return { value: access_token, until: now.getTime() + (expires_in - 60) * 1000 }
}

/** One access token for all sends; those that come while it is fetched wait for the same one. */
const tokens = (settings: Settings) => {
  let current: Promise<Token> | undefined
  let until = 0
  return {
    forget: () => {
      current = undefined
    },
    get: async (now: Date): Promise<string> => {
      if (!current || now.getTime() >= until) {
        until = now.getTime() + 60_000
        current = fetchToken(settings, now)
      }
      try {
        const token = await current
        until = token.until
        return token.value
      } catch (error) {
        current = undefined
        throw error
      }
    },
  }
}

type FcmError = { status?: string; message?: string; details?: readonly { errorCode?: string }[] }

/** The class of an FCM failure: a token that is gone is final for the token, rights and quota are the account's. */
export const fcmFailure = (answer: Answer, now: Date): Error => {
  const error = errorOf(answer.body)
  const code = error.details?.find((detail) => detail.errorCode)?.errorCode ?? error.status
  const text = `FCM ${code ?? answer.status}: ${error.message ?? answer.body.slice(0, 300)}`
  // It says the same of a payload that is wrong, so the words decide.
  const noToken = code === 'INVALID_ARGUMENT' && /registration token/i.test(error.message ?? '')
  if (noToken) return new Refused('invalid_address', text)
  if (code === 'UNREGISTERED') return new Refused('unregistered', text)
  if (code === 'SENDER_ID_MISMATCH' || code === 'INVALID_ARGUMENT') return new Refused('refused', text)
  return failureOf('FCM', answer, text, now)
}

const errorOf = (body: string): FcmError => {
  try {
    return (JSON.parse(body) as { error?: FcmError }).error ?? {}
  } catch {
    return {}
  }
}

const messageOf = (content: PushContent, envelope: Envelope) => ({
  message: {
    token: envelope.address,
    notification: { title: content.title, body: content.body, ...(content.imageUrl ? { image: content.imageUrl } : {}) },
    data: {
      message_id: envelope.messageId,
      space_id: envelope.spaceId,
      profile_id: envelope.profileId,
      ...(content.link ? { link: content.link } : {}),
    },
    ...(envelope.addressType === 'ios.push_token' ? { apns: { payload: { aps: { 'mutable-content': 1 } } } } : {}),
  },
})

const open = (settings: Settings): Carrier => {
  const token = tokens(settings)
  const url = new URL(`/v1/projects/${encodeURIComponent(settings.projectId)}/messages:send`, settings.baseUrl).href
  const deliver = async (content: PushContent, envelope: Envelope): Promise<Receipt> => {
    const answer = await post(url, {
      headers: { authorization: `Bearer ${await token.get(envelope.now)}`, 'content-type': 'application/json' },
      body: JSON.stringify(messageOf(content, envelope)),
    })
    if (answer.status === 401) token.forget()
    if (answer.status !== 200) throw fcmFailure(answer, envelope.now)
    return { providerMessageId: (JSON.parse(answer.body) as { name: string }).name }
  }
  return {
    send: (content, envelope) => {
      if (content.channel !== 'push') throw wrongChannel('fcm', content)
      return deliver(content, envelope)
    },
    close: () => {},
  }
}

/** Firebase Cloud Messaging, HTTP v1, for Android and iOS devices. By hand, because Google's packages call only Google. */
export const fcm: Provider = {
  kind: 'fcm',
  channels: ['push'],
  settings: Settings,
  secrets: ['privateKey'],
  ratePerSecond: 500,
  open: (settings) => open(Settings.parse(settings)),
}
