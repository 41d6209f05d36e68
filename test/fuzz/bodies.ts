import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { isObject, type Json, type JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import type { Chance } from './chance.ts'
import { spoil, spoilBytes } from './spoil.ts'
import { oddValue } from './values.ts'

/** A request to the front door. `marks` are the message ids of calls in it that are sound and must be stored, whatever lies beside them. */
export type Body = {
  readonly what: string
  readonly method: 'POST' | 'GET'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly raw: Buffer
  readonly marks: readonly string[]
}

/** What bodies of one block have in common: its people are its own, so that nobody grows without end, and its sound calls have a name of theirs. */
export type Block = { readonly number: number; readonly mark: string; readonly basic: string }

const FIELDS = [
  'type',
  'userId',
  'anonymousId',
  'event',
  'messageId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'receivedAt',
  'properties',
  'traits',
  'context',
  'integrations',
  'name',
  'category',
  'groupId',
  'previousId',
  'writeKey',
  'version',
  '_metadata',
] as const
const INNER = [
  'traits',
  'device',
  'externalIds',
  'messaging_subscriptions',
  'consent',
  'ip',
  'active',
  'direct',
  'integrations',
  'groupId',
  'email',
  'phone',
  'library',
  'page',
  'campaign',
] as const
const ENTRY = [
  'id',
  'type',
  'key',
  'status',
  'groups',
  'collection',
  'encoding',
  'categoryPreferences',
  'version',
  'token',
] as const

const soundCall = fc.record({
  type: fc.constantFrom('identify', 'track', 'page', 'screen', 'group', 'alias'),
  userId: fc.constantFrom('u0', 'u1', 'u2', 'u3'),
  event: fc.constantFrom('E', 'Order Completed', 'Product Viewed'),
  groupId: fc.constantFrom('g0', 'g1'),
  previousId: fc.constantFrom('u0', 'a1'),
})
const context = fc.dictionary(
  fc.constantFrom(...INNER),
  fc.oneof(
    oddValue,
    fc.array(fc.dictionary(fc.constantFrom(...ENTRY), oddValue), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...ENTRY), oddValue),
  ),
)
const bag = fc.dictionary(
  fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('email', 'phone', 'name', 'address', '__proto__')),
  oddValue,
  { maxKeys: 6 },
)

/** Calls that are nearly sound: one or some of their fields are not. */
export const oddItem: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: oddValue },
  {
    weight: 3,
    arbitrary: fc
      .tuple(soundCall, fc.dictionary(fc.constantFrom(...FIELDS), oddValue, { maxKeys: 4 }))
      .map(([sound, odd]) => ({ ...sound, ...odd })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(soundCall, bag, bag, context)
      .map(([sound, traits, properties, inner]) => ({ ...sound, traits, properties, context: inner })),
  },
)
const around = fc.dictionary(fc.constantFrom('sentAt', 'context', 'integrations', 'writeKey', 'timestamp', 'batch2'), oddValue, {
  maxKeys: 3,
})

type Captured = { readonly method: string; readonly url: string; readonly body: Json }
const FOLDER = new URL('../ingest/captures/', import.meta.url)
const captured: readonly Captured[] = readdirSync(FOLDER)
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as readonly Captured[])
  .filter(({ method, url }) => method === 'POST' && !url.endsWith('/m'))
  .map((one) => ({ ...one, body: typeof one.body === 'string' ? (JSON.parse(one.body) as Json) : one.body }))

// What must hold of it is said by the call itself, whatever the batch around it says.
const markCall = ({ mark, number }: Block, messageId: string, n: number): JsonObject => ({
  type: 'track',
  userId: `mark ${number} ${n % 97}`,
  event: mark,
  messageId,
  timestamp: '2026-11-30T09:00:00.000Z',
  sentAt: '2026-11-30T09:00:00.000Z',
  properties: { n },
  context: {},
  integrations: { All: true, Personas: true },
})

// People of another block are other people.
const inBlock = (value: unknown, block: Block): unknown => {
  if (!isObject(value)) return value
  const own = (id: unknown): unknown => (typeof id === 'string' && id.length < 20 && id !== '' ? `${id} ${block.number}` : id)
  const { userId, anonymousId, groupId } = value as Record<string, unknown>
  return {
    ...value,
    ...(userId === undefined ? {} : { userId: own(userId) }),
    ...(anonymousId === undefined ? {} : { anonymousId: own(anonymousId) }),
    ...(groupId === undefined ? {} : { groupId: own(groupId) }),
  }
}

const MOST_BYTES = 500 * 1024
const packed = (chance: Chance, text: string): { raw: Buffer; headers: Record<string, string> } => {
  const raw = Buffer.from(text)
  const headers: Record<string, string> = {
    'content-type': chance.one(['application/json', 'application/json; charset=utf-8', 'text/plain']),
  }
  switch (chance.below(6)) {
    case 0:
      return { raw: gzipSync(raw), headers: { ...headers, 'content-encoding': 'gzip' } }
    case 1:
      return { raw: gzipSync(raw), headers }
    case 2:
      return { raw: deflateSync(raw), headers: { ...headers, 'content-encoding': 'deflate' } }
    case 3:
      return { raw: brotliCompressSync(raw, { params: { 1: 1 } }), headers: { ...headers, 'content-encoding': 'br' } }
    default:
      return { raw, headers }
  }
}

const withMark = (chance: Chance, block: Block, what: string, items: readonly unknown[], rest: object, n: number): Body => {
  const messageId = `${block.mark} ${n}`
  const calls = items.map((one) => inBlock(one, block))
  calls.splice(chance.below(calls.length + 1), 0, markCall(block, messageId, n))
  const text = JSON.stringify({ ...rest, batch: calls })
  const { raw, headers } = packed(chance, text)
  const taken = Buffer.byteLength(text) <= MOST_BYTES
  return {
    what,
    method: 'POST',
    path: chance.one(['/v1/batch', '/v1/b', '/v1/batch?strict=1']).replace('?strict=1', chance.happens(10) ? '?strict=1' : ''),
    headers: { ...headers, authorization: block.basic },
    raw,
    marks: taken ? [messageId] : [],
  }
}

const PATHS = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 't', 'i', 'p', 's', 'g', 'a', 'b', 'm'].map(
  (path) => `/v1/${path}`,
)
const ENCODINGS = ['', 'gzip', 'deflate', 'br', 'GZIP', 'identity', 'zstd', 'gzip, gzip', 'nonsense']

const wrongBytes = (chance: Chance, block: Block, text: string): Body => {
  const bytes = Buffer.from(text, chance.one(['utf8', 'utf8', 'utf16le', 'latin1'] as const))
  const packing = [
    (raw: Buffer) => raw,
    gzipSync,
    deflateSync,
    (raw: Buffer) => gzipSync(gzipSync(raw)),
    (raw: Buffer) => brotliCompressSync(raw, { params: { 1: 1 } }),
  ]
  const raw = spoilBytes(chance, chance.one(packing)(chance.happens(50) ? spoilBytes(chance, bytes) : bytes))
  const encoding = chance.one(ENCODINGS)
  const credential = chance.one([block.basic, block.basic, block.basic, 'Basic', 'Basic !!!', 'Bearer x', ''])
  return {
    what: 'bytes',
    method: 'POST',
    path: chance.one(PATHS),
    headers: {
      'content-type': 'application/json',
      ...(credential ? { authorization: credential } : {}),
      ...(encoding ? { 'content-encoding': encoding } : {}),
    },
    raw,
    marks: [],
  }
}

const HOSTILE: readonly ((chance: Chance) => string)[] = [
  (chance) => `${'['.repeat(chance.one([100, 10_000, 400_000]))}`,
  () => `{"batch":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
  () => `{"batch":[${'null,'.repeat(2_499)}null]}`,
  () => `{"batch":[${'{},'.repeat(2_600)}{}]}`,
  () => '{"userId":"u","event":"E","userId":5,"event":null}',
  () => '{"__proto__":{"userId":"u"},"constructor":{"prototype":{"a":1}},"userId":"u","event":"E"}',
  () => `{"userId":"u","event":"E","properties":{"n":${'9'.repeat(5_000)}}}`,
  () => '{"userId":"u","event":"E","properties":{"n":1e400,"m":-1e400,"e":1e-400}}',
  () => `{"userId":"u","event":"E","properties":{${Array.from({ length: 2_000 }, (_, n) => `"k${n}":${n}`).join(',')}}}`,
  () => `{"userId":"u","traits":{"a":"${'\\u0000'.repeat(3_000)}"}}`,
  () => `{"userId":"u","event":"${'\\ud83d'.repeat(400)}"}`,
  () => `"${'x'.repeat(600_000)}"`,
  () => '',
  () => '\u0000',
]

// Twenty megabytes of nothing in a body of some kilobytes.
const BOMB = gzipSync(`{"a":"${' '.repeat(20_000_000)}"}`)

const hostile = (chance: Chance, block: Block): Body => {
  const text = chance.one(HOSTILE)(chance)
  const raw = chance.happens(20) ? gzipSync(text, { level: 1 }) : Buffer.from(text)
  return {
    what: 'hostile',
    method: 'POST',
    path: chance.one(PATHS),
    headers: { authorization: block.basic },
    raw: chance.happens(10) ? BOMB : raw,
    marks: [],
  }
}

const looked = (chance: Chance, block: Block, text: string): Body => {
  const data = chance.one([
    encodeURIComponent(text),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
    '%E0%A4',
    '',
  ])
  const pixel = `/v1/pixel/${chance.one(['track', 'identify', 'page', 't', 'x', '%00'])}?data=${data.slice(0, 12_000)}`
  const key = encodeURIComponent(chance.one(['', 'x', '\u0000', '../..', 'é', 'k'.repeat(900)]))
  return {
    what: 'look',
    method: 'GET',
    path: chance.one([pixel, pixel, `/v1/projects/${key}/settings`, `/cdn/v1/projects/${key}/settings`]),
    headers: {
      authorization: block.basic,
      ...(chance.happens(30) ? { 'user-agent': chance.one(['', 'x'.repeat(4_000), 'Mozilla/5.0']) } : {}),
    },
    raw: Buffer.alloc(0),
    marks: [],
  }
}

const makeBody = (chance: Chance, block: Block, items: readonly unknown[], rest: object, n: number): Body => {
  const draw = chance.below(100)
  if (draw < 40) return withMark(chance, block, 'calls', items, rest, n)
  const { body } = chance.one(captured)
  const spoiled = spoil(chance, body, 1 + chance.below(4))
  const inside = isObject(spoiled) && Array.isArray(spoiled['batch']) ? (spoiled['batch'] as readonly unknown[]) : [spoiled]
  if (draw < 70) {
    const { batch: _, ...outside } = isObject(spoiled) ? (spoiled as Record<string, unknown>) : { batch: undefined }
    return withMark(chance, block, 'captures', inside, inside === spoiled ? {} : chance.happens(50) ? outside : {}, n)
  }
  const text = JSON.stringify(chance.happens(50) ? spoiled : (inside[0] ?? null))
  if (draw < 90) return wrongBytes(chance, block, text)
  return draw < 95 ? looked(chance, block, text) : hostile(chance, block)
}

// Drawing a structure costs more than sending it, so each is used a few times, spoiled in other places.
const USES = 4

/** The `count` bodies of a block; they follow from the seed and the block's number. */
export const bodiesOf = (chance: Chance, block: Block, seed: number, count: number): readonly Body[] => {
  const drawn = fc.sample(fc.tuple(fc.array(oddItem, { maxLength: 5 }), around), {
    numRuns: Math.ceil(count / USES),
    seed: (seed + block.number) | 0,
  })
  return Array.from({ length: count }, (_, n) => {
    const [items, rest] = must(drawn[n % drawn.length], 'a structure')
    const spoiled = n < drawn.length ? items : (spoil(chance, items as Json, chance.below(3)) as readonly unknown[])
    return makeBody(chance, block, Array.isArray(spoiled) ? spoiled : [spoiled], rest, n)
  })
}
