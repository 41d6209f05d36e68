import { createHash, createHmac } from 'node:crypto'
import type { Json } from '../../base/json.ts'
import type { Maker } from '../change.ts'
import type { Definition } from '../definition.ts'
import { keysOf, valueAt, withValue } from '../path.ts'

type Hashing = NonNullable<Definition['hashPropertiesConfiguration']>

const digest = ({ algorithm, key, encoding }: Hashing, text: string): string => {
  const name = algorithm.toLowerCase()
  const hash = (key === undefined ? createHash(name) : createHmac(name, key)).update(text)
  switch (encoding) {
    case 'HEX':
      return hash.digest('hex')
    case 'BASE16':
      return hash.digest('hex').toUpperCase()
    case 'BASE64':
      return hash.digest('base64')
    case 'BASE64URL':
      return hash.digest('base64url')
  }
}

const textOf = (value: Json | undefined): string | undefined => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** `hashPropertiesConfiguration`: a text, number or truth is replaced by its hash, with a key by its HMAC. What is not there, null, or holds others stays. */
export const hashProperties: Maker = ({ hashPropertiesConfiguration: hashing }) => {
  if (!hashing) return undefined
  const paths = hashing.paths.map((path) => ({ keys: keysOf(path), said: `hashed ${path}` }))
  return (call, did) =>
    paths.reduce((changed, { keys, said }) => {
      const text = textOf(valueAt(changed, keys))
      const next = text === undefined ? undefined : withValue(changed, keys, digest(hashing, text))
      if (next) did.push(said)
      return next ?? changed
    }, call)
}
