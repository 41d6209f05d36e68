/** What the work answers, and the milliseconds of processor that this process took for it, however busy the machine is beside it. */
export const onProcessor = async <T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> => {
  const before = process.cpuUsage()
  const answer = await work()
  const { user, system } = process.cpuUsage(before)
  return { answer, ms: (user + system) / 1_000 }
}
