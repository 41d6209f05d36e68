import type { Finding } from './query-lint.ts'

const ACROSS = 'asks which spaces have work: one statement for all of them, by indexes that begin with the space'

const LOCKS =
  'waits for or skips rows that others hold, which one Postgres and a cluster by space do cheaper than asking again; by profile the state in its own outer WHERE is what keeps it right'

const TAKES =
  'who is due and for what is written or read together, on the one node of the space; by profile the batches are handed over as values between two statements'

const ONCE = 'a program that begins looks once at all definitions, small reference tables'

/** Which statement may break which rule, and why. */
export const EXCEPTIONS: Readonly<Record<string, { readonly rules: readonly Finding['rule'][]; readonly why: string }>> = {
  'outbox.spaces': { rules: ['R2'], why: ACROSS },
  'space.to_evaluate': { rules: ['R2'], why: ACROSS },
  'space.to_evaluate_fully': { rules: ['R2'], why: ACROSS },
  'computation.enabled_everywhere': {
    rules: ['R2'],
    why: 'the daily full evaluation lists definitions, a small reference table',
  },
  'message.accounts_with_work': { rules: ['R2'], why: ACROSS },
  'event_delivery.destinations_with_work': { rules: ['R2'], why: ACROSS },
  'event_delivery.claim': { rules: ['R5'], why: LOCKS },
  'import.waiting': { rules: ['R2'], why: ACROSS },
  'import.replaying': { rules: ['R2'], why: ACROSS },
  'connection.waiting': { rules: ['R2'], why: ACROSS },
  'connection_mark.connections': { rules: ['R2'], why: ACROSS },
  'connection_removal.due': { rules: ['R2'], why: ACROSS },
  'import.sending': { rules: ['R2'], why: ACROSS },
  'export.waiting': { rules: ['R2'], why: ACROSS },
  'export.over': { rules: ['R2'], why: ACROSS },
  'rekey.spaces_of_suppressed_identifier': { rules: ['R2'], why: ACROSS },
  'rekey.spaces_of_opt_out_tombstone': { rules: ['R2'], why: ACROSS },
  'rekey.spaces_of_regulation_subject': { rules: ['R2'], why: ACROSS },
  'provider_account.of_all': { rules: ['R2'], why: ONCE },
  'alert_setting.secrets': { rules: ['R2'], why: ONCE },
  'transformation.with_keys': { rules: ['R2'], why: ONCE },
  'regulation.due': { rules: ['R2'], why: ACROSS },
  'erase.lock': { rules: ['R5'], why: LOCKS },
  'audience_preview.lapsed': { rules: ['R2'], why: ACROSS },
  'audience_preview.over': { rules: ['R2'], why: ACROSS },
  'source_watch.now': { rules: ['R2'], why: ACROSS },
  'sql_trait_state.due': { rules: ['R2'], why: ACROSS },
  'alert_check.spaces': { rules: ['R2'], why: ACROSS },
  'violation_hour.spaces': { rules: ['R2'], why: ACROSS },
  'audience_evaluation.record': {
    rules: ['R4'],
    why: 'measures how long its own transaction took: only the database knows, and nothing is decided by it',
  },
  'audience_evaluation.record_found': {
    rules: ['R4'],
    why: 'measures how long its own transaction took: only the database knows, and nothing is decided by it',
  },
  'identity_refusal.forget': { rules: ['R5'], why: LOCKS },
  'profile.lock_living': { rules: ['R5'], why: LOCKS },
  'profile.lock': { rules: ['R5'], why: LOCKS },
  'subscription.lock': { rules: ['R5'], why: LOCKS },
  'message.claim': { rules: ['R5'], why: LOCKS },
  'audience.lock_count': { rules: ['R5'], why: LOCKS },
  'audience.lock_all': { rules: ['R5'], why: LOCKS },
  'profile_change.take': { rules: ['R5', 'R6'], why: TAKES },
  'computation_wake.take': { rules: ['R5', 'R6'], why: TAKES },
  'trait.lock*': { rules: ['R5'], why: LOCKS },
  'audience_evaluation.drift': { rules: ['R3'], why: TAKES },
}
