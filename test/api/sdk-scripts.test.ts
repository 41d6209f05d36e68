import { readdirSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)

const get = async (url: string, headers: Readonly<Record<string, string>> = {}, method: 'GET' | 'HEAD' = 'GET') => {
  const answer = await api.server.inject({ method, url, headers })
  return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload }
}
const loader = (key: string, prefix = ''): string => `${prefix}/analytics.js/v1/${key}/analytics.min.js`
const parts = readdirSync(new URL('./', import.meta.resolve('@segment/analytics-next/dist/umd/standalone.js')))
const part = must(
  parts.find((name) => /^queryString\.bundle\..*\.js$/.test(name)),
  'a part of the SDK',
)

it.each(['', '/cdn'])('SRC-12 %s/analytics.js/v1/<write key>/analytics.min.js is the SDK, for any site', async (prefix) => {
  const { status, headers, bytes } = await get(loader(api.writeKey, prefix))
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=60',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'accept-encoding',
  })
  expect(bytes.toString()).toContain('/analytics-next/bundles/')
  const packed = await get(loader(api.writeKey, prefix), { 'accept-encoding': 'br, gzip' })
  expect([packed.headers['content-encoding'], packed.headers.etag]).toEqual(['gzip', headers.etag])
  expect(gunzipSync(packed.bytes).equals(bytes)).toBe(true)
  expect((await get(loader(api.writeKey, prefix), { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined()
  const head = await get(loader(api.writeKey, prefix), {}, 'HEAD')
  expect([head.status, head.bytes.length]).toEqual([200, 0])
})

it('SRC-12 a browser that has the script or a part of it is told so', async () => {
  for (const url of [loader(api.writeKey), `/analytics-next/bundles/${part}`]) {
    const { headers } = await get(url)
    const again = await get(url, { 'if-none-match': `"other", ${headers.etag}` })
    expect([again.status, again.bytes.length, again.headers['cache-control']]).toEqual([304, 0, headers['cache-control']])
    expect((await get(url, { 'if-none-match': '"other"' })).status).toBe(200)
  }
})

it('SRC-12 a write key of nobody has no script, and that is not kept', async () => {
  for (const key of ['nobodys', '%00', 'a%2Fb']) {
    const { status, headers, bytes } = await get(loader(key))
    expect([status, headers['cache-control'], headers['access-control-allow-origin']]).toEqual([404, 'no-store', '*'])
    expect(JSON.parse(bytes.toString()).error).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('write key'),
    })
  }
})

it('SRC-12 the parts that the script loads are there for ever under their names, and no other file is', async () => {
  const { status, headers } = await get(`/analytics-next/bundles/${part}`)
  expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
  for (const name of ['standalone.js', 'index.js', `${part}.map`, '..%2F..%2Fpackage.json', 'x.bundle.00.js', '%00'])
    expect((await get(`/analytics-next/bundles/${name}`)).status, name).toBe(404)
  expect((await get('/next-integrations/integrations/x.js', { accept: 'text/html' })).status).toBe(404)
})
