import type { Effects } from './wire.ts'

const valueText = (value: string | number | boolean | null): string => (typeof value === 'string' ? `“${value}”` : String(value))

/** What a transformation does, a sentence for each thing. */
export const wordsOf = (effects: Effects): readonly string[] => {
  if (effects.drop) return ['drops the call']
  const { newEventName, propertyRenames = [], propertyValueTransformations = [], fqlDefinedProperties = [] } = effects
  const { allowProperties, hashPropertiesConfiguration: hashing } = effects
  return [
    ...propertyRenames.map(({ oldName, newName }) => `renames ${oldName} to ${newName}`),
    ...propertyValueTransformations.map(
      ({ propertyPaths, propertyValue }) => `sets ${propertyPaths.join(', ')} to ${valueText(propertyValue)}`,
    ),
    ...fqlDefinedProperties.map(({ fql, propertyName }) => `sets ${propertyName} to ${fql}`),
    ...(allowProperties ? [`keeps only ${allowProperties.join(', ')}`] : []),
    ...(hashing
      ? [
          `hashes ${hashing.paths.join(', ')} by ${hashing.keyed || hashing.key ? 'HMAC ' : ''}${hashing.algorithm}, as ${hashing.encoding}`,
        ]
      : []),
    ...(newEventName === undefined ? [] : [`calls the event “${newEventName}”`]),
  ]
}
