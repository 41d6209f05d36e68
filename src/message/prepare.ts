import type { JsonObject } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { type Choice, type ChoiceRequest, chooseAddresses } from '../subscription/asking.ts'
import { preferencesLink, unsubscribeLink } from '../subscription/link.ts'
import type { Compiled } from '../template/compile.ts'
import { renderMessage } from '../template/render.ts'
import { loadTemplateVersion } from '../template/template.ts'
import type { Account } from './account.ts'
import { CHANNELS } from './channels/index.ts'
import type { Taken } from './claim.ts'
import type { DeliveryContext } from './drain.ts'
import { type Person, peopleOf } from './person.ts'
import type { Content, Envelope } from './provider.ts'

/** A message that may be sent now, rendered. */
export type Ready = {
  readonly kind: 'ready'
  readonly taken: Taken
  readonly content: Content
  readonly envelope: Envelope
  readonly subscriptionChannel: SubscriptionChannel
}
/** A message with what is to be done about it: sent, not sent because the person does not want it, or never because it is wrong. */
export type Prepared = Ready | { readonly kind: 'skip' | 'fail'; readonly taken: Taken; readonly reason: string }

const NOBODY: Person = { id: '', traits: {}, identifiers: {} }

// A row for one device or one test has its address; all others go where the gate says, by what the profile has now.
const choiceRequest = (taken: Taken, person: Person): ChoiceRequest => ({
  channel: taken.channel,
  purpose: taken.purpose,
  groupId: taken.group_id,
  identifiers:
    taken.address !== null && taken.address_type !== null ? { [taken.address_type]: [taken.address] } : person.identifiers,
})

const ADDRESS_TYPES: Readonly<Record<SubscriptionChannel, string>> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  ios_push: 'ios.push_token',
  android_push: 'android.push_token',
}

type Links = { readonly unsubscribe_url: string; readonly preferences_url: string }
type Address = { readonly channel: SubscriptionChannel; readonly address: string }

const linksOf = ({ secret, publicUrl }: DeliveryContext, taken: Taken, { channel, address }: Address): Links => {
  const target = {
    spaceId: taken.space_id,
    channel,
    address,
    messageId: taken.id,
    profileId: taken.profile_id,
    ...(taken.group_id === null ? {} : { groupId: taken.group_id }),
  }
  return {
    unsubscribe_url: unsubscribeLink(secret, publicUrl, target),
    preferences_url: preferencesLink(secret, publicUrl, target),
  }
}

/** What a template is filled in with (spec/messaging §5.2). */
export const variablesOf = (person: Person, variables: JsonObject, links: Links, messageId: string): JsonObject => ({
  ...variables,
  profile: {
    id: person.id,
    traits: person.traits,
    identifiers: person.identifiers,
    email: person.identifiers['email']?.[0] ?? '',
    phone: person.identifiers['phone']?.[0] ?? '',
    user_id: person.identifiers['user_id']?.[0] ?? '',
  },
  message: { id: messageId },
  ...links,
})

const envelopeOf = (context: DeliveryContext, account: Account, taken: Taken, { channel, address }: Address): Envelope => ({
  spaceId: taken.space_id,
  accountId: account.id,
  messageId: taken.id,
  profileId: taken.profile_id,
  journeyId: taken.journey_id,
  purpose: taken.purpose,
  address,
  addressType: ADDRESS_TYPES[channel],
  statusUrl: `${context.publicUrl}/webhooks/twilio/${taken.space_id}/${account.id}/status?message=${taken.id}&profile=${taken.profile_id}`,
  now: context.now(),
})

const prepareOne = (
  context: DeliveryContext,
  account: Account,
  taken: Taken,
  person: Person,
  choice: Choice,
  compiled: Compiled | Error,
): Prepared => {
  const [address] = choice.chosen
  if (!choice.send || !address) return { kind: 'skip', taken, reason: choice.reason }
  if (compiled instanceof Error) return { kind: 'fail', taken, reason: `no_template: ${compiled.message}` }
  const links = linksOf(context, taken, address)
  try {
    const rendered = renderMessage(compiled, variablesOf(person, taken.variables, links, taken.id))
    const around = {
      settings: account.settings,
      purpose: taken.purpose,
      address: address.address,
      unsubscribeUrl: links.unsubscribe_url,
    }
    const content = CHANNELS[taken.channel](rendered, around)
    const envelope = envelopeOf(context, account, taken, address)
    return { kind: 'ready', taken, content, envelope, subscriptionChannel: address.channel }
  } catch (error) {
    const id = error instanceof Error && 'id' in error ? String(error.id) : 'template_failed'
    return { kind: 'fail', taken, reason: `${id}: ${error instanceof Error ? error.message : error}` }
  }
}

const versionKey = ({ template_id, template_version }: Taken): string => `${template_id} ${template_version}`

const templatesOf = async (
  context: DeliveryContext,
  messages: readonly Taken[],
): Promise<ReadonlyMap<string, Compiled | Error>> => {
  const wanted = new Map(messages.map((taken) => [versionKey(taken), taken]))
  const found = [...wanted].map(async ([key, { space_id, template_id, template_version }]) => {
    const version = await loadTemplateVersion(context.db, space_id, template_id, template_version).catch((error: Error) => error)
    if (version instanceof Error && version.name !== 'Refused') throw version
    return [key, version instanceof Error ? version : version.compiled] as const
  })
  return new Map(await Promise.all(found))
}

/**
 * What is to be done about each message of a claim: who it is for, whether the gate lets it through at this moment, and what it says.
 * A fixed number of statements however many messages; template versions are read once.
 */
export const prepare = async (
  context: DeliveryContext,
  account: Account,
  claim: string,
  messages: readonly Taken[],
): Promise<readonly Prepared[]> => {
  const people = await peopleOf(context.db, account.space_id, claim)
  const templates = await templatesOf(context, messages)
  const persons = messages.map((taken) => people.get(taken.profile_id) ?? NOBODY)
  const choices = await chooseAddresses(
    context.db,
    account.space_id,
    messages.map((taken, i) => choiceRequest(taken, persons[i] ?? NOBODY)),
  )
  return messages.map((taken, i) =>
    prepareOne(
      context,
      account,
      taken,
      persons[i] ?? NOBODY,
      must(choices[i], 'a choice for each message'),
      must(templates.get(versionKey(taken)), 'a template for each message'),
    ),
  )
}
