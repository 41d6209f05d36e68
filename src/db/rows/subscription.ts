import type { JsonObject } from '../../base/json.ts'

export type SubscriptionStatus = 'subscribed' | 'unsubscribed' | 'did-not-subscribe'
export type SubscriptionChannel = 'email' | 'sms' | 'whatsapp' | 'ios_push' | 'android_push'
export type SubscriptionRow = {
  space_id: string
  channel: SubscriptionChannel
  address: string
  status: SubscriptionStatus
  locked: boolean
  origin: string
  updated_at: Date
}
export type SubscriptionGroupRow = { space_id: string; id: string; name: string; description: string; created_at: Date }
export type GroupSubscriptionRow = {
  space_id: string
  address: string
  group_id: string
  status: SubscriptionStatus
  updated_at: Date
}
export type SubscriptionChangeRow = {
  space_id: string
  address: string
  id: string
  channel: SubscriptionChannel
  group_id: string | null
  status: SubscriptionStatus
  previous: SubscriptionStatus | null
  origin: string
  changed_at: Date
}

export type SuppressionReason = 'bounced' | 'complained' | 'invalid'
export type SuppressionRow = {
  space_id: string
  channel: SubscriptionChannel
  address: string
  reason: SuppressionReason
  profile_id: string
  message_id: string
  detail: JsonObject
  suppressed_at: Date
}

export type SubscriptionTables = {
  subscription: SubscriptionRow
  subscription_group: SubscriptionGroupRow
  group_subscription: GroupSubscriptionRow
  subscription_change: SubscriptionChangeRow
  suppression: SuppressionRow
}
