import { Ajv, type Options } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Invalid } from '../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { linearPattern } from '../base/linear-pattern.ts'
import { mostAskedOfOne } from './asked-of-one.ts'
import { type Found, foundIn } from './texts.ts'
import { UNIQUE_ITEMS } from './unique-items.ts'

/** Asks a call; answers how it breaks the schema. */
export type Validate = (call: JsonObject) => readonly Found[]

const regExp = Object.assign((pattern: string) => linearPattern(pattern), { code: 'new RegExp' })
// The validator copies all that it found so far for each value that a reference leads to: 10,000 items of an array took seconds.
const COPIED = /vErrors = vErrors === null \? ([\w.$]+) : vErrors\.concat\(\1\);/g
const ADDED = 'if(vErrors === null){vErrors = $1;}else{for(const one of $1)vErrors.push(one);}'

const OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  strict: false,
  logger: false,
  unicodeRegExp: false,
  code: { regExp, process: (code) => code.replaceAll(COPIED, ADDED) },
}

const KNOWN = ['draft-04', '2019-09', '2020-12'] as const
const NONE: readonly Found[] = []
// A schema that refers to itself without end only shows when it is asked: one rule that cannot be asked must not stop what comes in.
const UNASKABLE = { type: 'Invalid Value', field: '(root)', path: [] } as const
// `$async` is the validator's own word and none of JSON Schema: it would answer later, and its answer would be lost and end the process.
const DROPPED = new Set(['$schema', '$id', 'id', '$async'])

// Draft 4 says `exclusiveMinimum: true` beside `minimum` where its successors say the number itself, and `id` for `$id`.
const modern = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map((one: Json) => modern(one))
  if (!isObject(schema)) return schema
  const out: Record<string, Json> = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, modern(value)]))
  for (const [limit, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const value = out[exclusive]
    if (typeof value !== 'boolean') continue
    delete out[exclusive]
    if (value && typeof out[limit] === 'number') {
      out[exclusive] = out[limit]
      delete out[limit]
    }
  }
  return out
}

const validatorFor = (dialect: string, options: Options): Ajv => {
  const ajv = dialect.includes('2020-12')
    ? new Ajv2020(options)
    : dialect.includes('2019-09')
      ? new Ajv2019(options)
      : new Ajv(options)
  ;(formats as unknown as (ajv: Ajv) => void)(ajv)
  return ajv.removeKeyword('uniqueItems').addKeyword(UNIQUE_ITEMS)
}

// Who asks whether a schema is one keeps its own compiled schema of schemas; who compiles is thrown away with the plan.
const checkers = new Map<string, Ajv>()
const refuseNoSchema = (dialect: string, schema: object): void => {
  const checker = checkers.get(dialect) ?? validatorFor(dialect, OPTIONS)
  checkers.set(dialect, checker)
  if (!checker.validateSchema(schema)) throw new Error(checker.errorsText(checker.errors, { dataVar: 'schema' }))
}

// @throws Error when it is no schema, and, asked, where it refers to itself without end.
const compile = (schema: JsonObject): Validate => {
  const dialect = typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  // Two rules may carry the same id; inside one schema, references are by `#/…`.
  const own = Object.fromEntries(Object.entries(schema).filter(([key]) => !DROPPED.has(key))) as JsonObject
  const known = KNOWN.find((name) => dialect.includes(name)) ?? ''
  const schemaOfNow = (known === 'draft-04' ? modern(own) : own) as object
  refuseNoSchema(known, schemaOfNow)
  const check = validatorFor(known, { ...OPTIONS, validateSchema: false, meta: false }).compile(schemaOfNow)
  return (call) => (check(call) ? NONE : foundIn(call, check.errors ?? []))
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const refuseUnaskable = (ask: Validate): void => {
  try {
    ask({})
  } catch (error) {
    throw new Error(`asked of an empty call, it ends in "${messageOf(error)}"`)
  }
}

// A value that breaks 1,000 of them takes 4 ms, 8,000 take 0.4 s: what is found grows by being copied. Plans ask some ten.
const MOST_ASKED_OF_ONE = 1_000

const refuseDoubling = (field: string, schema: JsonObject): void => {
  if (mostAskedOfOne(schema, MOST_ASKED_OF_ONE) <= MOST_ASKED_OF_ONE) return
  const most = MOST_ASKED_OF_ONE.toLocaleString('en')
  throw new Invalid('invalid_schema', [
    {
      field,
      message: `asks more than ${most} schemas of one value, because references lead to references again and again`,
      remedy: 'refer to each definition once, and not twice to one that does the same itself',
    },
  ])
}

const unaskable = (error: unknown): readonly Found[] => [
  { ...UNASKABLE, description: `Cannot be asked: ${messageOf(error)}`.slice(0, 500) },
]

const asked = (schema: JsonObject): Validate => {
  refuseDoubling('', schema)
  const ask = compile(schema)
  return (call) => {
    try {
      return ask(call)
    } catch (error) {
      return unaskable(error)
    }
  }
}

/**
 * Compiles a JSON Schema of draft 4, 6, 7, 2019-09 or 2020-12 (by its `$schema`; 7 without). Patterns run in linear time. Every call breaks a schema that
 * cannot be asked, as one may be that was saved before it would have been refused: no call must be lost or held up for it.
 */
export const compileSchema = (schema: JsonObject): Validate => {
  let ask: Validate | undefined
  return (call) => {
    try {
      ask ??= asked(schema)
    } catch (error) {
      ask = () => unaskable(error)
    }
    return ask(call)
  }
}

/** @throws Invalid naming the rule when its schema cannot be compiled: a plan never holds a rule that cannot be asked. */
export const refuseBadSchema = (field: string, schema: JsonObject): void => {
  try {
    refuseDoubling(field, schema)
    refuseUnaskable(compile(schema))
  } catch (error) {
    if (error instanceof Invalid) throw error
    const message = messageOf(error)
    const remedy = message.includes('linear time')
      ? 'write the pattern without look-around and back references; "not" of a schema says what must not match'
      : 'write a JSON Schema of the whole call, draft 4 to 2020-12'
    throw new Invalid('invalid_schema', [
      { field, message: `is no JSON Schema that can be asked: ${message.slice(0, 500)}`, remedy },
    ])
  }
}
