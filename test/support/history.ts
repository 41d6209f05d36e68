import { createRequire } from 'node:module'
import type { temporal } from '@temporalio/proto'

// The SDK's own JSON form of a history cannot be read or written here: npm gives its packages a protobuf library each, and one does not know
// the types of the other. So a history is kept in the plain form of its own class.
const require = createRequire(import.meta.resolve('@temporalio/worker'))
const { temporal: proto }: typeof import('@temporalio/proto') = require('@temporalio/proto')
const { History } = proto.api.history.v1

/** A workflow's history as JSON text. */
export const historyText = (history: temporal.api.history.v1.IHistory): string =>
  `${JSON.stringify(History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }))}\n`

/** The history of such a text, to be replayed. */
export const historyOf = (text: string): temporal.api.history.v1.History => History.fromObject(JSON.parse(text))
