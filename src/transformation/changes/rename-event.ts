import type { Maker } from '../change.ts'

/** `newEventName`: the event is called so from here on. */
export const renameEvent: Maker = ({ newEventName }) => {
  if (newEventName === undefined) return undefined
  const said = `renamed the event to "${newEventName}"`
  return (call, did) => {
    did.push(said)
    return { ...call, event: newEventName }
  }
}
