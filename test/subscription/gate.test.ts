import { expect, it } from 'vitest'
import type { Purpose } from '../../src/db/rows/message.ts'
import type { SubscriptionChannel } from '../../src/db/rows/subscription.ts'
import { decide, GATE, type GroupState, type Mode, REASONS, type State } from '../../src/subscription/gate.ts'

/*
 * The spec's tables typed in again, by hand and in another shape than the code's, so that a slip in one is not a slip in both.
 */
const STATES: readonly State[] = ['suppressed', 'subscribed', 'unsubscribed', 'did-not-subscribe', 'none', 'invalid']
const GROUPS: readonly GroupState[] = ['no-group', 'subscribed', 'unsubscribed', 'did-not-subscribe', 'none']
const MODES: readonly Mode[] = ['opt-in', 'opt-out']
const CHANNELS: readonly SubscriptionChannel[] = ['email', 'sms', 'whatsapp', 'ios_push', 'android_push']
const PURPOSES: readonly Purpose[] = ['marketing', 'transactional', 'test']

const any = <T>(all: readonly T[]) => all
// What an address may be in by what its owner said; suppression goes before all of it (§3.7).
const SAID = STATES.filter((state) => state !== 'suppressed')
// spec/messaging §1.7, row by row: bypass, mode, global, group state of the message's group → sent?
const TRUTH: readonly [boolean, readonly Mode[], readonly State[], readonly GroupState[], boolean][] = [
  [true, any(MODES), ['suppressed'], any(GROUPS), false],
  [false, any(MODES), ['suppressed'], any(GROUPS), false],
  [true, any(MODES), SAID, any(GROUPS), true],
  [false, ['opt-in'], ['subscribed'], ['no-group'], true],
  [false, ['opt-in'], ['subscribed'], ['subscribed'], true],
  [false, ['opt-in'], ['subscribed'], ['unsubscribed', 'did-not-subscribe'], false],
  [false, ['opt-in'], ['subscribed'], ['none'], false],
  [false, ['opt-in'], ['unsubscribed'], any(GROUPS), false],
  [false, ['opt-in'], ['did-not-subscribe', 'none'], any(GROUPS), false],
  [false, ['opt-out'], ['subscribed', 'did-not-subscribe', 'none'], ['no-group'], true],
  [false, ['opt-out'], ['subscribed', 'did-not-subscribe', 'none'], ['subscribed'], true],
  [false, ['opt-out'], ['subscribed', 'did-not-subscribe', 'none'], ['unsubscribed', 'did-not-subscribe', 'none'], false],
  [false, ['opt-out'], ['unsubscribed'], any(GROUPS), false],
  [false, any(MODES), ['invalid'], any(GROUPS), false],
]

const email = TRUTH.flatMap(([bypass, modes, states, groups, sent]) =>
  modes.flatMap((mode) => states.flatMap((state) => groups.map((group) => ({ bypass, mode, state, group, sent })))),
)

it('S10 S38 the twelve rows of §1.7, and suppression before them, cover every case of e-mail exactly once', () => {
  const cases = email.map(({ bypass, mode, state, group }) => `${bypass} ${mode} ${state} ${group}`)
  expect(new Set(cases).size).toBe(cases.length)
  expect(cases.length).toBe(2 * MODES.length * STATES.length * GROUPS.length)
})

it.each(email)(
  'S10 S09 G7 e-mail: bypass $bypass, $mode, $state, group $group → $sent',
  ({ bypass, mode, state, group, sent }) => {
    const decision = decide({ purpose: bypass ? 'transactional' : 'marketing', mode, channel: 'email', state, group })
    expect([decision.send, decision.bypass]).toEqual([sent, bypass && sent])
  },
)

// §1.8: who gets marketing and test messages on the channels without groups.
const MATRIX: Readonly<Record<'opt-in' | 'opt-out' | 'transactional' | 'test', Readonly<Record<State, boolean>>>> = {
  'opt-in': { suppressed: false, subscribed: true, 'did-not-subscribe': false, none: false, unsubscribed: false, invalid: false },
  'opt-out': { suppressed: false, subscribed: true, 'did-not-subscribe': true, none: true, unsubscribed: false, invalid: false },
  transactional: {
    suppressed: false,
    subscribed: true,
    'did-not-subscribe': true,
    none: true,
    unsubscribed: false,
    invalid: false,
  },
  test: { suppressed: false, subscribed: true, 'did-not-subscribe': true, none: true, unsubscribed: true, invalid: true },
}

const others = CHANNELS.filter((channel) => channel !== 'email')
const cells = PURPOSES.flatMap((purpose) =>
  MODES.flatMap((mode) => others.flatMap((channel) => STATES.map((state) => ({ purpose, mode, channel, state })))),
)

it.each(cells)('S07 S08 G7 $purpose, $mode, $channel, $state', ({ purpose, mode, channel, state }) => {
  const sent = MATRIX[purpose === 'marketing' ? mode : purpose][state]
  for (const group of GROUPS) expect(decide({ purpose, mode, channel, state, group }).send).toBe(sent)
})

it('G7 no cell of marketing lets an unsubscribed address through, whatever the mode, channel and group', () => {
  for (const mode of MODES)
    for (const channel of CHANNELS)
      for (const group of GROUPS)
        expect(decide({ purpose: 'marketing', mode, channel, state: 'unsubscribed', group })).toMatchObject({
          send: false,
          reason: 'unsubscribed',
        })
})

it('S38 G7 a suppressed address gets nothing, of any purpose, mode, channel or group, and the reason is its own', () => {
  for (const purpose of PURPOSES)
    for (const mode of MODES)
      for (const channel of CHANNELS)
        for (const group of GROUPS)
          expect(decide({ purpose, mode, channel, state: 'suppressed', group })).toMatchObject({
            send: false,
            outcome: 'suppressed',
            reason: 'suppressed',
          })
})

it('a test message goes to whom it names (§1.6 step 0)', () => {
  for (const mode of MODES)
    for (const channel of CHANNELS)
      for (const state of SAID)
        for (const group of GROUPS) expect(decide({ purpose: 'test', mode, channel, state, group }).send).toBe(true)
})

it('S06 each outcome is one of the five, or that of suppression, and each reason has a sentence', () => {
  const outcomes = [
    'should_send',
    'not_subscribed',
    'no_supported_ids',
    'invalid_subscription_status',
    'suppressed',
    'send_disabled',
  ]
  expect(new Set(Object.values(REASONS).map((reason) => reason.outcome))).toEqual(new Set(outcomes))
  for (const { sentence } of Object.values(REASONS)) expect(sentence).toMatch(/^[A-Z].{20,}\.$/)
})

it('S14 an unparsable state is its own outcome', () => {
  const asked = { purpose: 'marketing', mode: 'opt-out', channel: 'sms', state: 'invalid', group: 'no-group' } as const
  expect(decide(asked).outcome).toBe('invalid_subscription_status')
})

it('the table has a cell for everything', () => {
  const count = PURPOSES.flatMap((p) => MODES.flatMap((m) => CHANNELS.flatMap((c) => STATES.map((s) => GATE[p][m][c][s]))))
  expect(count.filter((verdict) => verdict === undefined)).toEqual([])
})
