import { type RawBuilder, sql } from 'kysely'

/** The same number in [0, 1) that `draw` of `base/hash.ts` gives for the text: its first 48 bits of SHA-256. */
export const drawOf = (text: RawBuilder<string>): RawBuilder<number> =>
  sql<number>`(('x' || left(encode(sha256(convert_to(${text}, 'UTF8')), 'hex'), 12))::bit(48)::bigint / 281474976710656.0::double precision)`
