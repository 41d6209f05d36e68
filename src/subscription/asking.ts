import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Channel, Purpose } from '../db/rows/message.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { normaliseAddress } from './address.ts'
import { type Decision, decide, decisionOf, type GateQuestion, type GroupState, type Mode } from './gate.ts'
import { groupKey, readGroupStates, readStates, vectorKey } from './state.ts'
import { readSuppressions } from './suppression.ts'
import { keptOf, readKept } from './tombstone.ts'

export type GateRequest = {
  readonly channel: SubscriptionChannel
  /** As the profile has it; it is asked for in its one spelling. */
  readonly address: string
  readonly purpose: Purpose
  readonly groupId: string | null
}
export type GateAnswer = Decision & { readonly channel: SubscriptionChannel; readonly address: string }

/** How a space asks for consent: its setting `subscriptionMode`, `opt-in` unless it says `opt-out`. */
export const modeOf = async (db: Db, spaceId: string): Promise<Mode> => {
  const [space] = await run(
    db,
    query(
      'subscription.mode',
      sql<{ mode: string | null }>`select settings ->> 'subscriptionMode' as mode from space where id = ${spaceId}`,
    ),
  )
  return space?.mode === 'opt-out' ? 'opt-out' : 'opt-in'
}

const inOneSpelling = (request: GateRequest): GateRequest & { readonly usable: boolean } => {
  const address = normaliseAddress(request.channel, request.address)
  return { ...request, address: address ?? request.address, usable: address !== undefined }
}

/**
 * Decides for each (channel, address, purpose, group) whether a message may go there now, in the order asked. Six statements however
 * many are asked: the space's mode, the addresses' states, which are suppressed, what is kept of those that were erased, and for e-mail with a group the groups' states. An address that is none has
 * `no_supported_ids`, for test sends too.
 */
export const gateAddresses = async (
  db: Db,
  spaceId: string,
  requests: readonly GateRequest[],
): Promise<readonly GateAnswer[]> => {
  if (requests.length === 0) return []
  const asked = requests.map(inOneSpelling)
  const mode = await modeOf(db, spaceId)
  const states = await readStates(db, spaceId, asked)
  const suppressed = await readSuppressions(db, spaceId, asked)
  const erased = await readKept(db, spaceId, asked)
  const pairs = asked.flatMap(({ channel, address, groupId }) => (channel === 'email' && groupId ? [{ address, groupId }] : []))
  const groupStates = await readGroupStates(db, spaceId, pairs)
  return asked.map(({ channel, address, purpose, groupId, usable }) => {
    if (!usable) return { channel, address, ...decisionOf('no_supported_ids') }
    const key = vectorKey({ channel, address })
    const kept = keptOf(erased, { channel, address })
    const group: GroupState = !groupId
      ? 'no-group'
      : kept.leftGroups.has(groupId)
        ? 'unsubscribed'
        : (groupStates.get(groupKey(address, groupId))?.status ?? 'none')
    const state = suppressed.has(key) ? 'suppressed' : (kept.state ?? states.get(key)?.status ?? 'none')
    return { channel, address, ...decide({ purpose, mode, channel, state, group } satisfies GateQuestion) }
  })
}

export type ChoiceRequest = {
  readonly channel: Channel
  readonly purpose: Purpose
  readonly groupId: string | null
  /** Identifier type → values, newest first, as on the profile. */
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}
/** Where a message goes, why not anywhere, and what was thought of each address of the person. */
export type Choice = Decision & { readonly chosen: readonly GateAnswer[]; readonly considered: readonly GateAnswer[] }

type Candidates = { readonly types: Readonly<Record<string, SubscriptionChannel>>; readonly all: boolean }
// Push goes to every device that may get it, all else to one address (spec/messaging §1.5).
const CANDIDATES: Readonly<Record<Channel, Candidates>> = {
  email: { types: { email: 'email' }, all: false },
  sms: { types: { phone: 'sms' }, all: false },
  whatsapp: { types: { phone: 'whatsapp' }, all: false },
  push: { types: { 'ios.push_token': 'ios_push', 'android.push_token': 'android_push' }, all: true },
}

const candidatesOf = ({ channel, purpose, groupId, identifiers }: ChoiceRequest): readonly GateRequest[] =>
  Object.entries(CANDIDATES[channel].types).flatMap(([type, on]) =>
    (identifiers[type] ?? []).filter((address) => address !== '').map((address) => ({ channel: on, address, purpose, groupId })),
  )

// An unreadable state is reported only when no address may get the message; a real state says more than an address that is none.
const reasonOf = (considered: readonly GateAnswer[]): Decision =>
  considered.find((a) => a.outcome === 'invalid_subscription_status') ??
  considered.find((a) => a.outcome === 'suppressed') ??
  considered.find((a) => a.outcome === 'not_subscribed') ??
  decisionOf('no_supported_ids')

const chooseOne = (request: ChoiceRequest, considered: readonly GateAnswer[]): Choice => {
  const passing = considered.filter((answer) => answer.send)
  const chosen = CANDIDATES[request.channel].all ? passing : passing.slice(0, 1)
  const { send, outcome, reason, sentence, bypass } = chosen[0] ?? reasonOf(considered)
  return { send, outcome, reason, sentence, bypass, chosen, considered }
}

/**
 * Chooses for each message the address or addresses it goes to: e-mail, SMS and WhatsApp to the first that passes the gate, the most
 * recently added first, push to all devices that pass (spec/messaging §1.5). In the order asked, in the statements of `gateAddresses`.
 */
export const chooseAddresses = async (
  db: Db,
  spaceId: string,
  requests: readonly ChoiceRequest[],
): Promise<readonly Choice[]> => {
  const candidates = requests.map(candidatesOf)
  const answers = await gateAddresses(db, spaceId, candidates.flat())
  let from = 0
  return requests.map((request, i) => {
    const count = candidates[i]?.length ?? 0
    from += count
    return chooseOne(request, answers.slice(from - count, from))
  })
}
