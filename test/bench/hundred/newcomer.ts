import { ago, and, did, events, type Family, is, or, PEOPLE, PLANS, people, pick, trait } from './family.ts'

/** Signed up lately, and opened the app or pays. */
export const newcomer: Family = {
  name: 'newcomer',
  condition: (i) =>
    and(
      trait('signed_up_at', { operator: 'within_last', duration: `${367 + 2 * i} days` }),
      or(did({ name: 'App Opened', within: '30 days' }, 1), is('plan', pick(PLANS, i))),
    ),
  byHand: (i, { now }) => {
    const since = `(p.traits ->> 'signed_up_at')::timestamptz between ${ago(now, 367 + 2 * i)} and ${ago(now, 0)}`
    const plan = `p.traits ->> 'plan' = '${pick(PLANS, i)}'`
    const opened = events('App Opened', now, 30)
    return [
      ['exists or', people(`${since} and (${plan} or exists (select from event e where ${opened} and e.profile_id = p.id))`)],
      [
        'joined or',
        `select p.id as profile_id from profile p left join (select distinct e.profile_id from event e where ${opened}) o on o.profile_id = p.id
          where ${PEOPLE} and ${since} and (${plan} or o.profile_id is not null)`,
      ],
    ]
  },
}
