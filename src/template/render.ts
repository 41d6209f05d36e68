import { Refused } from '../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { unreachable } from '../base/must.ts'
import type { Compiled } from './compile.ts'
import { type Flavour, type Parsed, parseLiquid, renderLiquid } from './liquid.ts'
import { countSegments, SMS_LIMIT } from './segments.ts'

/** What a template is filled in with: `{profile: {traits, …}, journey: {context}, unsubscribe_url, preferences_url, message, …}`. */
export type Variables = JsonObject

export type RenderedEmail = {
  readonly channel: 'email'
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly from?: string
  readonly replyTo?: string
}
export type RenderedSms = { readonly channel: 'sms'; readonly body: string; readonly segments: number; readonly encoding: string }
export type RenderedPush = {
  readonly channel: 'push'
  readonly title: string
  readonly body: string
  readonly link?: string
  readonly image?: string
}
export type Rendered = RenderedEmail | RenderedSms | RenderedPush

const PUSH_LIMIT = 4_096

// Parsing costs four times a rendering: each text is parsed once in the life of its compiled version.
const parsedOf = new WeakMap<Compiled, Map<string, Parsed>>()

const parsedText = (compiled: Compiled, field: string, flavour: Flavour, text: string): Parsed => {
  const fields = parsedOf.get(compiled) ?? new Map<string, Parsed>()
  parsedOf.set(compiled, fields)
  const known = fields.get(field)
  if (known) return known
  const parsed = parseLiquid(flavour, text)
  fields.set(field, parsed)
  return parsed
}

const isBlank = (value: Json | undefined): boolean =>
  value === null || (typeof value === 'string' && (value === '<nil>' || value.trim() === ''))

// What is as good as nothing becomes nothing, so that `default` has its say (spec/messaging §5.2).
const withoutBlankTraits = (variables: Variables): Variables => {
  const profile = variables['profile']
  if (!isObject(profile) || !isObject(profile['traits'])) return variables
  const traits = Object.fromEntries(Object.entries(profile['traits']).map(([key, value]) => [key, isBlank(value) ? '' : value]))
  return { ...variables, profile: { ...profile, traits } }
}

// A header is one line: a line break in a trait must not begin another header.
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
const withoutNul = (text: string): string => text.replaceAll('\u0000', '')

// Liquid's tags leave empty lines behind.
const tidy = (text: string): string => text.replaceAll(/\n{3,}/g, '\n\n').trim()

type Fill = (field: string, text: string, flavour?: Flavour) => string

const email = (compiled: Extract<Compiled, { channel: 'email' }>, fill: Fill): RenderedEmail => ({
  channel: 'email',
  subject: oneLine(fill('subject', compiled.subject)),
  html: fill('html', compiled.html, 'html'),
  text: tidy(fill('text', compiled.text)),
  ...(compiled.from === undefined ? {} : { from: oneLine(fill('from', compiled.from)) }),
  ...(compiled.replyTo === undefined ? {} : { replyTo: oneLine(fill('replyTo', compiled.replyTo)) }),
})

const sms = (compiled: Extract<Compiled, { channel: 'sms' }>, fill: Fill): RenderedSms => {
  const body = withoutNul(fill('body', compiled.body))
  if (body.length > SMS_LIMIT)
    throw new Refused('sms_too_long', `The text has ${body.length} characters when filled in; at most ${SMS_LIMIT} are sent.`)
  if (body.trim() === '') throw new Refused('message_empty', 'The text is empty when filled in.')
  const { segments, encoding } = countSegments(body)
  return { channel: 'sms', body, segments, encoding }
}

const push = (compiled: Extract<Compiled, { channel: 'push' }>, fill: Fill): RenderedPush => {
  const link = compiled.link === undefined ? '' : oneLine(fill('link', compiled.link))
  const image = compiled.image === undefined ? '' : oneLine(fill('image', compiled.image))
  const rendered: RenderedPush = {
    channel: 'push',
    title: oneLine(fill('title', compiled.title)),
    body: withoutNul(fill('body', compiled.body)),
    ...(link ? { link } : {}),
    ...(image ? { image } : {}),
  }
  const size = Buffer.byteLength(JSON.stringify(rendered))
  if (size > PUSH_LIMIT)
    throw new Refused('push_too_large', `The notification has ${size} bytes when filled in; platforms take ${PUSH_LIMIT}.`)
  return rendered
}

const fillWith =
  (compiled: Compiled, variables: Variables): Fill =>
  (field, text, flavour = 'text') => {
    try {
      return renderLiquid(flavour, parsedText(compiled, field, flavour, text), variables)
    } catch (error) {
      const said = (error as Error).message.split('\n')[0]
      throw new Refused('template_failed', `The template's ${field} cannot be filled in: ${said}`, { cause: error })
    }
  }

/**
 * Fills a compiled template in for one person. What is printed into HTML is escaped unless the template says `| raw`; subjects and
 * addresses are one line. @throws Refused, never worth repeating, when Liquid fails or reaches a limit, or the result is too long.
 */
export const renderMessage = <C extends Compiled>(
  compiled: C,
  variables: Variables,
): Extract<Rendered, { channel: C['channel'] }> => {
  const fill = fillWith(compiled, withoutBlankTraits(variables))
  const render = (one: Compiled): Rendered => {
    switch (one.channel) {
      case 'email':
        return email(one, fill)
      case 'sms':
        return sms(one, fill)
      case 'push':
        return push(one, fill)
      default:
        return unreachable(one)
    }
  }
  return render(compiled) as Extract<Rendered, { channel: C['channel'] }>
}
