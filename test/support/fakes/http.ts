import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from '../ending.ts'

export type Call = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
/** `hang` never answers, `cut` closes the connection without an answer. */
export type Answering = (call: Call) => Reply | 'hang' | 'cut' | Promise<Reply | 'hang' | 'cut'>

export type Fake = { readonly url: string; readonly calls: Call[]; readonly close: () => Promise<void> }

/** An HTTP server of this test file's own on loopback, that remembers every call. */
export const startFake = async (answer: Answering): Promise<Fake> => {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const call: Call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      }
      calls.push(call)
      const reply = await answer(call)
      if (reply === 'hang') return
      if (reply === 'cut') return void request.socket.destroy()
      const text = reply.body === undefined ? '' : JSON.stringify(reply.body)
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  atEnd(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, close }
}
