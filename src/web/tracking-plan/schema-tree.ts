/* What a form says of a rule's JSON Schema. Every change keeps what the form does not speak of. */

export type Schema = { readonly [key: string]: unknown }
export const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)
const inside = (schema: Schema, key: string): Schema => {
  const value = schema[key]
  return isSchema(value) ? value : {}
}

export const KINDS = ['any', 'string', 'number', 'integer', 'boolean', 'date time', 'object', 'array', 'null'] as const
export type Kind = (typeof KINDS)[number]
export const PERMITTED = ['anything', 'one of', 'pattern'] as const
export type Permitted = { readonly by: (typeof PERMITTED)[number]; readonly text: string }

/** Where calls of a rule's type carry what it speaks of. */
export const bagOf = (type: string): 'properties' | 'traits' =>
  type === 'IDENTIFY' || type === 'GROUP' ? 'traits' : 'properties'

/** The schema of a rule's properties or traits. */
export const bagIn = (type: string, rule: Schema): Schema => inside(inside(rule, 'properties'), bagOf(type))

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** A rule's schema with another bag; where something in it is required, the bag is, too. */
export const withBag = (type: string, rule: Schema, bag: Schema): Schema => {
  const name = bagOf(type)
  const there = Array.isArray(rule['required']) ? rule['required'].filter((one) => one !== name) : []
  const needed = Array.isArray(bag['required']) && bag['required'].length > 0
  const required = needed ? [...there, name] : there
  const { required: _, ...rest } = rule
  const { required: own, ...others } = bag
  return {
    ...rest,
    properties: {
      ...inside(rule, 'properties'),
      [name]: { type: 'object', ...others, ...(own === undefined || isEmptyList(own) ? {} : { required: own }) },
    },
    ...(required.length > 0 ? { required } : {}),
  }
}

/** A rule that says nothing yet. */
export const emptyRule = (type: string): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  ...(type === 'COMMON' ? {} : { properties: { [bagOf(type)]: { type: 'object', properties: {} } } }),
})

const typesOf = ({ type }: Schema): readonly unknown[] => (Array.isArray(type) ? type : type === undefined ? [] : [type])

/** What a value is to be; undefined where the schema says more than one word can. */
export const kindOf = (schema: Schema): Kind | undefined => {
  const types = typesOf(schema).filter((type, _, all) => type !== 'null' || all.length === 1)
  if (types.length === 0) return 'any'
  if (types.length > 1) return undefined
  if (types[0] === 'string' && schema['format'] === 'date-time') return 'date time'
  return KINDS.find((kind) => kind === types[0])
}
export const isNullable = (schema: Schema): boolean => typesOf(schema).length > 1 && typesOf(schema).includes('null')

/** A schema of another kind; what only the old kind could have is taken away. */
export const withKind = (schema: Schema, kind: Kind, nullable = isNullable(schema)): Schema => {
  const { type: _, format, properties, required, items, pattern, enum: listed, ...rest } = schema
  if (kind === 'any') return rest
  const name = kind === 'date time' ? 'string' : kind
  return {
    ...rest,
    type: nullable && name !== 'null' ? [name, 'null'] : name,
    ...(kind === 'date time' ? { format: 'date-time' } : {}),
    ...(kind === 'string' && format !== undefined && format !== 'date-time' ? { format } : {}),
    ...(kind === 'string' && pattern !== undefined ? { pattern } : {}),
    ...(kind === 'string' && listed !== undefined ? { enum: listed } : {}),
    ...(kind === 'object' ? { properties: properties ?? {}, ...(required === undefined ? {} : { required }) } : {}),
    ...(kind === 'array' ? { items: items ?? {} } : {}),
  }
}

export const permittedOf = ({ enum: listed, pattern }: Schema): Permitted => {
  if (Array.isArray(listed)) return { by: 'one of', text: listed.filter((one) => one !== null).join(' | ') }
  return typeof pattern === 'string' ? { by: 'pattern', text: pattern } : { by: 'anything', text: '' }
}

/** Which strings are permitted: values between bars, or a pattern. Null stays permitted where it was. */
export const withPermitted = (schema: Schema, { by, text }: Permitted): Schema => {
  const { enum: _, pattern: __, ...rest } = schema
  if (by === 'anything') return rest
  if (by === 'pattern') return { ...rest, pattern: text }
  const values = text
    .split('|')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  return { ...rest, enum: isNullable(schema) ? [...values, null] : values }
}

export type Property = { readonly name: string; readonly schema: Schema; readonly required: boolean }

/** The properties that a schema plans, in its order. */
export const propertiesOf = (schema: Schema): readonly Property[] => {
  const needed = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  return Object.entries(inside(schema, 'properties')).map(([name, one]) => ({
    name,
    schema: isSchema(one) ? one : {},
    required: needed.has(name),
  }))
}

/** A schema with these properties in place of its own. */
export const withProperties = (schema: Schema, properties: readonly Property[]): Schema => {
  const before = new Set(Object.keys(inside(schema, 'properties')))
  const others = (Array.isArray(schema['required']) ? schema['required'] : []).filter((name) => !before.has(String(name)))
  const required = [...others, ...properties.filter((one) => one.required).map(({ name }) => name)]
  const { required: _, ...rest } = schema
  return {
    ...rest,
    properties: Object.fromEntries(properties.map(({ name, schema: own }) => [name, own])),
    ...(required.length > 0 ? { required } : {}),
  }
}

/** What the items of an array are to be. */
export const itemsOf = (schema: Schema): Schema => inside(schema, 'items')
