import type { JsonObject } from '../base/json.ts'
import type { Purpose } from '../db/rows/message.ts'
import type { Rendered } from '../template/render.ts'
import type { Content } from './provider.ts'

/** What stands around a rendered message: the account that sends it and the links of its person. */
export type Surroundings = {
  readonly settings: JsonObject
  readonly purpose: Purpose
  readonly address: string
  readonly unsubscribeUrl: string
}

/**
 * Makes what a provider gets out of what a template gave, or says in one word and a sentence why this must not be sent. Adding a channel is
 * a file in `channels/` and a line in its table.
 */
export type ToContent = (rendered: Rendered, around: Surroundings) => Content
