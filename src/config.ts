import * as z from 'zod'
import { Misconfigured } from './base/errors.ts'
import { type Limits, readLimits } from './space/limit.ts'

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_CLI_PATH: z.string().optional(),
  USHER_HOST: z.string().default('127.0.0.1'),
  USHER_PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  USHER_PUBLIC_URL: z.url().optional(),
  USHER_SECRET: z.string().min(16).optional(),
  USHER_DEV_TOKEN: z.string().optional(),
  USHER_MAILBOX_URL: z.url().optional(),
  USHER_HOME: z.string().optional(),
  USHER_TASK_QUEUE: z.string().default('usher'),
  USHER_WAREHOUSE_HOSTS: z.string().optional(),
  USHER_FUNCTION_HOSTS: z.string().default(''),
  USHER_DESTINATION_HOSTS: z.string().optional(),
  USHER_EVALUATE_EVERY: z.string().default('5 seconds'),
  USHER_LIMITS: z
    .string()
    .default('')
    .transform((text, context) => {
      const limits = readLimits(text)
      if (typeof limits !== 'string') return limits
      context.addIssue({ code: 'custom', message: limits })
      return z.NEVER
    }),
  USHER_URL: z.url().optional(),
  USHER_TOKEN: z.string().optional(),
  USHER_TRUST_PROXY: z.string().optional(),
  USHER_LOG: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  USHER_CRASH_AT: z.string().optional(),
  PATH: z.string().default(''),
})

/** Everything that may differ between two installations. Read once, by `main.ts`, and handed on. */
export type Config = {
  /** Where Postgres is; absent in development, where one is embedded. */
  readonly databaseUrl: string | undefined
  /** Where Temporal is; absent in development, where a dev server is started. */
  readonly temporalAddress: string | undefined
  readonly temporalNamespace: string
  readonly temporalCliPath: string | undefined
  readonly taskQueue: string
  readonly host: string
  readonly port: number
  /** The address that people and providers reach us at: in unsubscribe links and webhooks. */
  readonly publicUrl: string
  /** Signs unsubscribe links, and keys the hashes by which suppressed and erased people are known: it must stay the same. Only who signs or asks needs it: @throws Misconfigured. */
  readonly secret: string
  /** In development the app signs itself in with this token; absent in production. */
  readonly devToken: string | undefined
  /** In development, where the app's Mailbox page gets what was sent; absent in production. */
  readonly mailboxUrl: string | undefined
  /** Where development keeps its database and caches. */
  readonly home: string | undefined
  readonly evaluateEvery: string
  /** `USHER_LIMITS=audiences=100,audience_preview=none`: each limit that is not the default one. */
  readonly limits: Limits
  /** The only hosts that SQL traits may read from, in lower case; absent, any but those that are no customer's. */
  readonly warehouseHosts: readonly string[] | undefined
  /** The private hosts that functions may reach, in lower case: else code that a customer wrote reaches the public internet only. */
  readonly functionHosts: readonly string[]
  /** The only hosts that destinations may be at, in lower case; absent, any but those that are no customer's. */
  readonly destinationHosts: readonly string[] | undefined
  /** The proxies in front of us, as addresses or networks, whose `X-Forwarded-For` is believed; absent, nobody's is. */
  readonly trustProxy: readonly string[] | undefined
  /** Where the command line finds the API, and the token it shows there; absent, it asks the `npm start` that runs beside it. */
  readonly apiUrl: string | undefined
  readonly apiToken: string | undefined
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'
  readonly crashAt: string | undefined
  /** Where programs are looked for: the Temporal CLI, Go. */
  readonly path: string
}

const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')

/** Reads the environment, once: the only reader of it. @throws Misconfigured naming every variable that is wrong. */
export const readConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  const { data, error } = Environment.safeParse(environment)
  if (error) throw new Misconfigured('config', z.prettifyError(error))
  return {
    databaseUrl: data.DATABASE_URL,
    temporalAddress: data.TEMPORAL_ADDRESS,
    temporalNamespace: data.TEMPORAL_NAMESPACE,
    temporalCliPath: data.TEMPORAL_CLI_PATH,
    taskQueue: data.USHER_TASK_QUEUE,
    host: data.USHER_HOST,
    port: data.USHER_PORT,
    publicUrl: data.USHER_PUBLIC_URL ?? `http://${data.USHER_HOST}:${data.USHER_PORT}`,
    get secret() {
      return secretOf(data)
    },
    devToken: data.USHER_DEV_TOKEN,
    mailboxUrl: data.USHER_MAILBOX_URL,
    home: data.USHER_HOME,
    evaluateEvery: data.USHER_EVALUATE_EVERY,
    limits: data.USHER_LIMITS,
    warehouseHosts: data.USHER_WAREHOUSE_HOSTS?.split(',').map((host) => host.trim().toLowerCase()),
    functionHosts: namesIn(data.USHER_FUNCTION_HOSTS),
    destinationHosts: data.USHER_DESTINATION_HOSTS === undefined ? undefined : namesIn(data.USHER_DESTINATION_HOSTS),
    trustProxy: data.USHER_TRUST_PROXY?.split(',').map((address) => address.trim()),
    apiUrl: data.USHER_URL,
    apiToken: data.USHER_TOKEN,
    logLevel: data.USHER_LOG,
    crashAt: data.USHER_CRASH_AT,
    path: data.PATH,
  }
}

/** The environment that a child process of ours gets: this one's and what is added. */
export const environmentWith = (added: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...process.env, ...added })

// With a database of one's own it is production, and links that anybody could forge would unsubscribe anybody.
const secretOf = (data: z.infer<typeof Environment>): string => {
  if (data.USHER_SECRET) return data.USHER_SECRET
  if (data.DATABASE_URL)
    throw new Misconfigured('config', 'USHER_SECRET is missing: set it to 16 or more random characters and keep it.')
  return 'usher development secret'
}
