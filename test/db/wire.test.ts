import fc from 'fast-check'
import { expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { arrayText, instantFrom } from '../../src/db/wire.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'

const { pool, url } = await freshDatabase()

const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', 'n', 'u', '\n', 'NULL') }),
    fc.json(),
  )
  .map((value) => value.replaceAll('\u0000', ''))

it('writes arrays of texts so that Postgres reads them as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text)), async (values) => {
      const { rows } = await pool.query<{ read: unknown }>('select $1::text[] as read', [arrayText(values) ?? values])
      expect(rows[0]?.read).toEqual(values)
    }),
    { numRuns: 300 },
  )
})

it('writes arrays of numbers and booleans, and leaves what it does not know', async () => {
  const { rows } = await pool.query('select $1::float8[] as numbers, $2::boolean[] as flags', [
    arrayText([1, -2.5, 1e300, null]),
    arrayText([true, false, null]),
  ])
  expect(rows[0]).toEqual({ numbers: [1, -2.5, 1e300, null], flags: [true, false, null] })
  for (const values of [
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [['nested']],
    [new Date(0)],
    [Buffer.from('x')],
    [{}],
    [undefined],
  ])
    expect(arrayText(values)).toBeUndefined()
})

it.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])(
  'reads every instant as it is, whatever the time zone (%s)',
  async (zone) => {
    const client = await pool.connect()
    try {
      await client.query(`set timezone = '${zone}'`)
      const instants = [
        '2026-11-24 17:43:00.123456Z',
        '2026-01-01 00:00:00Z',
        '1969-12-31 23:59:59.9Z',
        '0044-03-15 12:00:00Z BC',
        '20260-01-01Z',
      ]
      const { rows } = await client.query<{ at: Date; ms: number }>(
        'select at, floor(extract(epoch from at) * 1000)::float8 as ms from unnest($1::timestamptz[]) as at',
        [instants],
      )
      expect(rows.map(({ at }) => at.getTime())).toEqual(rows.map(({ ms }) => ms))
    } finally {
      client.release(true)
    }
  },
)

it.each(['German,DMY', 'SQL,DMY', 'Postgres,MDY'])('reads instants of a database that writes dates as %s', async (style) => {
  const elsewhere = connect(`${url}?options=${encodeURIComponent(`-c DateStyle=${style} -c TimeZone=Asia/Kathmandu`)}`)
  atEnd(elsewhere.close)
  const { rows } = await elsewhere.pool.query(`select '2026-02-01T10:00:00.5Z'::timestamptz as at`)
  expect(rows).toEqual([{ at: new Date('2026-02-01T10:00:00.5Z') }])
})

it('reads infinite instants as node-postgres does', () => {
  expect(instantFrom('infinity')).toBe(Number.POSITIVE_INFINITY)
})

it('reads numbers in JSON that JavaScript has none for as the greatest there is, so that they stay numbers', async () => {
  const [row] = (
    await pool.query(
      `select '{"a": [2e308, -2e400, 1.5, "2e308", null]}'::jsonb as value, json_build_object('n', '-3e308'::jsonb) as other`,
    )
  ).rows
  expect(row.value).toEqual({ a: [Number.MAX_VALUE, -Number.MAX_VALUE, 1.5, '2e308', null] })
  expect(row.other).toEqual({ n: -Number.MAX_VALUE })
})
