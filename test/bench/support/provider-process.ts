import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * An e-mail provider as SendGrid answers, as a process of its own: takes a mail, remembers to whom it went and when, answers 202. It looks
 * for the recipient in the text instead of parsing it, because its time is taken from the same cores as ours.
 */
let arrivals: [address: string, at: number][] = []
let count = 0
let sample = ''

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('latin1')
    const to = /"to":\[\{"email":"([^"]+)"/.exec(body)?.[1]
    if (to === undefined) return void response.writeHead(400).end('{"errors":[{"message":"The to array is required"}]}')
    arrivals.push([to, Date.now()])
    sample = body
    response.writeHead(202, { 'x-message-id': `sg-${++count}` }).end()
  })
})
server.keepAliveTimeout = 60_000

const answers = {
  address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  /** How many mails came so far. */
  count: () => count,
  /** Mails since the last time this was asked. */
  take: () => {
    const taken = arrivals
    arrivals = []
    return taken
  },
  /** The last mail, as it came. */
  sample: () => sample,
}
process.on('message', (question: keyof typeof answers) => process.send?.(answers[question]()))
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.('ready'))
