import { Invalid } from '../../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Destination, Field, Making, Outgoing } from '../destination.ts'
import { withUsual } from '../fields.ts'

/* Customer.io's Track API, version 1: https://docs.customer.io/integrations/api/track/ */

const HOSTS = { US: 'https://track.customer.io', EU: 'https://track-eu.customer.io' } as const

const textOf = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const hostOf = ({ region, baseUrl }: Making['settings']): string => {
  if (typeof baseUrl === 'string' && baseUrl !== '') return baseUrl.replace(/\/+$/, '')
  return region === 'EU' ? HOSTS.EU : HOSTS.US
}

const ask = (settings: Making['settings'], method: Outgoing['method'], path: string, body: JsonObject): Outgoing => ({
  method,
  url: `${hostOf(settings)}/api/v1${path}`,
  headers: {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`${settings['siteId']}:${settings['apiKey']}`).toString('base64')}`,
  },
  body: JSON.stringify(body),
})

// It takes whole seconds, and calls carry ISO times.
const secondsOf = (value: Json | undefined): JsonObject => {
  const at = typeof value === 'number' ? value * 1_000 : Date.parse(textOf(value))
  return Number.isNaN(at) ? {} : { timestamp: Math.floor(at / 1_000) }
}

const isDate = (value: Json): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)
const withSeconds = (attributes: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      isDate(value) && !Number.isNaN(Date.parse(value)) ? Math.floor(Date.parse(value) / 1_000) : value,
    ]),
  )

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const identify = ({ settings, fields }: Making): Outgoing => {
  const { id, anonymous_id: anonymous, created_at: created } = fields
  const who = textOf(id)
  if (who === '') throw new Invalid('customer_io', [{ field: 'id', message: 'is empty', remedy: 'map it to who the person is' }])
  const traits = objectOf(fields['custom_attributes'])
  const attributes = fields['convert_timestamp'] === false ? traits : withSeconds(traits)
  const since = secondsOf(created)['timestamp']
  return ask(settings, 'PUT', `/customers/${encodeURIComponent(who)}`, {
    ...attributes,
    ...(since === undefined ? {} : { created_at: since }),
    ...(textOf(anonymous) === '' ? {} : { anonymous_id: textOf(anonymous) }),
    ...(textOf(fields['email']) === '' ? {} : { email: textOf(fields['email']) }),
  })
}

// A person without an id has only an anonymous one: her events wait there until somebody says who she is.
const tell =
  (type: 'event' | 'page' | 'screen') =>
  ({ settings, fields }: Making): Outgoing => {
    const [who, anonymous] = [textOf(fields['id']), textOf(fields['anonymous_id'])]
    if (who === '' && anonymous === '')
      throw new Invalid('customer_io', [
        { field: 'id', message: 'is empty', remedy: 'map it, or anonymous_id, to who the person is' },
      ])
    const said = {
      name: textOf(fields['name']),
      type,
      data: objectOf(fields['data']),
      ...secondsOf(fields['timestamp']),
    }
    return who === ''
      ? ask(settings, 'POST', '/events', { ...said, anonymous_id: anonymous })
      : ask(settings, 'POST', `/customers/${encodeURIComponent(who)}/events`, said)
  }

const PERSON = {
  id: {
    label: 'Person ID',
    description: 'Who it is, as Customer.io knows them',
    type: 'string',
    default: { '@path': '$.userId' },
  },
  anonymous_id: {
    label: 'Anonymous ID',
    description: 'Who it is before anybody said so',
    type: 'string',
    default: { '@path': '$.anonymousId' },
  },
} as const satisfies Readonly<Record<string, Field>>

const telling = (name: JsonObject, label: string): Readonly<Record<string, Field>> => ({
  ...PERSON,
  name: { label, description: 'What happened, or where', type: 'string', required: true, default: name },
  timestamp: { label: 'Timestamp', description: 'When it happened', type: 'datetime', default: { '@path': '$.timestamp' } },
  data: { label: 'Attributes', description: 'What is known of it', type: 'object', default: { '@path': '$.properties' } },
})

const identifyFields: Readonly<Record<string, Field>> = {
  ...PERSON,
  email: { label: 'Email', description: 'Their address', type: 'string', default: { '@path': '$.traits.email' } },
  created_at: {
    label: 'Created At',
    description: 'Since when they are a customer',
    type: 'datetime',
    default: { '@path': '$.traits.created_at' },
  },
  custom_attributes: {
    label: 'Attributes',
    description: 'What is known of them',
    type: 'object',
    default: { '@path': '$.traits' },
  },
  convert_timestamp: {
    label: 'Convert dates',
    description: 'Whether dates among the attributes are sent as seconds, which is what Customer.io compares',
    type: 'boolean',
    default: true,
  },
}
const trackFields = telling({ '@path': '$.event' }, 'Event name')
const pageFields = telling({ '@coalesce': [{ '@path': '$.properties.url' }, { '@path': '$.name' }] }, 'Page')
const screenFields = telling({ '@path': '$.name' }, 'Screen')

const ACTIONS: Destination['actions'] = {
  createUpdatePerson: {
    slug: 'createUpdatePerson',
    name: 'Create or Update Person',
    description: 'Makes a person, or changes what is known of one',
    defaultTrigger: 'type = "identify"',
    fields: identifyFields,
    request: identify,
  },
  trackEvent: {
    slug: 'trackEvent',
    name: 'Track Event',
    description: 'Tells of an event',
    defaultTrigger: 'type = "track"',
    fields: trackFields,
    request: tell('event'),
  },
  trackPageView: {
    slug: 'trackPageView',
    name: 'Track Page View',
    description: 'Tells of a page that was looked at',
    defaultTrigger: 'type = "page"',
    fields: pageFields,
    request: tell('page'),
  },
  trackScreenView: {
    slug: 'trackScreenView',
    name: 'Track Screen View',
    description: 'Tells of a screen that was looked at',
    defaultTrigger: 'type = "screen"',
    fields: screenFields,
    request: tell('screen'),
  },
}

/** Customer.io: people and their events, by its Track API. */
export const customerIo: Destination = {
  slug: 'actions-customerio',
  name: 'Customer.io (Actions)',
  description: 'Tells Customer.io of people and what they do.',
  kind: 'event',
  website: 'https://customer.io',
  supported: ['track', 'identify', 'page', 'screen'],
  ratePerSecond: 30,
  settings: {
    siteId: { label: 'Site ID', description: 'From Settings → API Credentials', type: 'string', required: true },
    apiKey: {
      label: 'API Key',
      description: 'The Track API key beside the site id',
      type: 'password',
      required: true,
      sensitive: true,
    },
    region: {
      label: 'Region',
      description: 'Where the account is',
      type: 'string',
      choices: [
        { label: 'US', value: 'US' },
        { label: 'EU', value: 'EU' },
      ],
      default: 'US',
    },
    baseUrl: { label: 'Base URL', description: 'Another address than the region’s own: of a proxy, for instance', type: 'url' },
  },
  actions: ACTIONS,
  presets: Object.values(ACTIONS).map((action) => ({
    action: action.slug,
    name: action.name,
    trigger: action.defaultTrigger,
    fields: withUsual(action, {}),
  })),
}
