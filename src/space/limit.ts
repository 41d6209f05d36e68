/** One limit of an installation: what Segment's is (spec/audiences §24, §28), what ours is when nobody says otherwise (null: none), and what it bounds. */
type Limit = { readonly segment: number; readonly default: number | null; readonly unit: string; readonly says: string }

const rate = (segment: number, says: string): Limit => ({ segment, default: segment, unit: 'requests a minute and space', says })

/**
 * Every limit that an installation may set, with its default. Segment's plans sell the number of audiences and traits; on one's own machines
 * there is no reason for a number, so these begin as none.
 */
export const LIMITS = {
  audiences: { segment: 100, default: null, unit: 'a space', says: 'Audiences that are not deleted' },
  computed_traits: { segment: 50, default: null, unit: 'a space', says: 'Computed traits that are not deleted' },
  comparisons: { segment: 50, default: 50, unit: 'a definition', says: 'Comparisons in one condition, nested ones too' },
  property_keys: {
    segment: 10_000,
    default: 10_000,
    unit: 'an event',
    says: 'Different properties of one event, and different traits, that are offered; further ones are dropped with a notice',
  },
  look_back: { segment: 1_095, default: 1_095, unit: 'days', says: 'The longest look-back that may be asked for' },
  new_at_once: {
    segment: 5,
    default: 5,
    unit: 'a space',
    says: 'New real-time audiences and computed traits computed at once; the others wait',
  },
  edits_at_once: {
    segment: 5,
    default: 5,
    unit: 'a space',
    says: 'Edited real-time audiences and computed traits computed at once; the others wait',
  },
  batch_at_once: {
    segment: 10,
    default: 10,
    unit: 'a space',
    says: 'Batch audiences and computed traits computed at once; the others wait',
  },
  export_pause: { segment: 5, default: 5, unit: 'minutes', says: 'Between two exports of one audience or computed trait' },
  tracking: {
    segment: 1_000,
    default: null,
    unit: 'calls a second and space',
    says: 'Tracking API, by each process; beyond it senders are told to come again',
  },
  profile_api: { segment: 100, default: 100, unit: 'requests a second and space', says: 'Profile API' },
  audience_create: rate(50, 'Making and cloning audiences'),
  audience_list: rate(60, 'Listing audiences'),
  audience_read: rate(100, 'Reading an audience'),
  audience_update: rate(50, 'Changing an audience'),
  audience_delete: rate(50, 'Deleting an audience'),
  audience_preview: rate(5, 'Previewing who would be in an audience'),
  audience_preview_read: rate(300, 'Reading a preview'),
  previews_at_once: { segment: 5, default: 4, unit: 'a space', says: 'Previews computed at once; more are refused' },
  previews_a_month: { segment: 700, default: null, unit: 'a space in 30 days', says: 'Previews asked for, but not by the app' },
  audience_references: rate(25, 'Listing what refers to an audience'),
  trait_create: rate(10, 'Making and cloning computed traits'),
  trait_list: rate(25, 'Listing computed traits'),
  trait_read: rate(100, 'Reading a computed trait'),
  trait_update: rate(10, 'Changing a computed trait'),
  trait_delete: rate(20, 'Deleting a computed trait'),
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof LIMITS
/** The limits in force; null is none. */
export type Limits = Readonly<Record<LimitName, number | null>>

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[]

/** The limits in force with some of them said otherwise. */
export const limitsWith = (said: Partial<Limits>): Limits =>
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, said[name] === undefined ? LIMITS[name].default : said[name]])) as Limits

export const DEFAULT_LIMITS: Limits = limitsWith({})

const isLimit = (name: string): name is LimitName => name in LIMITS

/** Reads `audiences=100, audience_preview=none`. Answers the limits, or the first thing that is wrong, in words. */
export const readLimits = (text: string): Limits | string => {
  const said: { [Name in LimitName]?: number | null } = {}
  for (const part of text.split(/[,\s]+/).filter((each) => each !== '')) {
    const [name = '', value = ''] = part.split('=')
    if (!isLimit(name)) return `"${name}" is no limit; there are ${LIMIT_NAMES.join(', ')}`
    if (value !== 'none' && !/^\d{1,9}$/.test(value)) return `${name} is "${value}": write a whole number, or none`
    said[name] = value === 'none' ? null : Number(value)
  }
  return limitsWith(said)
}
