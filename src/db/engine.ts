import type { Database } from './database.ts'

/** Which column each table is spread by, in both modes of a cluster: `reference` tables are copied to every node. */
export type Spread = { readonly bySpace: 'space_id' | 'reference'; readonly byProfile: string }
const own = (byProfile: string): Spread => ({ bySpace: 'space_id', byProfile })
const reference: Spread = { bySpace: 'reference', byProfile: 'reference' }

/** The map of `distribution`: complete by type, so that a new table without a place does not compile. */
export const SPREAD: Readonly<Record<keyof Database, Spread>> = {
  space: reference,
  write_key: reference,
  api_token: reference,
  source: own('reference'),
  space_key: own('reference'),
  profile: own('id'),
  profile_identifier: own('value'),
  profile_merge: own('profile_id'),
  identifier_rule: own('reference'),
  profile_link: own('profile_id'),
  profile_change: own('profile_id'),
  event: own('profile_id'),
  event_seen: own('message_id'),
  event_interest: own('reference'),
  outbox: own('profile_id'),
  audience: own('reference'),
  audience_state: own('audience_id'),
  audience_evaluation: own('audience_id'),
  membership: own('profile_id'),
  membership_change: own('profile_id'),
  audience_interest: own('reference'),
  computed_trait: own('reference'),
  computed_trait_state: own('computed_trait_id'),
  computed_value: own('profile_id'),
  computed_change: own('profile_id'),
  computation_due: own('profile_id'),
  computation_wake: own('profile_id'),
  evaluation_clock: own('space_id'),
  subscription: own('address'),
  subscription_group: own('reference'),
  group_subscription: own('address'),
  subscription_change: own('address'),
  template: own('reference'),
  template_version: own('reference'),
  provider_account: own('reference'),
  provider_account_state: own('reference'),
  message: own('profile_id'),
  delivery_event: own('profile_id'),
  journey: own('reference'),
  journey_version: own('reference'),
  journey_run: own('profile_id'),
  journey_cohort: own('id'),
  journey_transition: own('profile_id'),
  journey_refusal: own('profile_id'),
}
