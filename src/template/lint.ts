import type { Problem } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import { countSegments, SMS_LIMIT } from './segments.ts'
import type { TemplateContent } from './source.ts'

/** What a message can know: the first word of every variable. */
const ROOTS: ReadonlySet<string> = new Set([
  'profile',
  'journey',
  'event',
  'message',
  'space',
  'unsubscribe_url',
  'preferences_url',
])

const STOP_WORDS = /\b(stop|unsubscribe|opt[ -]?out)\b/i

const unknownVariables = (variables: readonly string[]): readonly Problem[] =>
  variables
    .filter((name) => !ROOTS.has(/^[^.[]*/.exec(name)?.[0] ?? ''))
    .map((name) => ({
      field: 'source',
      message: `{{ ${name} }} is never filled in`,
      remedy: `traits are {{ profile.traits.${name} | default: "…" }}; also known are ${[...ROOTS].join(', ')}`,
    }))

const emailAdvice = (variables: readonly string[]): readonly Problem[] =>
  variables.some((name) => name === 'unsubscribe_url' || name === 'preferences_url')
    ? []
    : [
        {
          field: 'source.mjml',
          message: 'has no link to unsubscribe, which marketing e-mail must have',
          remedy: 'add <a href="{{ unsubscribe_url }}">Unsubscribe</a>',
        },
      ]

const smsAdvice = (body: string): readonly Problem[] => {
  const { segments, encoding } = countSegments(body)
  const field = 'source.body'
  return [
    ...(STOP_WORDS.test(body)
      ? []
      : [
          {
            field,
            message: 'does not say how to opt out, which marketing texts must',
            remedy: 'add "Reply STOP to unsubscribe"',
          },
        ]),
    ...(segments > 1
      ? [{ field, message: `costs about ${segments} segments (${encoding}) before it is filled in`, remedy: 'shorten it' }]
      : []),
    ...(body.length > SMS_LIMIT
      ? [
          {
            field,
            message: `may be longer than ${SMS_LIMIT} characters when it is filled in, and is then not sent`,
            remedy: 'shorten it',
          },
        ]
      : []),
  ]
}

/** Advice about a template that can be sent: what marketing messages must have, what costs more than it need, what stays empty. */
export const lint = (content: TemplateContent, variables: readonly string[]): readonly Problem[] => {
  const unknown = unknownVariables(variables)
  switch (content.channel) {
    case 'email':
      return [...emailAdvice(variables), ...unknown]
    case 'sms':
      return [...smsAdvice(content.source.body), ...unknown]
    case 'push':
      return unknown
    default:
      return unreachable(content)
  }
}
