import type { Purpose } from '../db/rows/message.ts'
import type { SubscriptionChannel, SubscriptionStatus } from '../db/rows/subscription.ts'

/*
 * May this message go to this address? One table, complete by type, read from left to right: what kind of message, how the space asks
 * for consent, on which channel, in which state the address is (spec/messaging §1.6–1.8).
 */

/** `opt-in`: only who subscribed gets marketing. `opt-out`: everybody whom we may not stop to think about has said no. */
export type Mode = 'opt-in' | 'opt-out'
/** What is known of the address: `suppressed` goes before what its owner said, `none` is no row, `invalid` a word that is no state. */
export type State = SubscriptionStatus | 'suppressed' | 'none' | 'invalid'
/** What is known of it on the message's group: `no-group` when the message has none, `none` when the address never chose. */
export type GroupState = 'no-group' | SubscriptionStatus | 'none'

export type Outcome =
  | 'should_send'
  | 'not_subscribed'
  | 'no_supported_ids'
  | 'invalid_subscription_status'
  | 'suppressed'
  | 'send_disabled'

/** Why, in more words than the outcome's: each with the outcome that it counts as and a sentence for people. */
export const REASONS = {
  should_send: { outcome: 'should_send', sentence: 'The address may get this message.' },
  unsubscribed: { outcome: 'not_subscribed', sentence: 'Not sent: the address is unsubscribed.' },
  did_not_subscribe: { outcome: 'not_subscribed', sentence: 'Not sent: the person gave this address but never subscribed.' },
  never_asked: { outcome: 'not_subscribed', sentence: 'Not sent: nothing is known of this address, so it did not subscribe.' },
  group_not_found: { outcome: 'not_subscribed', sentence: 'Not sent: the address never joined the subscription group.' },
  group_not_subscribed: { outcome: 'not_subscribed', sentence: 'Not sent: the address left the subscription group.' },
  invalid_subscription_status: {
    outcome: 'invalid_subscription_status',
    sentence: 'Not sent: the state of the address cannot be read, and what cannot be read is a no.',
  },
  suppressed: {
    outcome: 'suppressed',
    sentence: 'Not sent: the address is suppressed, because it bounced for good, does not exist, or reported a message as spam.',
  },
  no_supported_ids: { outcome: 'no_supported_ids', sentence: 'Not sent: the person has no address on this channel.' },
  send_disabled: { outcome: 'send_disabled', sentence: 'Not sent: sending is switched off.' },
} as const satisfies Readonly<Record<string, { readonly outcome: Outcome; readonly sentence: string }>>
export type Reason = keyof typeof REASONS

/** `ask-group`: the address allows it, a group must allow it too. `send`: nothing else is asked. */
type Verdict = 'send' | 'ask-group' | Exclude<Reason, 'should_send'>
type States = Readonly<Record<State, Verdict>>

// Suppression goes first whatever the kind of message: nothing arrives there, and trying harms the sender (§3.7).
const WHO_SUBSCRIBED: States = {
  suppressed: 'suppressed',
  subscribed: 'ask-group',
  unsubscribed: 'unsubscribed',
  'did-not-subscribe': 'did_not_subscribe',
  none: 'never_asked',
  invalid: 'invalid_subscription_status',
}
const WHO_DID_NOT_REFUSE: States = {
  suppressed: 'suppressed',
  subscribed: 'ask-group',
  unsubscribed: 'unsubscribed',
  'did-not-subscribe': 'ask-group',
  none: 'ask-group',
  invalid: 'invalid_subscription_status',
}
const EVERYBODY: States = {
  suppressed: 'suppressed',
  subscribed: 'send',
  unsubscribed: 'send',
  'did-not-subscribe': 'send',
  none: 'send',
  invalid: 'send',
}

const everyChannel = (states: States): Readonly<Record<SubscriptionChannel, States>> => ({
  email: states,
  sms: states,
  whatsapp: states,
  ios_push: states,
  android_push: states,
})

// Transactional e-mail is Segment's bypass (§1.6 step 3), which exists for e-mail only: a number that texted STOP is blocked by its
// carrier, and a device that refused gets nothing. There a transactional message needs no yes, but respects the no.
const TRANSACTIONAL: Readonly<Record<SubscriptionChannel, States>> = { ...everyChannel(WHO_DID_NOT_REFUSE), email: EVERYBODY }

export const GATE: Readonly<Record<Purpose, Readonly<Record<Mode, Readonly<Record<SubscriptionChannel, States>>>>>> = {
  marketing: { 'opt-in': everyChannel(WHO_SUBSCRIBED), 'opt-out': everyChannel(WHO_DID_NOT_REFUSE) },
  transactional: { 'opt-in': TRANSACTIONAL, 'opt-out': TRANSACTIONAL },
  test: { 'opt-in': everyChannel(EVERYBODY), 'opt-out': everyChannel(EVERYBODY) },
}

/** Asked where the address allows: the group is an additional requirement, whatever the mode (§1.7). */
export const GROUP_GATE: Readonly<Record<GroupState, Reason>> = {
  'no-group': 'should_send',
  subscribed: 'should_send',
  unsubscribed: 'group_not_subscribed',
  'did-not-subscribe': 'group_not_subscribed',
  none: 'group_not_found',
}

export type GateQuestion = {
  readonly purpose: Purpose
  readonly mode: Mode
  readonly channel: SubscriptionChannel
  readonly state: State
  readonly group: GroupState
}
export type Decision = {
  readonly send: boolean
  readonly outcome: Outcome
  readonly reason: Reason
  readonly sentence: string
  /** The provider must be told to leave its own list of unsubscribed aside, else it drops the message silently (§1.8). */
  readonly bypass: boolean
}

/** A decision from its reason. */
export const decisionOf = (reason: Reason, bypass = false): Decision => ({
  send: reason === 'should_send',
  ...REASONS[reason],
  reason,
  bypass,
})

/** Looks up the table: the one place that says whether a message may be sent. */
export const decide = ({ purpose, mode, channel, state, group }: GateQuestion): Decision => {
  const verdict = GATE[purpose][mode][channel][state]
  if (verdict === 'send') return decisionOf('should_send', channel === 'email' && purpose === 'transactional')
  if (verdict !== 'ask-group') return decisionOf(verdict)
  return decisionOf(channel === 'email' ? GROUP_GATE[group] : 'should_send')
}
