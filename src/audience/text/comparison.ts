import type { Comparison, Operator } from '../condition.ts'
import { OPERATORS } from '../operators/index.ts'
import { type Calls, readLink } from './call.ts'
import type { TextRule } from './operand.ts'
import type { Reader } from './reader.ts'

const ruleOf = <O extends Operator>(operator: O): TextRule<O> => OPERATORS[operator].text
const NAMES = Object.keys(OPERATORS) as readonly Operator[]

// What a rule reads is what its operator needs, by the type of the table.
const read = (reader: Reader, operator: Operator): Comparison => {
  const right = reader.peek()
  const compare = { operator, ...ruleOf(operator).operand.read(reader) } as Comparison
  reader.places.note(compare, right)
  return compare
}

const CALLS: Calls<Comparison> = Object.fromEntries(
  NAMES.map((operator) => [ruleOf(operator).word, (reader: Reader) => read(reader, operator)]),
)
const SIGNS = new Map(NAMES.flatMap((operator) => (ruleOf(operator).signs ?? []).map((sign) => [sign, operator] as const)))

/** `>= 5`, or `.at_least(5)`: the comparator that ends every condition. */
export const readComparison = (reader: Reader): Comparison => {
  const operator = SIGNS.get(reader.peek().raw)
  if (operator === undefined) return readLink(reader, CALLS, [...SIGNS.keys()])
  reader.next()
  return read(reader, operator)
}

const writeWith = <O extends Operator>(rule: TextRule<O>, needs: Parameters<TextRule<O>['operand']['write']>[0]): string => {
  const [sign] = 'ignoreCase' in needs && needs.ignoreCase ? [] : (rule.signs ?? [])
  return sign === undefined ? `.${rule.word}(${rule.operand.write(needs)})` : ` ${sign} ${rule.operand.write(needs)}`
}

/** What follows the value: ` >= 5` where there is a sign, else `.contains('a', 'b')`. */
export const writeComparison = (compare: Comparison): string => writeWith<Operator>(ruleOf(compare.operator), compare)
