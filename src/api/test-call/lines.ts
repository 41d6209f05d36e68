import type { Json } from '../../base/json.ts'
import type { Effects } from './shapes.ts'

/** One effect in words. `key` is the same for what would happen and for what did. */
export type Line = {
  readonly key: string
  readonly section: Section
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
  readonly text: string
  readonly detail?: string
  readonly link?: string
}
export const SECTIONS = {
  person: 'Who it is about',
  traits: 'Traits',
  computed: 'Computed traits',
  audiences: 'Audiences',
  journeys: 'Journeys',
  subscriptions: 'Subscriptions',
} as const
export type Section = keyof typeof SECTIONS

const LONGEST = 120
const shown = (value: Json): string => {
  if (value === null) return 'nothing'
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

const collectionOf = (collection: string): string => (collection === 'accounts' ? 'account' : 'profile')

type Person = NonNullable<Effects['person']>

const personLine = (of: Person): Line => {
  const what = collectionOf(of.collection)
  return {
    key: `${what}`,
    section: 'person',
    tone: of.isNew ? 'good' : 'plain',
    text: of.isNew ? `Makes a new ${what}${of.name ? `: ${of.name}` : ''}` : `Is about the ${what} ${of.name ?? of.profileId}`,
    ...(of.isNew ? {} : { link: of.collection === 'accounts' ? `/accounts/${of.profileId}` : `/people/${of.profileId}` }),
  }
}

const identityLines = (effects: Effects): readonly Line[] => [
  ...(effects.person ? [personLine(effects.person)] : []),
  ...(effects.account ? [personLine(effects.account)] : []),
  ...(effects.account?.isLinked
    ? [{ key: 'linked', section: 'person', tone: 'good', text: 'Links the person with the account' } as const]
    : []),
  ...effects.identifiers.map(
    ({ collection, type, value }): Line => ({
      key: `identifier ${collection} ${type} ${value}`,
      section: 'person',
      tone: 'good',
      text: `Attaches ${type} ${value}`,
    }),
  ),
  ...effects.merges.map(
    ({ profileId, name }): Line => ({
      key: `merge ${profileId}`,
      section: 'person',
      tone: 'warn',
      text: `Merges ${name ?? `the profile ${profileId}`} into this one`,
    }),
  ),
  ...effects.refused.map(
    ({ code, type, value, reason }): Line => ({
      key: `refused ${type} ${value}`,
      section: 'person',
      tone: 'bad',
      text: `Refuses ${type} ${value}`,
      detail: `${reason} (${code})`,
    }),
  ),
]

const ofAccount = (collection: string): string => (collection === 'accounts' ? ' of the account' : '')

const valueLines = ({ traits, computedTraits }: Effects): readonly Line[] => [
  ...traits.map(
    ({ collection, key, before, after }): Line => ({
      key: `trait ${collection} ${key}`,
      section: 'traits',
      tone: 'plain',
      text: `${key}${ofAccount(collection)}: ${shown(before)} → ${shown(after)}`,
    }),
  ),
  ...computedTraits.map(
    ({ id, name, before, after }): Line => ({
      key: `computed ${id}`,
      section: 'computed',
      tone: 'plain',
      text: `${name}: ${shown(before)} → ${shown(after)}`,
      link: `/computed-traits/${id}`,
    }),
  ),
]

const AUDIENCE_WORDS = {
  users: { entered: 'Enters', exited: 'Exits' },
  accounts: { entered: 'The account enters', exited: 'The account exits' },
} as const

const JOURNEY_WORDS = {
  started: 'Starts',
  moved: 'Goes on in',
  left: 'Leaves',
  completed: 'Completes',
  refused: 'Is not let into',
} as const

const journeyLine = ({ id, name, change, step, because }: Effects['journeys'][number]): Line => {
  const details = [step && change !== 'left' ? `then: ${step}` : undefined, because ? `because: ${because}` : undefined]
  const detail = details.filter((each) => each !== undefined).join('; ')
  return {
    key: `journey ${id} ${change}`,
    section: 'journeys',
    tone: change === 'refused' ? 'bad' : change === 'left' ? 'warn' : 'good',
    text: `${JOURNEY_WORDS[change]} ${name}`,
    link: `/journeys/${id}`,
    ...(detail ? { detail } : {}),
  }
}

/** Every effect of a call in words, in the order in which they come about. */
export const linesOf = (effects: Effects): readonly Line[] => [
  ...identityLines(effects),
  ...valueLines(effects),
  ...effects.audiences.map(
    ({ id, name, collection, change }): Line => ({
      key: `audience ${id} ${change}`,
      section: 'audiences',
      tone: change === 'entered' ? 'good' : 'warn',
      text: `${AUDIENCE_WORDS[collection][change]} ${name}`,
      link: `/audiences/${id}`,
    }),
  ),
  ...effects.journeys.map(journeyLine),
  ...effects.subscriptions.map(
    ({ channel, address, group, before, after }): Line => ({
      key: `subscription ${channel} ${address} ${group ?? ''}`,
      section: 'subscriptions',
      tone: after === 'subscribed' ? 'good' : 'warn',
      text: `${address} on ${channel}${group ? ` (${group})` : ''}: ${before ?? 'nothing'} → ${after}`,
    }),
  ),
]
