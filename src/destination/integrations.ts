import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** What a call's `integrations` object says of one tool: by its name, of all that are not named, or nothing (spec/connections §3.2). */
export type Said = 'named' | 'refused' | 'all refused' | 'nothing'

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** What a call says of the tool of this name, which is the catalogue's, letter by letter. An object is a yes. */
export const saidOf = (call: JsonObject, tool: string): Said => {
  const integrations = objectOf(call['integrations'])
  const own = Object.hasOwn(integrations, tool) ? integrations[tool] : undefined
  if (own === false) return 'refused'
  if (own !== undefined && own !== null) return 'named'
  return integrations['All'] === false ? 'all refused' : 'nothing'
}

// What Segment's libraries write there and what is no tool.
const NO_TOOLS: ReadonlySet<string> = new Set(['All', 'Segment.io', 'Personas', 'Warehouses'])

/** The names in a call's `integrations` object that no tool has: they are written down, and change nothing. */
export const unknownIn = (call: JsonObject, known: (name: string) => boolean): readonly string[] =>
  Object.keys(objectOf(call['integrations'])).filter((name) => !NO_TOOLS.has(name) && !known(name))
