import type { FastifyInstance } from 'fastify'
import { Invalid } from '../base/errors.ts'
import { isObject } from '../base/json.ts'
import { DEEPEST } from './nesting.ts'

/** Where a body has a key that would change what objects are, or undefined where it is none that can be shown. */
const forbiddenIn = (value: unknown, path: readonly string[] = []): readonly string[] | undefined => {
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return undefined
  for (const [key, inside] of Object.entries(value)) {
    const here = [...path, key]
    if (key === '__proto__') return here
    if (key === 'constructor' && isObject(inside) && Object.hasOwn(inside, 'prototype')) return [...here, 'prototype']
  }
  for (const [key, inside] of Object.entries(value)) {
    const found = forbiddenIn(inside, [...path, key])
    if (found) return found
  }
  return undefined
}

const forbidden = (body: unknown): Invalid =>
  new Invalid('forbidden_key', [
    {
      field: forbiddenIn(body)?.join('.') ?? 'body',
      message: 'is a key "__proto__", or a "prototype" in a "constructor", which no object may have here',
      remedy: 'leave it out',
    },
  ])

/** Reads bodies as Fastify does, and says of JSON that it does not take which key is in the way. */
export const readJsonBodies = (app: FastifyInstance): void => {
  const read = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) =>
    read(request, text, (error, body) => {
      if (!error) return done(null, body)
      let parsed: unknown
      try {
        parsed = JSON.parse(text)
      } catch {
        return done(error)
      }
      done(forbidden(parsed))
    }),
  )
}
