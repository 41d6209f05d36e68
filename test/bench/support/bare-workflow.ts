/** What one workflow a person costs before it does anything. */
export async function person(_name: string): Promise<void> {}
