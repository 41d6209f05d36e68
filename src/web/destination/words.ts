import { many, number } from '../parts/words.ts'
import type { Delivery, Destination, Figures, Filter } from './wire.ts'

const STATUS_CODES: Readonly<Record<string, string>> = {
  '400': 'The tool says that the request is wrong',
  '401': 'The tool does not accept the key or password',
  '403': 'The tool does not allow it',
  '404': 'The tool knows no such address',
  '408': 'The tool was too slow',
  '410': 'The tool says this address is gone',
  '413': 'The request is too large for the tool',
  '422': 'The tool cannot make anything of the request',
  '429': 'The tool asks for fewer requests',
}
const REASONS: Readonly<Record<string, string>> = {
  ...STATUS_CODES,
  UNSUPPORTED_EVENT_TYPE: 'The tool does not take calls of this type',
  FILTERED_BY_INTEGRATIONS_OBJECT: 'The call itself says that it shall not go there',
  FILTERED_BY_END_USER_CONSENT: 'The person did not agree to it',
  FILTERED_BY_RULES: 'A filter kept it back',
  NO_MATCHING_MAPPING: 'No mapping is about such a call',
  FILTERED_AT_MAPPING: 'A mapping could make no request of it',
  NO_ENABLED_DESTINATIONS: 'The destination was switched off',
  INVALID_SETTINGS: 'The settings cannot be used',
  DROP_EVENT: 'The destination’s function dropped it',
  INTERNAL: 'Usher could not make or send the request',
  expires: 'The tool did not take it in the time for which it is tried',
  ENOTFOUND: 'There is no such host',
  ECONNREFUSED: 'Nobody answers at this address',
  ECONNRESET: 'The connection broke',
  ECONNABORTED: 'The connection broke',
  EHOSTUNREACH: 'The host cannot be reached',
  EAI_AGAIN: 'The host’s name could not be looked up',
  ETIMEDOUT: 'The tool did not answer in time',
  EREFUSED: 'Usher makes no connection to this address',
}

/** Why a call was not delivered, in plain words; the code where there are none. */
export const reasonInWords = (reason: string): string => {
  const known = REASONS[reason]
  if (known) return known
  if (/^5\d\d$/.test(reason)) return `The tool has trouble of its own (${reason})`
  return /^\d{3}$/.test(reason) ? `The tool answered ${reason}` : reason
}

/** What became of a call, in a word. */
export const STATES: Readonly<Record<Delivery['status'], string>> = {
  queued: 'Waiting',
  held: 'On hold',
  sending: 'Being sent',
  delivered: 'Delivered',
  filtered: 'Kept back',
  discarded: 'Not sent',
  failed: 'Failed',
}

/** How a destination does: the one thing that matters most about it now. */
export const healthOf = (
  { enabled }: Pick<Destination, 'enabled'>,
  of: Figures | undefined,
): { readonly state: 'good' | 'bad' | 'warn' | 'plain'; readonly words: string } => {
  if (!enabled) return { state: 'plain', words: 'switched off: it gets nothing' }
  if (!of) return { state: 'plain', words: '…' }
  if (of.mappingsOn === 0) return { state: 'warn', words: 'no mapping is on: it gets nothing yet' }
  if (of.failed > 0) return { state: 'bad', words: `${many(of.failed, 'call')} failed in 24 hours` }
  if (of.waiting > 0 && of.lastError) return { state: 'warn', words: `${many(of.waiting, 'call')} will be tried again` }
  if (of.delivered + of.filtered + of.discarded + of.waiting === 0) return { state: 'plain', words: 'nothing came in 24 hours' }
  return { state: 'good', words: 'all went well in 24 hours' }
}

/** `12 delivered, 1 failed, 3 waiting`, what is none left out. */
export const figuresInWords = (of: Figures): string => {
  const said = [
    [of.delivered, 'delivered'],
    [of.failed, 'failed'],
    [of.waiting, 'waiting'],
    [of.discarded, 'not sent'],
    [of.filtered, 'kept back'],
  ] as const
  const words = said.flatMap(([count, word]) => (count > 0 || word === 'delivered' ? [`${number(count)} ${word}`] : []))
  return `${words.join(', ')}${of.capped ? ', of the newest 10,000' : ''}`
}

const namesOf = (fields: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(fields)
    .flatMap(([path, keys]) => keys.map((key) => (path === '' ? key : `${path}.${key}`)))
    .join(', ')

/** What a filter does with the calls that it is about. */
export const actionInWords = (action: Filter['actions'][number]): string => {
  switch (action.type) {
    case 'DROP':
      return 'are not sent'
    case 'SAMPLE':
      return `are sent in ${Math.round(action.percent * 1_000) / 10} % of cases${action.path ? `, decided by ${action.path}` : ''}`
    case 'DROP_PROPERTIES':
      return `are sent without ${namesOf(action.fields)}`
    case 'ALLOW_PROPERTIES':
      return `are sent with nothing but ${Object.entries(action.fields)
        .map(([path, keys]) => `${keys.join(', ')}${path === '' ? '' : ` in ${path}`}`)
        .join('; ')}`
  }
}
