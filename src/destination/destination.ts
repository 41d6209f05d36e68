import type { Json, JsonObject } from '../base/json.ts'
import type { EventType } from '../db/rows/event.ts'

/** Kinds of a value of a setting or field, as Segment names them (spec/connections §3.1). */
export type FieldType = 'string' | 'text' | 'number' | 'integer' | 'boolean' | 'datetime' | 'object' | 'password' | 'hidden'

/** Something that whoever sets up a destination says once. `sensitive`: kept sealed, and never answered. */
export type Setting = {
  readonly label: string
  readonly description: string
  readonly type: 'string' | 'url' | 'password' | 'boolean'
  readonly required?: true
  readonly sensitive?: true
  readonly choices?: readonly { readonly label: string; readonly value: string }[]
  readonly default?: string | boolean
}
export type Settings = Readonly<Record<string, string | boolean>>

/** Something of a request that a mapping fills from each call. `default` is what a new mapping has: a value or a directive. */
export type Field = {
  readonly label: string
  readonly description: string
  readonly type: FieldType
  readonly required?: true
  readonly choices?: readonly { readonly label: string; readonly value: string }[]
  readonly default?: Json
}

/** One request to a tool, ready to go. `body` is empty where there is none. */
export type Outgoing = {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a request is made of: the destination's settings, opened, the fields that the mapping made of one call, and the time it is sent. */
export type Making = {
  readonly settings: Settings
  readonly fields: JsonObject
  readonly now: Date
}

/** One thing that a tool can be asked to do. */
export type Action = {
  readonly slug: string
  readonly name: string
  readonly description: string
  /** FQL that a new mapping begins with. */
  readonly defaultTrigger: string
  readonly fields: Readonly<Record<string, Field>>
  /** Makes the request; pure. @throws Invalid where fields or settings cannot make one: such a call is discarded, not tried again. */
  readonly request: (making: Making) => Outgoing
}

/** A mapping that a new destination is offered, switched off. */
export type Preset = { readonly action: string; readonly name: string; readonly trigger: string; readonly fields: JsonObject }

type ListMaking = { readonly settings: Settings; readonly name: string; readonly extras: JsonObject; readonly now: Date }

/** How a tool that keeps lists is asked; pure. `createdIn` reads the list's id from what it answered, undefined where there is none. */
export type ListTool = {
  /** So many items in one request at most. */
  readonly batch: number
  /** What the extras of a connection may not say. */
  readonly reserved: readonly string[]
  readonly create: (making: ListMaking) => Outgoing
  readonly createdIn: (body: string) => string | undefined
  readonly change: (making: ListMaking & { readonly listId: string; readonly calls: readonly JsonObject[] }) => Outgoing
}

/**
 * A tool as the catalogue has it: data, from which come the forms, the checks, the documentation and the requests (spec/connections §3.1). Adding
 * one is a file in `destinations/` and a line in its table. `name` is the one that the `integrations` object of a call speaks of.
 */
export type Destination = {
  readonly slug: string
  readonly name: string
  readonly description: string
  /** `event`: gets calls one by one; `list`: gets who came into an audience and who left it, in batches. */
  readonly kind: 'event' | 'list'
  readonly website: string
  readonly supported: readonly EventType[]
  /** Requests a second that it takes, where nobody says otherwise. */
  readonly ratePerSecond: number
  readonly settings: Readonly<Record<string, Setting>>
  readonly actions: Readonly<Record<string, Action>>
  readonly presets: readonly Preset[]
  /** Of a tool that keeps lists. */
  readonly list?: ListTool
}
