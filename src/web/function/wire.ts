/* Functions as the API answers them. */

export type Setting = {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly type: 'STRING' | 'BOOLEAN' | 'ARRAY' | 'TEXT_MAP'
  readonly required: boolean
  readonly sensitive: boolean
}
export type Fn = {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly code: string
  readonly settings: readonly Setting[]
  readonly handlers: readonly string[]
  readonly isLatestVersion: boolean
  readonly deployedAt: string | null
  readonly updatedBy: string
  readonly updatedAt: string
}
export type Version = {
  readonly id: string
  readonly author: string
  readonly code: string
  readonly isDeployed: boolean
  readonly isLatest: boolean
  readonly restoredFrom?: string
  readonly createdAt: string
}
export type Value = string | boolean | readonly string[] | Readonly<Record<string, string>> | null
export type Values = Readonly<Record<string, Value>>
export type Connection = {
  readonly id: string
  readonly name: string
  readonly classId: string
  readonly integrationId: string
  readonly enabled: boolean
  readonly settings: Values
  readonly encryptedSettings: Readonly<Record<string, string>>
  readonly executionSeconds: number
}
export type Tried = {
  readonly handler: string
  readonly result: 'pass' | 'change' | 'drop'
  readonly reason?: string
  readonly changes: readonly string[]
  readonly output: unknown
  readonly error: { readonly name: string; readonly message: string; readonly line?: number; readonly column?: number } | null
  readonly logs: string
  readonly durationMs: number
  readonly requests: readonly {
    readonly method: string
    readonly url: string
    readonly status: number | null
    readonly error: string | null
    readonly durationMs: number
  }[]
}
export type Named = { readonly id: string; readonly name: string }

/** What a new function begins with: it leaves everything as it is, and says what may be done. */
export const TEMPLATE = `// Called for each track event of the sources that it is connected to, before anything is stored.
// Return the event, changed or not; throw new DropEvent('why') to drop it.
async function onTrack(event, settings) {
  return event
}

async function onIdentify(event, settings) {
  return event
}

async function onPage(event, settings) {
  return event
}

async function onScreen(event, settings) {
  return event
}

async function onGroup(event, settings) {
  return event
}

async function onAlias(event, settings) {
  return event
}
`
