import { type BrowserPlan, EVERY_EVENT } from '../../tracking-plan/browser-plan.ts'

/** The settings that analytics.js loads before its first call: send everything to us, nothing to anybody else from the browser. */
export const sdkSettings = (writeKey: string, publicUrl: string, plan: BrowserPlan = EVERY_EVENT) => {
  const { protocol, host } = new URL(publicUrl)
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${host}/v1`,
        protocol: protocol.replace(':', ''),
        unbundledIntegrations: [],
        addBundledMetadata: true,
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan,
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  }
}
