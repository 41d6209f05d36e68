import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { callCode, type Traced } from '../../src/function/sandbox.ts'
import { codeOf, failure, gave } from './support.ts'

const seen: { method: string; headers: Record<string, unknown>; body: string }[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    seen.push({ method: `${request.method} ${request.url}`, headers: request.headers, body })
    if (request.url === '/away') return void response.writeHead(302, { location: 'http://10.0.0.1/inside' }).end()
    if (request.url === '/huge') return void response.end('x'.repeat(2_000_000))
    response.writeHead(201, { 'x-own': 'v', 'content-type': 'application/json' }).end('{"ok":true}')
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => server.close())
const { port } = server.address() as AddressInfo
const asking = async (expression: string, hosts: readonly string[] = ['127.0.0.1']) => {
  const traces: Traced[] = []
  const code = codeOf(`async function onTrack() { return { is: ${expression} } }`)
  const [outcome] = await callCode('spa_fetch', code, [['onTrack', '{}']], {
    hosts: new Set(hosts),
    trace: (one) => traces.push(one),
  })
  return { is: (gave(outcome) as { is?: unknown }).is ?? failure(outcome)?.message, traces }
}

it('fetch is made outside, with method, headers and body, and is traced', async () => {
  const { is, traces } = await asking(
    `await (async () => {
      const answer = await fetch(new URL('/path?q=1', 'http://127.0.0.1:${port}'), { method: 'post', headers: new Headers({ 'X-Key': 'k', host: 'elsewhere' }), body: new URLSearchParams({ a: 'b c' }) })
      return [answer.status, answer.ok, answer.headers.get('X-Own'), await answer.json(), answer.url]
    })()`,
  )
  expect(is).toEqual([201, true, 'v', { ok: true }, `http://127.0.0.1:${port}/path?q=1`])
  expect(seen.at(-1)).toMatchObject({
    method: 'POST /path?q=1',
    headers: { 'x-key': 'k', host: `127.0.0.1:${port}`, 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: 'a=b+c',
  })
  expect(traces.map(({ request, reply }) => [request.method, 'status' in reply && reply.status])).toEqual([['POST', 201]])
})

it('FUN-16 no private address is asked: by number, name, other notation or redirection', async () => {
  const before = seen.length
  const addresses = [
    '127.0.0.1',
    'localhost',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '10.1.2.3',
    '192.168.0.1',
    '169.254.169.254',
  ]
  for (const host of [...addresses, '[fd00::1]', '[64:ff9b::7f00:1]', '0.0.0.0', '172.16.0.1', '100.64.0.1'])
    expect((await asking(`await (await fetch('http://${host}:${port}/')).text()`, [])).is, host).toMatch(
      /no connection is made|ENOTFOUND|EAI_AGAIN/,
    )
  expect(seen.length).toBe(before)
  expect((await asking(`await (await fetch('http://127.0.0.1:${port}/away')).text()`)).is).toContain(
    '10.0.0.1: it is a private address',
  )
  expect((await asking(`await (await fetch('file:///etc/passwd')).text()`)).is).toContain('neither https: nor http:')
  expect((await asking(`await (await fetch('http://127.0.0.1:${port}/huge')).text()`)).is).toContain('larger than 1 MB')
  expect((await asking(`await Promise.all(Array.from({ length: 101 }, () => fetch('http://10.0.0.1')))`)).is).toContain(
    'fetch failed',
  )
})
