/* Transformations as the API answers them. */

export type Effects = {
  readonly drop?: boolean
  readonly newEventName?: string
  readonly propertyRenames?: readonly { readonly oldName: string; readonly newName: string }[]
  readonly propertyValueTransformations?: readonly {
    readonly propertyPaths: readonly string[]
    readonly propertyValue: string | number | boolean | null
  }[]
  readonly fqlDefinedProperties?: readonly { readonly fql: string; readonly propertyName: string }[]
  readonly allowProperties?: readonly string[]
  readonly hashPropertiesConfiguration?: {
    readonly algorithm: string
    readonly encoding: string
    readonly paths: readonly string[]
    readonly key?: string
    readonly keyed?: boolean
  }
}
export type Transformation = Effects & {
  readonly id: string
  readonly name: string
  readonly sourceId: string
  readonly destinationMetadataId?: string
  readonly enabled: boolean
  readonly if: string
  readonly updatedBy: string
  readonly updatedAt: string
}
