import type { Json } from '../../base/json.ts'

/** One call as it came and what became of it: the source debugger's, the newest 500 of a source, only while somebody looks. */
export type SourceCallRow = {
  space_id: string
  source_id: string
  id: string
  received_at: Date
  type: string
  name: string
  message_id: string | null
  status: 'stored' | 'duplicate' | 'filtered' | 'dropped'
  profile_id: string | null
  /** What was not taken: `{code, message}` each. */
  problems: readonly Json[]
  /** What rules at the door did to it, in words. */
  changes: readonly string[]
  /** The call as JSON text. */
  raw: string
}
export type SourceWatchRow = { space_id: string; source_id: string; watched_until: Date }

export type CallTables = { source_call: SourceCallRow; source_watch: SourceWatchRow }
