import { modelOf } from '../../analysis/schemas.ts'

/** A model with every kind of value, and one that it is related to in both ways. */
export const sample = modelOf(`
  enum Colour {
    RED
    BLUE
  }

  model Sample {
    id        Int       @id
    text      String
    flag      Boolean
    colour    Colour?
    float     Float?
    big       BigInt?
    decimal   Decimal?
    at        DateTime?
    bytes     Bytes?
    json      Json?
    floats    Float[]
    decimals  Decimal[]
    dates     DateTime[]
    blobs     Bytes[]
    jsons     Json[]
    texts     String[]
    ownerId   Int?
    owner     Owner?    @relation(fields: [ownerId], references: [id])
  }

  model Owner {
    id      Int      @id
    since   DateTime
    samples Sample[]
  }
`)
