import { isDeepStrictEqual } from 'node:util'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { RuleType } from '../rule-type.ts'
import { bagOfRule } from './columns.ts'

/** What a rule is around its properties where its row says nothing else. */
export const frameOf = (type: RuleType): JsonObject => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  ...(type === 'COMMON' ? {} : { properties: { [bagOfRule(type)]: { type: 'object' } } }),
})

/** A frame as its cell says it: nothing where it is the usual one. */
export const frameText = (type: RuleType, frame: JsonObject): string =>
  isDeepStrictEqual(frame, frameOf(type)) ? '' : JSON.stringify(frame)

/** The bag in a rule's schema, where there is one that rows can speak of. */
export const bagIn = (type: RuleType, schema: JsonObject): JsonObject | undefined => {
  const { properties } = schema
  const bag = type !== 'COMMON' && isObject(properties) ? properties[bagOfRule(type)] : undefined
  return isObject(bag) ? bag : undefined
}

/** A rule's schema with another bag. */
export const withBag = (type: RuleType, schema: JsonObject, bag: JsonObject): JsonObject => {
  const properties: Json = schema['properties'] ?? {}
  return { ...schema, properties: { ...(isObject(properties) ? properties : {}), [bagOfRule(type)]: bag } }
}
