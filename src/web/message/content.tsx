import type { Content } from '../wire.ts'

/** What the person got, as they saw it. A mail is shown in a frame that may run nothing. */
export const Rendered = ({ of, channel }: { readonly of: Content; readonly channel: string }) => {
  if (channel === 'sms' || channel === 'whatsapp') return <div className="bubble">{of.text ?? of.body ?? ''}</div>
  if (channel === 'push')
    return (
      <div className="push-card">
        <strong>{of.title ?? ''}</strong>
        <span>{of.body ?? of.text ?? ''}</span>
      </div>
    )
  return (
    <div className="stack">
      {of.subject && <strong>{of.subject}</strong>}
      {of.html ? (
        <iframe
          className="letter"
          title="The mail"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={`<base target="_blank">${of.html}`}
        />
      ) : (
        <div className="bubble">{of.text ?? ''}</div>
      )}
    </div>
  )
}
