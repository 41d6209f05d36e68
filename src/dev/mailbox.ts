import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { Channel, ProviderKind } from '../db/rows/message.ts'
import { createAccount, findAccount, updateAccount } from '../message/account.ts'
import { createCallbacks } from './mailbox/callbacks.ts'
import { addPages } from './mailbox/pages.ts'
import { addPush, type PushAccount } from './mailbox/push.ts'
import { addSms, type SmsAccount } from './mailbox/sms.ts'
import { startMailServer } from './mailbox/smtp.ts'
import { createStore } from './mailbox/store.ts'

export type MailboxOptions = {
  readonly host: string
  readonly httpPort: number
  readonly smtpPort: number
  /** Address of the API whose webhooks hear what was delivered; absent: nothing is reported. */
  readonly webhook?: string
}

/** The running mailbox, with all that an account needs to reach it. */
export type Mailbox = {
  readonly httpUrl: string
  readonly smtpHost: string
  readonly smtpPort: number
  readonly smsBaseUrl: string
  readonly pushBaseUrl: string
  readonly sms: SmsAccount
  readonly push: PushAccount
  readonly webhookPublicKey: string
  readonly stop: () => Promise<void>
}

// The same for every mailbox, so that a message sent before a restart still verifies after it. It opens nothing but a sandbox.
const SMS: SmsAccount = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'mailbox-auth-token' }
const PAGE = new URL('./mailbox/page.html', import.meta.url)

/**
 * Starts the development mailbox: a real mail server, and sandboxes that speak Twilio's and FCM's own HTTP. What they are sent is kept in
 * memory and shown on a page; nothing leaves this machine. Port 0 takes a free one.
 */
export const startMailbox = async ({ host, httpPort, smtpPort, webhook }: MailboxOptions): Promise<Mailbox> => {
  const now = () => new Date()
  const store = createStore(now)
  const callbacks = createCallbacks(now)
  const app = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  addSms(app, store, callbacks, SMS, { report: webhook !== undefined, now })
  const push = addPush(app, store, now)
  addPages(app, store, callbacks, SMS, readFileSync(PAGE, 'utf8'))
  const httpUrl = await app.listen({ host, port: httpPort })
  const mail = await startMailServer({ host, port: smtpPort, webhook }, store, callbacks, now)
  return {
    httpUrl,
    smtpHost: host,
    smtpPort: mail.port,
    smsBaseUrl: httpUrl,
    pushBaseUrl: httpUrl,
    sms: SMS,
    push,
    webhookPublicKey: callbacks.publicKey,
    stop: async () => {
      await mail.stop()
      await callbacks.close()
      await app.close()
    },
  }
}

type Wanted = { readonly channel: Channel; readonly kind: ProviderKind; readonly name: string; readonly settings: JsonObject }

const wantedOf = ({ smtpHost, smtpPort, smsBaseUrl, pushBaseUrl, sms, push, webhookPublicKey }: Mailbox): readonly Wanted[] => [
  {
    channel: 'email',
    kind: 'smtp',
    name: 'Mailbox',
    settings: { host: smtpHost, port: smtpPort, from: 'hello@shop.example.com', fromName: 'The Shop', webhookPublicKey },
  },
  { channel: 'sms', kind: 'twilio', name: 'Mailbox', settings: { ...sms, from: '+15550100000', baseUrl: smsBaseUrl } },
  {
    channel: 'push',
    kind: 'fcm',
    name: 'Mailbox',
    settings: { ...push, tokenUri: `${pushBaseUrl}/token`, baseUrl: pushBaseUrl },
  },
]

/** Makes the space's provider accounts point at the mailbox, also after a restart on other ports. */
export const connectMailbox = async (db: Db, spaceId: string, mailbox: Mailbox, now: Date): Promise<void> => {
  for (const wanted of wantedOf(mailbox)) {
    const id = `acc_mailbox_${wanted.channel}`
    if (await findAccount(db, spaceId, id)) await updateAccount(db, spaceId, id, { settings: wanted.settings }, now)
    else await createAccount(db, spaceId, { id, ...wanted }, now)
  }
}
