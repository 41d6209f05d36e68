import { isObject, type Json, type JsonObject } from '../../src/base/json.ts'
import type { Known } from './api.ts'
import type { Chance } from './chance.ts'
import { spoil } from './spoil.ts'
import { oddTexts } from './values.ts'

/** A request to a route of the document. */
export type Asked = {
  readonly route: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema?: JsonObject }
type Operation = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonObject }>> }
}
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonObject>> }
}
export type RouteOf = { readonly method: string; readonly path: string; readonly operation: Operation }

// What reaches out of the machine, or for good takes away what the other requests are about.
const LEFT_OUT =
  /warehouse|sql-traits|^\/v1\/(?!spaces|namespaces)|^\/download|regulations|suppress|\/journeys\/.*\/(publish|run)|\/test/

/** Every route of the document but those that reach out of the machine. */
export const routesOf = ({ paths }: Document): readonly RouteOf[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    LEFT_OUT.test(path)
      ? []
      : Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

const MOST_DEEP = 6

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : []

const textFor = (chance: Chance, schema: JsonObject, words: readonly string[]): string => {
  const { format } = schema
  if (chance.happens(15)) return chance.one(oddTexts)
  if (format === 'date-time')
    return chance.one(['2026-11-30T09:00:00Z', '2026-11-30T09:00:00+02:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
  if (format === 'uuid') return '00000000-0000-7000-8000-000000000000'
  return chance.one(words)
}

/** A value that the schema may let in, or nearly. */
const sampleOf = (chance: Chance, document: Document, schema: JsonObject, words: readonly string[], deep = 0): Json => {
  const { $ref, enum: choices, const: only, anyOf, oneOf, allOf, type, properties, items, additionalProperties } = schema
  if (typeof $ref === 'string') {
    const named = document.components?.schemas?.[$ref.split('/').at(-1) ?? '']
    return named && deep < MOST_DEEP ? sampleOf(chance, document, named, words, deep + 1) : null
  }
  if (only !== undefined) return only
  if (Array.isArray(choices)) return chance.one(choices as readonly Json[])
  const others = [...listOf(anyOf), ...listOf(oneOf)]
  if (others.length > 0) return sampleOf(chance, document, chance.one(others), words, deep + 1)
  const parts = listOf(allOf)
  if (parts.length > 0)
    return Object.assign(
      {},
      ...parts.map((part) => sampleOf(chance, document, part, words, deep + 1)).filter(isObject),
    ) as JsonObject
  const kind = Array.isArray(type) ? chance.one(type) : type
  if (kind === 'object' || isObject(properties)) {
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
    const named = Object.entries(isObject(properties) ? properties : {}).filter(
      ([key]) => required.has(key) || (deep < MOST_DEEP && chance.happens(50)),
    )
    const free = isObject(additionalProperties) && deep < MOST_DEEP ? [[chance.one(words), additionalProperties] as const] : []
    return Object.fromEntries(
      [...named, ...free].map(([key, inner]) => [
        key,
        isObject(inner) ? sampleOf(chance, document, inner, words, deep + 1) : null,
      ]),
    )
  }
  if (kind === 'array')
    return isObject(items) && deep < MOST_DEEP
      ? Array.from({ length: chance.below(3) }, () => sampleOf(chance, document, items as JsonObject, words, deep + 1))
      : []
  if (kind === 'boolean') return chance.happens(50)
  if (kind === 'integer' || kind === 'number') return chance.one([0, 1, 2, 10, -1, 1e9, 0.5, 2 ** 53])
  return kind === 'null' ? null : textFor(chance, schema, words)
}

const inPath = (text: string): string => {
  const written = encodeURIComponent(text.toWellFormed())
  return written === '' || /^\.+$/.test(written) ? '%20' : written
}

const partOf = (chance: Chance, name: string, ids: readonly string[]): string => {
  if (name === 'collection') return chance.one(['users', 'users', 'accounts'])
  return name === 'version' ? chance.one(['1', '2', '0']) : chance.one(ids)
}

/** A request to a route: parameters and body as the document has them, and often not. `words` are names and ids that mean something there, `bodies` some that it takes. */
export const askRoute = (
  chance: Chance,
  document: Document,
  { method, path, operation }: RouteOf,
  { spaceId, token, known: { words, ids }, bodies }: { spaceId: string; token: string; known: Known; bodies: readonly Json[] },
): Asked => {
  const own = ids.find(([at]) => at.test(path))?.[1] ?? words
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    inPath(
      name === 'space'
        ? spaceId
        : chance.happens(15)
          ? chance.one(oddTexts)
          : partOf(chance, name, chance.happens(85) ? own : words),
    ),
  )
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && (parameter.required || chance.happens(60)))
    .map(({ name, schema }) => {
      const value = chance.happens(20) ? chance.one(oddTexts) : sampleOf(chance, document, schema ?? {}, words)
      return `${name}=${encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed())}`
    })
  const headers = { authorization: `Bearer ${token}` }
  const route = `${method} ${path}`
  const at = query.length > 0 ? `${place}?${query.join('&')}` : place
  const content = operation.requestBody?.content
  if (!content || method === 'GET') return { route, method, path: at, headers, body: undefined }
  const [type = 'application/json', { schema = {} } = {}] = Object.entries(content)[0] ?? []
  if (!/json/.test(type))
    return { route, method, path: at, headers: { ...headers, 'content-type': type }, body: csvOf(chance, words) }
  const drawn = bodies.length > 0 && chance.happens(40) ? chance.one(bodies) : sampleOf(chance, document, schema, words)
  const body = chance.happens(60) ? spoil(chance, drawn, 1 + chance.below(3)) : drawn
  return { route, method, path: at, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** A file of values between commas; `odd` in a hundred cells, heads and lines are not as they should be: quotes that do not close, lines of any length. */
export const csvOf = (chance: Chance, words: readonly string[], odd = 30): string => {
  const head = ['user_id', 'email', 'first_name', 'plan'].slice(0, 1 + chance.below(4))
  if (chance.happens(odd)) head.push(chance.one([chance.one(oddTexts), 'user_id', chance.one(words)]))
  const strange = (): string => chance.one([chance.one(oddTexts), `"${chance.one(oddTexts)}"`, '"', '""', 'a"b', '\t', ''])
  const cell = (): string => (chance.happens(odd) ? strange() : chance.one(words))
  const lines = Array.from({ length: 1 + chance.below(8) }, () => {
    const length = chance.happens(odd) ? chance.below(6) : head.length
    return Array.from({ length }, cell).join(chance.happens(odd) ? chance.one([';', '\t']) : ',')
  })
  return [head.join(','), ...lines].join(chance.one(['\n', '\r\n', '\r']))
}
