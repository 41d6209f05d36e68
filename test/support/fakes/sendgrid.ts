import { type Answering, type Call, type Fake, type Reply, startFake } from './http.ts'

export const SENDGRID_KEY = 'SG.fake-key-of-the-tests'

type Mail = {
  readonly personalizations?: readonly {
    readonly to?: readonly { readonly email?: string }[]
    readonly custom_args?: Readonly<Record<string, unknown>>
  }[]
  readonly from?: { readonly email?: string }
  readonly subject?: string
  readonly content?: readonly { readonly type: string; readonly value: string }[]
  readonly custom_args?: Readonly<Record<string, unknown>>
}

const refuse = (message: string, field: string | null = null, status = 400): Reply => ({
  status,
  body: { errors: [{ message, field, help: null }] },
})

// What SendGrid's v3 API checks, with its own words.
const check = (call: Call): Reply | undefined => {
  if (call.method !== 'POST' || call.path !== '/v3/mail/send') return refuse('not found', null, 404)
  if (call.headers.authorization !== `Bearer ${SENDGRID_KEY}`)
    return refuse('The provided authorization grant is invalid, expired, or revoked', null, 401)
  const mail = JSON.parse(call.body) as Mail
  if (!mail.personalizations?.[0]?.to?.[0]?.email) return refuse('The to array is required', 'personalizations.0.to')
  if (!mail.from?.email) return refuse('The from object must be provided', 'from')
  if (!mail.subject) return refuse('The subject is required', 'subject')
  if (!mail.content?.length) return refuse('The content is required', 'content')
  if (mail.content.some(({ value }) => value.length === 0))
    return refuse('The content value must be a string at least one character', 'content')
  const types = mail.content.map(({ type }) => type)
  if (types.includes('text/html') && types.indexOf('text/plain') > types.indexOf('text/html'))
    return refuse('If present, text/plain must be first', 'content')
  for (const args of [mail.custom_args, mail.personalizations[0].custom_args])
    if (Object.values(args ?? {}).some((value) => typeof value !== 'string'))
      return refuse('custom_args must be strings', 'custom_args')
  return undefined
}

export type SendGridFake = Fake & { readonly mails: () => readonly (Mail & Readonly<Record<string, unknown>>)[] }

/** SendGrid's `POST /v3/mail/send`; `answer` may reply in its place once the call is well formed. */
export const startSendGrid = async (answer: Answering = () => ok()): Promise<SendGridFake> => {
  const fake = await startFake((call) => check(call) ?? answer(call))
  return { ...fake, mails: () => fake.calls.map((call) => JSON.parse(call.body)) }
}

let count = 0
export const ok = (): Reply => ({ status: 202, headers: { 'x-message-id': `sg-${++count}` } })
