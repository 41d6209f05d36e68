import type { Maker } from '../change.ts'
import { keysOf, withValue } from '../path.ts'

/** `propertyValueTransformations`: a value that is always the same, whether there was one before or not. */
export const setValues: Maker = ({ propertyValueTransformations = [] }) => {
  const values = propertyValueTransformations.flatMap(({ propertyPaths, propertyValue }) =>
    propertyPaths.map((path) => ({ keys: keysOf(path), propertyValue, said: `set ${path}` })),
  )
  if (values.length === 0) return undefined
  return (call, did) =>
    values.reduce((changed, { keys, propertyValue, said }) => {
      const next = withValue(changed, keys, propertyValue)
      if (next) did.push(said)
      return next ?? changed
    }, call)
}
