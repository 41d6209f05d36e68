import { isObject, type JsonObject } from '../../base/json.ts'
import type { Destination, Outgoing, Settings } from '../destination.ts'
import { signaturesOf } from './webhook.ts'

/* Segment's "Webhook Audiences" (spec/messaging §8.11): lists that somebody keeps behind two addresses of their own. */

const post = (settings: Settings, url: string | boolean | undefined, said: unknown, now: Date): Outgoing => {
  const body = JSON.stringify(said)
  const { sharedSecret: secret } = settings
  return {
    method: 'POST',
    url: String(url),
    headers: {
      'content-type': 'application/json',
      ...(typeof secret === 'string' && secret !== '' ? signaturesOf(secret, body, now) : {}),
    },
    body,
  }
}

const objectIn = (text: string): JsonObject => {
  try {
    const value = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** Lists of people behind addresses of one's own. */
export const webhookAudiences: Destination = {
  slug: 'actions-webhook-audiences',
  name: 'Webhook Audiences',
  description: 'Keeps a list of the members of each audience at an address of yours.',
  kind: 'list',
  website: 'https://segment.com/docs/connections/destinations/catalog/',
  supported: [],
  ratePerSecond: 200,
  settings: {
    createAudienceUrl: {
      label: 'Create Audience URL',
      description: 'Is told {"audienceName": …} once for each audience, and answers {"externalId": …}',
      type: 'url',
      required: true,
    },
    membersUrl: {
      label: 'Members URL',
      description: 'Gets who entered and who exited: a list of at most 1,000 items, each with the externalId',
      type: 'url',
      required: true,
    },
    sharedSecret: {
      label: 'Shared Secret',
      description: 'Each request is signed with it, so that you know whom it is from: X-Signature and usher-signature',
      type: 'password',
      sensitive: true,
    },
  },
  actions: {},
  presets: [],
  list: {
    batch: 1_000,
    reserved: ['externalId', 'audienceName'],
    create: ({ settings, name, extras, now }) =>
      post(settings, settings['createAudienceUrl'], { ...extras, audienceName: name }, now),
    createdIn: (body) => {
      const { externalId } = objectIn(body)
      return typeof externalId === 'string' || typeof externalId === 'number' ? String(externalId) : undefined
    },
    change: ({ settings, name, extras, listId, calls, now }) => {
      const items = calls.map((call) => ({ ...extras, ...call, externalId: listId, audienceName: name }))
      return post(settings, settings['membersUrl'], items, now)
    },
  },
}
