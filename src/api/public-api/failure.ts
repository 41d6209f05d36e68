import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, failureOf } from '../failure.ts'
import { nameAsked } from './names.ts'

/** An error as Segment's Public API answers it: a list, one for each field that is wrong. */
type RequestError = {
  readonly type: string
  readonly message: string
  readonly field?: string
  readonly status: number
  readonly data?: object
}

const errorsOf = ({ status, body: { error } }: Answer): readonly RequestError[] =>
  error.problems?.map(({ field, message, remedy }) => ({
    type: 'input-validation',
    message: remedy === undefined ? message : `${message}: ${remedy}`,
    ...(field === '' ? {} : { field }),
    status,
  })) ?? [{ type: error.code, message: error.message, status }]

const asAsked = ({ body: { error }, ...answer }: Answer, { url }: FastifyRequest): Answer => {
  const problems = error.problems?.map((problem) => ({ ...problem, field: nameAsked(url, problem.field) }))
  return { ...answer, body: { error: { ...error, ...(problems && { problems }) } } }
}

/** Answers what was thrown as Segment's Public API does (`errors`), beside what our own clients read (`error`). */
export const failAsPublicApi = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const answer = asAsked(failureOf(error, request), request)
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds))
  return reply.status(answer.status).send({ errors: errorsOf(answer), ...answer.body })
}

/** Answers 429 as Segment's Public API does. */
export const answerTooMany = (reply: FastifyReply, message: string, msBeforeNext: number, consumedPoints: number): FastifyReply =>
  reply
    .status(429)
    .header('retry-after', String(Math.ceil(msBeforeNext / 1_000)))
    .send({
      errors: [{ type: 'RequestError', message, status: 429, data: { remainingPoints: 0, msBeforeNext, consumedPoints } }],
      error: { code: 'rate_limited', message },
    })
