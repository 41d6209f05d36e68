import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import type { Callbacks } from './callbacks.ts'
import type { Store } from './store.ts'

const MOST_BYTES = 10 * 1024 * 1024

const read = async (stream: SMTPServerDataStream): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const nameOf = ({ from }: Email): string => (from ? (from.name ? `${from.name} <${from.address}>` : (from.address ?? '')) : '')

const keep = (store: Store, mail: Email, to: string, headers: Readonly<Record<string, string>>) => {
  const messageId = headers['x-usher-message-id']
  return store.add({
    channel: 'email',
    from: nameOf(mail),
    to,
    title: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    headers,
    ...(messageId ? { messageId } : {}),
  })
}

// Mail servers report nothing by themselves, so the mailbox says `delivered` in SendGrid's words and under a key of its own.
const report = (callbacks: Callbacks, webhook: string, headers: Readonly<Record<string, string>>, to: string, at: Date): void => {
  const [message, space, account, profile] = ['message', 'space', 'account', 'profile'].map(
    (noun) => headers[`x-usher-${noun}-id`],
  )
  if (!message || !space || !account || !profile) return
  callbacks.mailEvent(`${webhook}/webhooks/sendgrid/${space}/${account}`, {
    email: to,
    event: 'delivered',
    timestamp: Math.floor(at.getTime() / 1000),
    sg_event_id: `${message}-delivered`,
    message_id: message,
    space_id: space,
    profile_id: profile,
  })
}

export type MailServer = { readonly port: number; readonly stop: () => Promise<void> }

/** A real mail server that takes every mail and delivers none. */
export const startMailServer = async (
  { host, port, webhook }: { host: string; port: number; webhook: string | undefined },
  store: Store,
  callbacks: Callbacks,
  now: () => Date,
): Promise<MailServer> => {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: MOST_BYTES,
    logger: false,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anybody' }),
    onData: (stream, session, done) => {
      read(stream)
        .then((raw) => PostalMime.parse(raw))
        .then((mail) => {
          const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
          for (const { address } of session.envelope.rcptTo) {
            keep(store, mail, address, headers)
            if (webhook) report(callbacks, webhook, headers, address, now())
          }
          done()
        })
        .catch((error: Error) => done(error))
    },
  })
  server.on('error', () => {})
  const listener = server.listen(port, host)
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
