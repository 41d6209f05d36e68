import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Invalid, type Problem, Refused, Unavailable } from '../base/errors.ts'
import { type Issue, problemsOfIssue } from '../base/shape.ts'

/** The one shape of an error: a word for programs, a sentence for people, and each field that is wrong with its remedy. */
export type Failure = {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly Problem[] }
}
/** A failure as it is answered. */
export type Answer = { readonly status: number; readonly body: Failure; readonly retryAfterSeconds?: number }

const failure = (status: number, code: string, message: string, problems?: readonly Problem[]): Answer => ({
  status,
  body: { error: { code, message, ...(problems && problems.length > 0 ? { problems } : {}) } },
})

// A U+0000 or half of a surrogate pair: valid JSON and a valid address, but no text that Postgres keeps. No name or id holds one.
// Inside of JSON such a half is wrong JSON to Postgres, and only the detail tells which.
const isNoText = (error: FastifyError | Error): boolean => {
  const { code, detail } = error as { readonly code?: unknown; readonly detail?: unknown }
  return code === '22021' || code === '22P05' || (code === '22P02' && String(detail).includes('surrogate'))
}

const fieldOf = (instancePath: string): string => instancePath.replace(/^\//, '').replaceAll('/', '.')

type Validation = { readonly keyword: string; readonly instancePath: string; readonly message?: string; readonly params: object }

const problemsOf = ({ keyword, instancePath, message = 'is not valid', params }: Validation): readonly Problem[] =>
  problemsOfIssue(fieldOf(instancePath), { ...params, code: keyword, message } satisfies Issue).map((problem) =>
    problem.field === '' ? { ...problem, message: `the body ${problem.message}` } : problem,
  )

const invalid = (id: string, problems: readonly Problem[]): Answer => {
  const { message } = new Invalid(id, problems)
  return failure(422, id, message, problems)
}

// What Fastify says of a body that it cannot read, in words of ours.
const UNREADABLE: Readonly<Record<string, readonly [code: string, message: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['content_type', 'This is taken as JSON only. Send it with "content-type: application/json".'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['not_json', 'The body is not JSON. Mend it, and send it again.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['not_json', 'The body is empty. Send JSON, or leave the content type out.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The body is too large. Send less at once.'],
}

/** What is answered to what was thrown: 400/422 the caller, 401–409 refused, 503 later, 500 a defect (logged, never shown). */
export const failureOf = (error: FastifyError | Error, request: FastifyRequest): Answer => {
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalid('invalid', (error.validation as readonly Validation[]).flatMap(problemsOf))
  }
  if (error instanceof Invalid) return failure(422, error.id, error.message, error.problems)
  if (error instanceof Refused) return failure(error.status, error.id, error.message)
  if (error instanceof Unavailable) {
    return { ...failure(503, error.id, error.message), retryAfterSeconds: error.retryAfterSeconds }
  }
  if (isNoText(error))
    return failure(400, 'not_text', 'A value holds U+0000 or half of a surrogate pair, which no text may hold: take it out.')
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  const code = 'code' in error ? String(error.code) : 'refused'
  if (status < 500) return failure(status, ...(UNREADABLE[code] ?? [code.toLowerCase(), error.message]))
  request.log.error(error)
  return failure(500, 'internal', `Something in Usher is broken. Its log has the cause under request ${request.id}.`)
}

/** Answers what was thrown. */
export const answerFailure = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const { status, body, retryAfterSeconds } = failureOf(error, request)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply.status(status).send(body)
}
