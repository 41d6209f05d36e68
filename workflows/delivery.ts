import { continueAsNew, defineSignal, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow'

export type DeliveryAccount = { readonly spaceId: string; readonly accountId: string }

/** What one drain says: `more` while it ended before the account had nothing due. */
export type Drained = { readonly more: boolean }

/** The activities that a delivery calls. */
export type DeliveryActivities = { readonly drainMessages: (account: DeliveryAccount) => Promise<Drained> }

/** There may be messages due. */
export const wakeSignal = defineSignal('wake')

const { drainMessages } = proxyActivities<DeliveryActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '30 seconds' },
})

/**
 * Empties one provider account's queue of due messages, one drain at a time, and ends when there is nothing: whoever finds messages due
 * starts it again, and a wake that comes while it ends is a wake of the next one. All positions are in the rows, so it knows only its account.
 */
export const delivery = async (account: DeliveryAccount): Promise<void> => {
  let woken = true
  setHandler(wakeSignal, () => {
    woken = true
  })
  while (woken) {
    woken = false
    const { more } = await drainMessages(account)
    // Signals are handled before answers of the same task, and a signal after it makes the server take the task back: none is missed.
    if (more) woken = true
    if (woken && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof delivery>(account)
  }
}
