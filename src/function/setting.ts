import * as z from 'zod'
import { Invalid, type Problem } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { FunctionInstanceRow, SettingDefinition } from '../db/rows/function.ts'
import { opened, sealed } from '../db/sealed.ts'

const Name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'is no name: letters, digits and _, at most 100')
/** What a function may ask for (spec/connections §4.3). */
export const SettingDefinitions = z
  .array(
    z.object({
      name: Name,
      label: z.string().max(200).default(''),
      description: z.string().max(1_000).default(''),
      type: z.enum(['STRING', 'BOOLEAN', 'ARRAY', 'TEXT_MAP']),
      required: z.boolean().default(false),
      sensitive: z.boolean().default(false),
    }),
  )
  .max(50)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'name each setting once')

const Text = z.string().max(10_000)
const VALUES: Readonly<Record<SettingDefinition['type'], z.ZodType<Json>>> = {
  STRING: Text,
  BOOLEAN: z.boolean(),
  ARRAY: z.array(Text).max(1_000),
  TEXT_MAP: z.record(z.string(), Text),
}
const WANTED: Readonly<Record<SettingDefinition['type'], string>> = {
  STRING: 'a text',
  BOOLEAN: 'true or false',
  ARRAY: 'a list of texts',
  TEXT_MAP: 'an object of texts',
}

/** The values of one instance: those that may be shown, and those that may not. */
export type Values = { readonly shown: JsonObject; readonly secret: JsonObject }

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === ''

const problemsOf = (definitions: readonly SettingDefinition[], given: JsonObject, needed: boolean): readonly Problem[] => [
  ...Object.keys(given)
    .filter((name) => !definitions.some((one) => one.name === name))
    .map((name) => ({ field: `settings.${name}`, message: 'is no setting of this function', remedy: 'leave it out' })),
  ...definitions.flatMap(({ name, type, required }): readonly Problem[] => {
    const value = given[name]
    const field = `settings.${name}`
    if (isEmpty(value))
      return required && needed ? [{ field, message: 'is missing', remedy: 'give it, or leave the function off' }] : []
    return VALUES[type].safeParse(value).success
      ? []
      : [{ field, message: `is not ${WANTED[type]}`, remedy: `send ${WANTED[type]}` }]
  }),
]

/**
 * Values laid over those that are there, so that a sensitive one need not be repeated; null takes one away. `needed`: required ones must be there.
 * @throws Invalid naming each that is wrong.
 */
export const laidOver = (
  definitions: readonly SettingDefinition[],
  there: Values,
  given: JsonObject,
  needed: boolean,
): Values => {
  const known = Object.fromEntries(
    Object.entries({ ...there.shown, ...there.secret }).filter(([name]) => definitions.some((one) => one.name === name)),
  )
  const all: JsonObject = { ...known, ...given }
  const problems = problemsOf(definitions, all, needed)
  if (problems.length > 0) throw new Invalid('invalid_settings', problems)
  const those = (sensitive: boolean): JsonObject =>
    Object.fromEntries(
      definitions.flatMap((one) =>
        one.sensitive === sensitive && !isEmpty(all[one.name]) ? [[one.name, all[one.name] ?? null]] : [],
      ),
    )
  return { shown: those(false), secret: those(true) }
}

/** Sensitive values as they are stored; null where there are none. */
export const storedSecrets = (db: Db, values: JsonObject): string | null =>
  Object.keys(values).length === 0 ? null : sealed(db, values)

/** The values of an instance. @throws Misconfigured where they were sealed with another secret. */
export const valuesOf = (db: Db, { settings, secrets }: Pick<FunctionInstanceRow, 'settings' | 'secrets'>): Values => ({
  shown: settings,
  secret: secrets === null ? {} : (opened(db, secrets) as JsonObject),
})

/** Which sensitive values an instance has; none where they can no longer be read. */
export const secretNamesOf = (db: Db, row: Pick<FunctionInstanceRow, 'settings' | 'secrets'>): readonly string[] => {
  try {
    return Object.keys(valuesOf(db, row).secret)
  } catch {
    return []
  }
}
