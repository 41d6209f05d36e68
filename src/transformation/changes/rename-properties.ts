import { isObject } from '../../base/json.ts'
import type { Maker } from '../change.ts'
import { bagOf } from '../condition.ts'
import { keysOf, valueAt, withoutValue, withValue } from '../path.ts'

/** `propertyRenames`: a property or trait moves to another name. One that is not there moves nowhere, and none moves through something that is no object. */
export const renameProperties: Maker = ({ propertyRenames = [] }, subject) => {
  if (propertyRenames.length === 0) return undefined
  const bag = bagOf(subject)
  const renames = propertyRenames.map(({ oldName, newName }) => ({
    from: keysOf(oldName),
    to: keysOf(newName),
    said: `renamed ${oldName} to ${newName}`,
  }))
  return (call, did) => {
    let inside = call[bag]
    if (!isObject(inside)) return call
    for (const { from, to, said } of renames) {
      const value = valueAt(inside, from)
      if (value === undefined) continue
      const moved = withValue(withoutValue(inside, from), to, value)
      if (!moved) continue
      inside = moved
      did.push(said)
    }
    return inside === call[bag] ? call : { ...call, [bag]: inside }
  }
}
