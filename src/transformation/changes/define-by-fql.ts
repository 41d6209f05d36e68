import { compileFqlValue } from '../../fql/compile.ts'
import { parseFqlValue } from '../../fql/parse.ts'
import type { Maker } from '../change.ts'
import { keysOf, withValue } from '../path.ts'

/** `fqlDefinedProperties`: a property is a copy of another, or its letters changed. Where that one is not there, or is no text, nothing happens. */
export const defineByFql: Maker = ({ fqlDefinedProperties: [defined] = [] }) => {
  if (!defined) return undefined
  const { fql, propertyName } = defined
  const [value, keys, said] = [compileFqlValue(parseFqlValue(fql)), keysOf(propertyName), `set ${propertyName} to ${fql}`]
  return (call, did) => {
    const found = value(call) ?? null
    const next = found === null ? undefined : withValue(call, keys, found)
    if (next) did.push(said)
    return next ?? call
  }
}
