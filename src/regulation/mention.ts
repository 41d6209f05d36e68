import { type RawBuilder, sql } from 'kysely'
import type { Identifier } from '../profile/identifier.ts'

/** What to look for in a text to see whether it names somebody: `text`, where it is at all, stands as `pattern` (of Postgres) says. */
export type Mention = { readonly text: string; readonly pattern: string }

// A short id is part of many words, and a few digits are many a price and number of an order.
const SHORT = 6
const FEW_DIGITS = 9
const isAmbiguous = (value: string): boolean => value.length < SHORT || (value.length < FEW_DIGITS && /^\d+$/.test(value))

const literally = (text: string): string => text.replaceAll(/[^a-z0-9\u0080-\u{10ffff}]/giu, '\\$&')
const inJson = (value: string): string => JSON.stringify(value).slice(1, -1)

// `ann@shop.example` is neither `joann@shop.example` nor `mary.ann@shop.example` nor `ann@shop.example.au`, and may end a sentence; what an
// escape ends in (`\nann@`, `%3Aann%40`) belongs to no word.
const BEFORE = String.raw`(^|[^[:alnum:]_.+@-]|(^|[^[:alnum:]_])[.+@-]|\\[bfnrt]|\\u[0-9a-f]{4}|%[0-9a-f]{2})`
const AFTER = '(?![[:alnum:]_]|[.+@-][[:alnum:]_]|%40)'

// An address is the same whatever its case, another identifier is not (spec/audiences §5.1).
const caseOf = (value: string): string => (value.includes('@') ? '(?i)' : '')

const wholeWords = (value: string): readonly Mention[] => {
  const own = { text: inJson(value), pattern: `${caseOf(value)}${BEFORE}${literally(inJson(value))}${AFTER}` }
  const encoded = encodeURIComponent(value.toWellFormed())
  if (encoded === value) return [own]
  return [own, { text: encoded, pattern: `(?i)${BEFORE}${literally(encoded)}${AFTER}` }]
}

// Where it stands alone between quotes, also of JSON inside a text, or, as who wrote a number for it sent it, as the number that says who.
const aloneOnly = (value: string): readonly Mention[] => {
  const text = inJson(value)
  const quoted = { text, pattern: `${caseOf(value)}"${literally(text)}\\\\?"` }
  if (!/^\d+$/.test(value)) return [quoted]
  return [quoted, { text, pattern: String.raw`(?i)"(user|anonymous|previous)_?id\\?": ?${value}(?![0-9.e])` }]
}

/** How a call may name somebody by these identifiers: as a whole, in JSON or in an address of the web; another's that merely contains one does not. */
export const mentionsOf = (named: readonly Identifier[]): readonly Mention[] => {
  const values = [...new Set(named.map(({ value }) => value))].toSorted()
  return values.flatMap((value) => (isAmbiguous(value) ? aloneOnly(value) : wholeWords(value)))
}

/** Whether a text of JSON mentions one of them. */
export const mentionedIn = (text: RawBuilder<unknown>, mentions: readonly Mention[]): RawBuilder<boolean> =>
  sql<boolean>`exists (select from unnest(${mentions.map((m) => m.text)}::text[], ${mentions.map((m) => m.pattern)}::text[]) as p (text, pattern)
    where strpos(lower(${text}), lower(p.text)) > 0 and ${text} ~ p.pattern)`
