import { amongPeople, and, COUNTRIES, did, events, type Family, people, pick, trait } from './family.ts'

/** Of some countries, and opened a mail lately. */
export const reader: Family = {
  name: 'reader',
  condition: (i) =>
    and(
      trait('country', { operator: 'one_of', values: [pick(COUNTRIES, i), pick(COUNTRIES, i + 1)] }),
      did({ name: 'Email Opened', within: `${14 + i} days` }, 1),
    ),
  byHand: (i, { now }) => {
    const from = `p.traits ->> 'country' in ('${pick(COUNTRIES, i)}', '${pick(COUNTRIES, i + 1)}')`
    const opened = events('Email Opened', now, 14 + i)
    return [
      ['exists', people(`${from} and exists (select from event e where ${opened} and e.profile_id = p.id)`)],
      ...amongPeople(`select distinct e.profile_id from event e where ${opened}`, `and ${from}`),
    ]
  },
}
