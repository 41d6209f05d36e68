/** An exact number: a fraction of whole numbers, the lower one positive. Sums and averages of decimals lose nothing. */
export type Exact = { readonly over: bigint; readonly under: bigint }

const PLAIN = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/
const WRITTEN = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?$/

const scaled = (sign: string, whole: string, fraction: string, power: number): Exact => {
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const places = fraction.length - power
  return places > 0 ? { over: digits, under: 10n ** BigInt(places) } : { over: digits * 10n ** BigInt(-places), under: 1n }
}

// A number of the database has no more digits than this after its point.
const LONGEST = 16_383

/** A string that is a number: a plain decimal, and nothing else. `" 5"`, `"007"`, `"1e3"` and `""` are none (spec/audiences §11.2). */
export const exactOfText = (text: string): Exact | undefined => {
  const [, sign = '', whole, fraction = ''] = text.length > LONGEST ? [] : (PLAIN.exec(text) ?? [])
  return whole === undefined ? undefined : scaled(sign, whole, fraction, 0)
}

/** A JSON number, as it is written; its text where JavaScript has not all its digits. */
export const exactOfNumber = (value: number | string): Exact => {
  const [, sign = '', whole, fraction = '', power = '0'] = WRITTEN.exec(String(value)) ?? []
  if (whole === undefined) throw new Error(`no JSON number: ${value}`)
  return scaled(sign, whole, fraction, Number(power))
}

export const whole = (value: number): Exact => ({ over: BigInt(value), under: 1n })

export const plus = (a: Exact, b: Exact): Exact => ({ over: a.over * b.under + b.over * a.under, under: a.under * b.under })

export const dividedBy = (a: Exact, by: number): Exact => ({ over: a.over, under: a.under * BigInt(by) })

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export const compareExact = (a: Exact, b: Exact): number => {
  const [left, right] = [a.over * b.under, b.over * a.under]
  return left < right ? -1 : left > right ? 1 : 0
}

// Fractions that do not end are cut here; no decision of a condition hangs on it.
const PLACES = 400

/** Its digits, without exponent and without zeros that say nothing. */
export const textOfExact = ({ over, under }: Exact): string => {
  const sign = over < 0n ? '-' : ''
  const size = over < 0n ? -over : over
  let rest = size % under
  let fraction = ''
  while (rest > 0n && fraction.length < PLACES) {
    rest *= 10n
    fraction += String(rest / under)
    rest %= under
  }
  return `${sign}${size / under}${fraction === '' ? '' : `.${fraction}`}`
}
