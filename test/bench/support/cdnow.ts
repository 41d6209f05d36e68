import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type pg from 'pg'
import { createSpace } from '../../../src/space/space.ts'
import type { Opened } from '../bench.ts'

export const SHOP = 'spa_cdnow'
export const OPENED = new Date('1997-01-01T00:00:00Z')
export const CLOSED = new Date('1998-07-01T00:00:00Z')
export const PEOPLE = 23_570
const DAY_MS = 86_400_000
const FILE = new URL('../data/purchases.txt.gz', import.meta.url)

type Purchase = { readonly person: number; readonly at: string; readonly quantity: number; readonly revenue: number }

const readPurchases = (): readonly Purchase[] =>
  gunzipSync(readFileSync(FILE))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line, index) =>
      line.split(' ').map((purchase) => {
        const [day = 0, quantity = 0, cents = 0] = purchase.split(',').map(Number)
        return { person: index + 1, at: new Date(OPENED.getTime() + day * DAY_MS).toISOString(), quantity, revenue: cents / 100 }
      }),
    )

const fill = async (pool: pg.Pool, purchases: readonly Purchase[]): Promise<void> => {
  await pool.query(
    `insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
      select $1, md5('customer ' || n)::uuid, jsonb_build_object('first_name', 'Customer ' || n),
        jsonb_build_object('user_id', jsonb_build_array('customer ' || n), 'email', jsonb_build_array('customer' || n || '@example.com')), $2, $2
      from generate_series(1, ${PEOPLE}) as n`,
    [SHOP, OPENED],
  )
  await pool.query(
    `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, source_id, received_at)
      select $1, md5('customer ' || r.person)::uuid, r.at, 'purchase ' || r.n, 'track', 'Order Completed',
        jsonb_build_object('revenue', r.revenue, 'quantity', r.quantity), 'src', r.at
      from unnest($2::integer[], $3::timestamptz[], $4::integer[], $5::numeric[]) with ordinality as r (person, at, quantity, revenue, n)`,
    [
      SHOP,
      purchases.map((each) => each.person),
      purchases.map((each) => each.at),
      purchases.map((each) => each.quantity),
      purchases.map((each) => each.revenue),
    ],
  )
  await pool.query('vacuum analyze profile, event')
}

/** A space with every purchase of the CD shop CDNOW as `Order Completed`, on the days on which they were made. */
export const openCdnow = async ({ connection }: Opened): Promise<void> => {
  await createSpace(connection.db, { id: SHOP, slug: 'cdnow', name: 'CDNOW' }, OPENED)
  await fill(connection.pool, readPurchases())
}
