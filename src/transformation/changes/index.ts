import type { Maker } from '../change.ts'
import type { Definition } from '../definition.ts'
import { defineByFql } from './define-by-fql.ts'
import { hashProperties } from './hash-properties.ts'
import { keepProperties } from './keep-properties.ts'
import { renameEvent } from './rename-event.ts'
import { renameProperties } from './rename-properties.ts'
import { setValues } from './set-values.ts'

/** What a transformation can do, in the order in which it is done: later ones see the names that earlier ones gave. */
export const CHANGES: Readonly<Record<Exclude<keyof Definition, 'drop'>, Maker>> = {
  propertyRenames: renameProperties,
  propertyValueTransformations: setValues,
  fqlDefinedProperties: defineByFql,
  allowProperties: keepProperties,
  hashPropertiesConfiguration: hashProperties,
  newEventName: renameEvent,
}
