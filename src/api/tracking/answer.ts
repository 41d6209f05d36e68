import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../../ingest/problems.ts'
import type { Result } from '../../ingest/results.ts'

export type Refusal = { readonly status: number; readonly code: string; readonly message: string; readonly remedy: string }

// The two that Segment answers with 400; everything else is 200 unless the caller asks for `?strict=1` (spec/audiences §2.5).
export const REFUSED = {
  too_large: {
    status: 400,
    code: 'body_too_large',
    message: 'The body is larger than 32 KB for a call or 500 KB for a batch.',
    remedy: 'Send less in one request.',
  },
  invalid_json: {
    status: 400,
    code: 'invalid_json',
    message: 'The body is not a JSON object.',
    remedy: 'Send one JSON object, in UTF-8, plain or gzip.',
  },
} as const satisfies Readonly<Record<string, Refusal>>

export const DISCARDED = {
  project_not_found: {
    status: 401,
    code: 'project_not_found',
    message: 'No source has this write key; nothing was stored.',
    remedy: 'Send the write key of a source, by Basic authorization or as "writeKey" in the body.',
  },
  source_disabled: {
    status: 403,
    code: 'source_disabled',
    message: 'This source is switched off; nothing was stored.',
    remedy: 'Switch it on, or use the write key of another one.',
  },
  token_missing: {
    status: 401,
    code: 'token_missing',
    message: 'This source lets nobody in by its write key alone; nothing was stored.',
    remedy: 'Send "Authorization: Bearer <token>" with a token of the connected OAuth app, and the writeKey in the body.',
  },
  token_refused: {
    status: 401,
    code: 'token_refused',
    message: 'The token is not known, was revoked, or has expired; nothing was stored.',
    remedy: 'Ask for a new one at POST /token.',
  },
  token_of_another: {
    status: 403,
    code: 'token_of_another',
    message:
      'The token is of another app than the one that this source is connected to, or may not send calls; nothing was stored.',
    remedy: 'Connect the app to the source, and ask for the scope tracking_api:write.',
  },
  empty_batch: {
    status: 400,
    code: 'empty_batch',
    message: 'The batch holds no calls.',
    remedy: 'Send {"batch": [ … ]} with 1 to 2,500 calls.',
  },
  content_type: {
    status: 400,
    code: 'content_type',
    message: 'The header Content-Type names something other than JSON; nothing was stored.',
    remedy: 'Send "Content-Type: application/json".',
  },
  batch_too_long: {
    status: 400,
    code: 'batch_too_long',
    message: 'The batch holds more than 2,500 calls; none was stored.',
    remedy: 'Send at most 2,500 calls in one batch.',
  },
} as const satisfies Readonly<Record<string, Refusal>>

const says = (value: unknown): boolean => value === '1' || value === 'true'

/** Whether what is not taken is answered with a 4xx: by `?strict=1`, the header `X-Usher-Strict: 1`, or the source's own setting (spec/audiences §2.5). */
export const isStrict = (request: FastifyRequest, source: { readonly strict: boolean } | undefined): boolean =>
  source?.strict === true || says((request.query as { strict?: string }).strict) || says(request.headers['x-usher-strict'])

export const refuse = (reply: FastifyReply, { status, code, message, remedy }: Refusal): FastifyReply =>
  reply.status(status).send({ success: false, error: { code, message, problems: [{ field: '', message, remedy }] } })

/** Answers a request of which nothing is taken. */
export const discard = (reply: FastifyReply, refusal: Refusal, strict: boolean): FastifyReply => {
  if (strict) return refuse(reply, refusal)
  const { code, message, remedy } = refusal
  return reply.send({ success: true, code, message, remedy, results: [] })
}

const codeOf = (results: readonly Result[]): { readonly code?: string } => {
  const dropped = results.filter((result) => result.status === 'dropped')
  if (results.length === 1 || dropped.length === 0) return {}
  return { code: dropped.length === results.length ? 'empty_batch_result' : 'multi_user_error' }
}

type Said = Problem & { readonly index: number }

const problemsOf = (results: readonly Result[]): readonly Said[] =>
  results.flatMap((result, index): readonly Said[] => {
    if (result.status === 'dropped') return [{ ...result, index }]
    return result.status === 'stored' ? (result.violations ?? []).map((one) => ({ ...one, index })) : []
  })

const sentenceOf = (results: readonly Result[]): string => {
  const dropped = results.filter((result) => result.status === 'dropped').length
  return dropped > 0
    ? `${dropped} of ${results.length} calls were not stored.`
    : 'Every call was stored, but not every identifier was taken.'
}

/** `trusted`: the source itself is strict, so who sends to it is one of ours. */
export type Loudness = { readonly strict: boolean; readonly trusted: boolean }

// Write keys of browsers are public: whoever has one must not learn by trying that an address belongs to somebody.
const withoutViolations = (results: readonly Result[]): readonly Result[] =>
  results.some((result) => result.status === 'stored' && result.violations)
    ? results.map((result) => (result.status === 'stored' ? { status: 'stored', messageId: result.messageId } : result))
    : results

/** Answers that a function could not say what is to become of a call: all else is stored, and the sender sends again. */
export const answerAgain = (reply: FastifyReply, results: readonly Result[], { code, message }: Problem): FastifyReply =>
  reply
    .status(503)
    .header('retry-after', '5')
    .send({
      success: false,
      error: { code, message, problems: [{ field: '', message, remedy: 'send it again: what was stored is known' }] },
      results: withoutViolations(results),
    })

/** Answers what became of each call. Good calls are stored in either mode; strict only says louder what was not taken. */
export const answer = (reply: FastifyReply, all: readonly Result[], { strict, trusted }: Loudness): FastifyReply => {
  const results = trusted ? all : withoutViolations(all)
  const said = strict ? problemsOf(results) : []
  const [first] = said
  if (!first) return reply.send({ success: true, ...codeOf(results), results })
  const problems = said.map(({ index, field, message, remedy, code }) => ({
    field: results.length === 1 ? field : `batch.${index}${field && `.${field}`}`,
    message,
    remedy,
    code,
  }))
  const { code = first.code } = codeOf(results)
  return reply.status(400).send({ success: false, error: { code, message: sentenceOf(results), problems }, results })
}
