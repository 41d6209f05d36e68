/** Why a call, or one item of a batch, was not stored: Segment's discard codes (spec/audiences §2.5, §4), and ours where it has none. */
export type Problem = {
  readonly code: string
  readonly field: string
  readonly message: string
  readonly remedy: string
  /** What it is counted by, where that is not the field: a rule, an event name, a type of identifier. */
  readonly subject?: string
}

const PROBLEMS = {
  missing_type: ['type', 'is missing', 'write identify, track, page, screen, group or alias'],
  invalid_type: ['type', 'is none of the six calls', 'write identify, track, page, screen, group or alias'],
  no_user_anon_id: ['userId', 'and anonymousId are both missing', 'send at least one of them'],
  id_not_string: ['userId', 'is not a text with something in it', 'send ids as texts of 1 to 500 characters'],
  id_required: ['groupId', 'is missing', 'send the id that this call is about'],
  group_id_too_long: ['groupId', 'has more than 500 characters', 'shorten it'],
  id_too_long: ['userId', 'has more than 500 characters', 'shorten it'],
  message_id_too_long: ['messageId', 'has more than 100 characters', 'shorten it, or leave it out and one is made'],
  event_not_defined: ['event', 'is missing', 'name what happened, for example "Order Completed"'],
  event_not_string: ['event', 'is not a text', 'send the name as a text'],
  event_too_long: ['event', 'has more than 500 characters', 'send what varies as a property, not in the name'],
  name_not_string: ['name', 'is not a text', 'send the name as a text'],
  category_not_string: ['category', 'is not a text', 'send the category as a text'],
  properties_not_object: ['properties', 'is not an object', 'send {"key": value}'],
  traits_not_object: ['traits', 'is not an object', 'send {"key": value}'],
  too_many_properties: ['properties', 'has more than 300 keys', 'send fewer'],
  too_many_traits: ['traits', 'has too many keys', 'send fewer than 300 in one call'],
  timestamp_before_1970: ['timestamp', 'lies before 1970', 'check the clock and the format (ISO 8601)'],
  timestamp_unreadable: ['timestamp', 'is no time of ISO 8601', 'write it like 2026-03-10T12:00:00Z, or leave it out for now'],
  item_too_large: ['', 'is larger than 32 KB', 'send less in one call'],
  too_deep: ['', 'is nested deeper than 64 levels', 'flatten it'],
  no_matching_identifiers: [
    'userId',
    'is blocked, and the call has no other identifier',
    'send an id that stands for one person',
  ],
  consent_categorypreferences_should_exist: ['context.consent.categoryPreferences', 'is missing', 'send {"category": true}'],
  consent_categorypreferences_fields_should_be_object: [
    'context.consent.categoryPreferences',
    'is not an object',
    'send {"category": true}',
  ],
  consent_categorypreferences_fields_should_be_bool: [
    'context.consent.categoryPreferences',
    'has a value that is not true or false',
    'send {"category": true}',
  ],
  consent_version_should_be_number: ['context.consent.version', 'is not a number', 'send a number, or leave it out'],
  device_advertisingid_should_be_string: ['context.device.advertisingId', 'is not a text', 'send it as a text'],
  user_suppressed: ['userId', 'is suppressed', 'nothing is taken of this person until the suppression is lifted'],
  bad_request: ['', 'cannot be stored', 'check its values'],
} as const satisfies Readonly<Record<string, readonly [string, string, string]>>

export type Code = keyof typeof PROBLEMS

/** The problem of a code; `field` where it is another than usual. */
export const problem = (code: Code, field?: string): Problem => {
  const [usual, message, remedy] = PROBLEMS[code]
  return { code, field: field ?? usual, message, remedy }
}

/** A problem in words. */
export const sentenceOf = ({ field, message, remedy }: Problem): string => {
  const what = field === '' ? message : `${field} ${message}`
  return remedy === '' ? what : `${what}: ${remedy}`
}
