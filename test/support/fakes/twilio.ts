import { type Answering, type Call, type Fake, type Reply, startFake } from './http.ts'

export const TWILIO = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'auth-token-of-the-tests' } as const

const refuse = (status: number, code: number, message: string): Reply => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})

const check = ({ method, path, headers, body }: Call): Reply | undefined => {
  if (method !== 'POST' || path !== `/2010-04-01/Accounts/${TWILIO.accountSid}/Messages.json`)
    return refuse(404, 20404, 'not found')
  const basic = Buffer.from(`${TWILIO.accountSid}:${TWILIO.authToken}`).toString('base64')
  if (headers.authorization !== `Basic ${basic}`) return refuse(401, 20003, 'Authenticate')
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return refuse(400, 21200, 'form expected')
  const form = new URLSearchParams(body)
  if (!form.get('To')) return refuse(400, 21604, "A 'To' phone number is required.")
  if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(form.get('To') ?? '')) return refuse(400, 21211, "Invalid 'To' Phone Number")
  if (!form.get('From') && !form.get('MessagingServiceSid')) return refuse(400, 21603, "A 'From' phone number is required.")
  if (!form.get('Body') && !form.get('MediaUrl')) return refuse(400, 21602, 'Message body is required.')
  return undefined
}

let count = 0
export const queued = (call: Call): Reply => ({
  status: 201,
  body: { sid: `SM${String(++count).padStart(32, '0')}`, status: 'queued', to: new URLSearchParams(call.body).get('To') },
})

/** Twilio's `POST …/Messages.json`; `answer` may reply in its place once the call is well formed. */
export const startTwilio = (answer: Answering = queued): Promise<Fake> => startFake((call) => check(call) ?? answer(call))

export const twilioError = refuse
