import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { unreachable } from '../base/must.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'

const EMAIL = /^[^\s\p{C}@<>(),;:"[\]\\]+@[^\s\p{C}@<>(),;:"[\]\\]+\.[^\s\p{C}@.<>(),;:"[\]\\]+$/u
const TOKEN = /^[\x21-\x7e]{1,4096}$/

const email = (raw: string): string | undefined => {
  const address = raw.trim().toLowerCase()
  return address.length <= 254 && EMAIL.test(address) ? address : undefined
}

// Possible, not valid: the numbers that are reserved for fiction and tests shall have states too. Without a country, the United
// States; then again with a plus sign in front (spec/messaging §7.4).
const read = (spelling: string) => parsePhoneNumberFromString(spelling, { defaultCountry: 'US', extract: false })

const phone = (raw: string): string | undefined => {
  const text = raw.trim().replace(/^whatsapp:/i, '')
  if (text.length > 40) return undefined
  for (const spelling of [text, `+${text}`]) {
    const number = read(spelling)
    // One whose own spelling is read as another number (+44 and nothing but zeros) would have two states.
    if (number?.isPossible() && read(number.number)?.number === number.number) return number.number
  }
  return undefined
}

const token = (raw: string): string | undefined => (TOKEN.test(raw) ? raw : undefined)

/**
 * The one spelling of an address under which its state is kept: e-mail trimmed and in lower case, phone in E.164, token as it is.
 * Undefined when it is none (spec/messaging §1.4: two spellings of one number must not be two states).
 */
export const normaliseAddress = (channel: SubscriptionChannel, raw: string): string | undefined => {
  switch (channel) {
    case 'email':
      return email(raw)
    case 'sms':
    case 'whatsapp':
      return phone(raw)
    case 'ios_push':
    case 'android_push':
      return token(raw)
    default:
      return unreachable(channel)
  }
}

const masked = (text: string, shown: number): string => {
  const kept = Math.min(shown, Math.max(1, Math.floor(text.length / 3)))
  return text.slice(0, kept) + '*'.repeat(Math.max(3, text.length - kept))
}

/** An address as a page shows it to whoever holds the link: its first characters and asterisks. */
export const maskAddress = (address: string): string => {
  const [local, domain] = address.split('@')
  return local !== undefined && domain !== undefined ? `${masked(local, 2)}@${domain}` : masked(address, 4)
}
