import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import { linearPattern } from '../../base/linear-pattern.ts'
import type { IdentifierRuleRow } from '../../db/rows/profile.ts'
import { BUILT_IN_TYPES, isBuiltIn, MAY_READ_TRAITS, placesOf } from '../../ingest/identifiers.ts'
import { defaultLimit, LAST, MOST_PRIORITY, rulesFrom } from '../../profile/rules.ts'
import type { RuleChange, Usual } from '../../profile/set-rules.ts'

const Period = z.enum(['ever', 'weekly', 'monthly', 'annually'])
const Pattern = z.strictObject({ regex: z.string().min(1).max(500) })
const Blocked = z.array(z.union([z.string().min(1).max(500), Pattern])).max(100)

export const WireRule = z.object({
  type: z.string(),
  limit: z.number().describe('how many values of it one profile has at most, in the period'),
  period: Period,
  priority: z
    .union([z.number(), z.literal('last')])
    .nullable()
    .describe('null: user_id is 1, email 2, and others come behind every number, by the alphabet; last: behind those, too'),
  blocked: z.array(z.unknown()).nullable().describe('values that name nobody: texts, or {"regex"}; null: the usual ones'),
  readsTraits: z
    .boolean()
    .describe('it is also read from traits, context.traits and properties of its name, in camel and snake case'),
  mayReadTraits: z.boolean().describe('whether it can be read from there at all'),
  readFrom: z.array(z.string()).describe('where calls are searched for it'),
  seen: z.boolean().describe('it turned up in calls; nobody configured it'),
  stored: z.boolean().describe('false: nothing was said of it, and all is as usual'),
})

const WHOLE = 'is no whole number from 1 to 1,000'
const Whole = z.int(WHOLE).min(1, WHOLE).max(1_000, WHOLE)
const NEITHER = 'is neither a whole number from 1 to 1,000 nor "last"'
const Priority = z.union([z.int(NEITHER).min(1, NEITHER).max(MOST_PRIORITY, NEITHER), z.literal('last')], NEITHER)

/** What may be said of a type; what is left out stays. */
export const RuleAsked = z.strictObject({
  limit: Whole.optional(),
  period: Period.optional(),
  priority: Priority.nullable()
    .optional()
    .describe(
      '1 is kept longest; types of one priority go by the alphabet. Those without any come behind every number, and "last" behind those',
    ),
  blocked: Blocked.nullable().optional(),
  readsTraits: z.boolean().optional(),
})

export const RuleType = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9_.$-]*$/, 'is no type: write small letters, digits and _ . $ -, for example loyalty_id')

const unread = (type: string): boolean => type === 'group_id' || (isBuiltIn(type) && !MAY_READ_TRAITS.has(type))

/** What holds for a type of which nothing was said: what somebody adds is there to be read. */
export const usualOf = (type: string): Usual => ({
  value_limit: defaultLimit(type),
  reads_traits: type !== 'group_id' && !isBuiltIn(type),
})

const patternProblems = (blocked: z.infer<typeof Blocked> | null | undefined) =>
  (blocked ?? []).flatMap((entry, at) => {
    if (typeof entry === 'string') return []
    try {
      linearPattern(entry.regex)
      return []
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).replace(/^Invalid regular expression: .*: /s, '')
      const message = `is no pattern that can be used (${why})`
      return [
        { field: `blocked.${at}.regex`, message, remedy: 'write a regular expression without look-around and back references' },
      ]
    }
  })

/** What somebody says of a type, as it is stored. @throws Invalid for a pattern that is none, and for traits where none are read. */
export const changeOf = (
  type: string,
  { limit, period, priority, blocked, readsTraits }: z.infer<typeof RuleAsked>,
): RuleChange => {
  const problems = patternProblems(blocked)
  if (readsTraits && unread(type))
    problems.push({
      field: 'readsTraits',
      message: `${type} is read from one place only`,
      remedy: 'leave it out; email, phone and identifiers of your own can be read from traits and properties',
    })
  if (problems.length > 0) throw new Invalid('invalid', problems)
  return {
    ...(limit === undefined ? {} : { value_limit: limit }),
    ...(period === undefined ? {} : { period }),
    ...(priority === undefined ? {} : { priority: priority === 'last' ? LAST : priority }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(readsTraits === undefined ? {} : { reads_traits: readsTraits }),
  }
}

const readingOf = (row: IdentifierRuleRow) => {
  const readsTraits = row.reads_traits && !row.seen && !unread(row.type)
  return { readsTraits, mayReadTraits: !unread(row.type), readFrom: [...placesOf(row.type, readsTraits)] }
}

const wire = (row: IdentifierRuleRow, stored: boolean): z.infer<typeof WireRule> => ({
  type: row.type,
  limit: row.value_limit,
  period: row.period,
  priority: row.priority === LAST ? 'last' : row.priority,
  blocked: row.blocked === null ? null : [...row.blocked],
  ...readingOf(row),
  seen: row.seen,
  stored,
})

/** Every type that a space knows, with what holds for it, the one that is kept longest first. */
export const shownRules = (spaceId: string, rows: readonly IdentifierRuleRow[]): readonly z.infer<typeof WireRule>[] => {
  const said = new Set(rows.map(({ type }) => type))
  const usual = [...BUILT_IN_TYPES, 'group_id']
    .filter((type) => !said.has(type))
    .map((type) =>
      wire({ space_id: spaceId, type, period: 'ever', priority: null, blocked: null, seen: false, ...usualOf(type) }, false),
    )
  const { compare } = rulesFrom(rows, new Date(0))
  return [...rows.map((row) => wire(row, true)), ...usual].toSorted((a, b) => compare(a.type, b.type))
}
