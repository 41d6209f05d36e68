import type { JsonObject } from '../base/json.ts'
import type { Subject } from './condition.ts'
import type { Definition } from './definition.ts'

/** Changes a call; what it did goes into `did`, in words without values. The same call where there was nothing to do. */
export type Change = (call: JsonObject, did: string[]) => JsonObject

/** Makes of a definition what its part of it does; undefined where it says nothing of it. Compiled once, asked often. */
export type Maker = (definition: Definition, subject: Subject) => Change | undefined
