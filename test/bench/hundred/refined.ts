import { and, type Family, is, not, of, or, PEOPLE, people } from './family.ts'

/** Made of other audiences. */
export const refined: Family = {
  name: 'refined',
  condition: (i) => and(of(`active_${i}`), not(of(`lapsing_${i}`)), or(of(`reader_${i}`), not(is('plan', 'free')))),
  byHand: (i) => {
    const member = (key: string): string =>
      `exists (select from membership m where m.space_id = $1 and m.audience_id = 'aud_${key}_${i}' and m.profile_id = p.id)`
    const set = (key: string): string =>
      `membership ${key} on ${key}.space_id = $1 and ${key}.audience_id = 'aud_${key}_${i}' and ${key}.profile_id = p.id`
    const pays = `coalesce(p.traits ->> 'plan', '') <> 'free'`
    return [
      ['exists', people(`${member('active')} and not ${member('lapsing')} and (${member('reader')} or ${pays})`)],
      [
        'joined',
        `select p.id as profile_id from profile p join ${set('active')} left join ${set('lapsing')} left join ${set('reader')}
          where ${PEOPLE} and lapsing.profile_id is null and (reader.profile_id is not null or ${pays})`,
      ],
    ]
  },
}
