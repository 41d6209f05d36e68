import type { JsonObject } from '../../base/json.ts'

export type Channel = 'email' | 'sms' | 'whatsapp' | 'push'
export type ProviderKind = 'smtp' | 'sendgrid' | 'twilio' | 'fcm'
export type Purpose = 'marketing' | 'transactional' | 'test'
export type MessageStatus = 'queued' | 'sending' | 'sent' | 'skipped' | 'failed' | 'uncertain'
export type TemplateRow = {
  space_id: string
  id: string
  key: string
  name: string
  channel: Channel
  version: number
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
}
export type TemplateVersionRow = {
  space_id: string
  template_id: string
  version: number
  source: JsonObject
  compiled: JsonObject
  created_at: Date
}
export type ProviderAccountRow = {
  space_id: string
  id: string
  channel: Channel
  kind: ProviderKind
  name: string
  settings: JsonObject
  rate_per_second: number
  policy: 'at-most-once' | 'at-least-once'
  enabled: boolean
  created_at: Date
  updated_at: Date
}
export type ProviderAccountStateRow = {
  space_id: string
  account_id: string
  status: 'working' | 'stopped'
  reason: string | null
  retry_at: Date | null
  updated_at: Date
}
export type MessageRow = {
  space_id: string
  profile_id: string
  id: string
  key: string
  channel: Channel
  provider_account_id: string | null
  template_id: string
  template_version: number
  purpose: Purpose
  group_id: string | null
  address: string | null
  address_type: string | null
  variables: JsonObject
  journey_id: string | null
  run_id: string | null
  step: string | null
  status: MessageStatus
  reason: string | null
  attempts: number
  due_at: Date
  claim: string | null
  claimed_at: Date | null
  provider_message_id: string | null
  created_at: Date
  sent_at: Date | null
}
export type DeliveryEventRow = {
  space_id: string
  profile_id: string
  id: string
  message_id: string
  kind: string
  happened_at: Date
  detail: JsonObject
}

export type MessageTables = {
  template: TemplateRow
  template_version: TemplateVersionRow
  provider_account: ProviderAccountRow
  provider_account_state: ProviderAccountStateRow
  message: MessageRow
  delivery_event: DeliveryEventRow
}
