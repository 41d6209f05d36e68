import { callOf, textOf } from '../parts/call-text.tsx'

type Request = {
  readonly method?: unknown
  readonly url?: unknown
  readonly headers?: unknown
  readonly body?: unknown
}

// What is JSON is shown in lines.
const pretty = (text: string): string => {
  const found = callOf(text)
  return found ? textOf(found) : text
}
const headersOf = (headers: unknown): string =>
  Object.entries(typeof headers === 'object' && headers !== null ? headers : {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

const requestText = ({ method, url, headers, body }: Request): string =>
  [`${method} ${url}`, headersOf(headers), '', pretty(typeof body === 'string' ? body : '')].join('\n').trim()

const Said = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <div>
    <h3>{title}</h3>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
    <pre tabIndex={0}>{text}</pre>
  </div>
)

type Props = { readonly request: Request; readonly status: number | null; readonly response: string | null }

/** One request, without what authorises it, and what the tool answered. */
export const Exchange = ({ request, status, response }: Props) => (
  <div className="exchange">
    <Said title="Request" text={requestText(request)} />
    <Said
      title={status === null ? 'Response' : `Response ${status}`}
      text={response === null ? 'No answer came.' : response === '' ? 'An empty answer.' : pretty(response)}
    />
  </div>
)
